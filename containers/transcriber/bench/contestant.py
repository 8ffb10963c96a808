"""A contestant of the benchmark: a process that transcribes files with one engine and reports time and memory.

`python -m bench.contestant NAME MODEL_DIR THREADS` reads requests from stdin and writes responses to stdout, one line
of JSON each. A request has `files`, `languages` (null: detect) and `at` (seconds at which each file arrives).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

from transcriber.hardware import configure_process, resolve_settings

Result = tuple[list[str], list[float]]  # text of each file, and its latency in seconds
Transcribe = Callable[[Sequence[str], Sequence[str | None], Sequence[float]], Result]  # files, languages, arrivals


def _device_settings() -> dict[str, str]:
    """Return the device and the compute type: the same for all contestants that can choose."""
    settings = resolve_settings()
    return {"device": settings.device, "compute_type": settings.compute_type}


def default(model: str, threads: int, **options: Any) -> Transcribe:
    """Run faster-whisper as its README shows it."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_device_settings())
    return _in_turn(lambda file, language: whisper.transcribe(file, language=language, **options)[0])


def batched(model: str, threads: int, size: int = 8) -> Transcribe:
    """Run faster-whisper's BatchedInferencePipeline: VAD, 30 s chunks of one file in a batch."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_device_settings())
    pipeline = BatchedInferencePipeline(whisper)
    return _in_turn(lambda file, language: pipeline.transcribe(file, language=language, batch_size=size)[0])


def tuned(model: str, threads: int) -> Transcribe:
    """Run faster-whisper with Earshot's process settings: the part of the gain that does not need the engine."""
    configure_process()
    return default(model, threads)


def whisper_cpp(model: str, threads: int) -> Transcribe:
    """Run whisper.cpp with its defaults, as its Python wheel was built (AVX2, float16)."""
    from faster_whisper import decode_audio
    from pywhispercpp.model import Model

    from bench.ggml import convert

    whisper = Model(str(convert(Path(model))), n_threads=threads, print_progress=False)
    return _in_turn(lambda file, language: whisper.transcribe(decode_audio(file), language=language or "auto"))


def openai(model: str, threads: int) -> Transcribe:
    """Run OpenAI's own package (PyTorch, float32) with the beam search of its command line."""
    import torch
    import whisper
    from faster_whisper import decode_audio

    from bench.weights import Weights

    weights = Weights(Path(model))
    torch.set_num_threads(threads)
    network = whisper.model.Whisper(whisper.ModelDimensions(**weights.sizes))
    network.load_state_dict({name: torch.tensor(tensor, dtype=torch.float32) for name, tensor in weights.named()})
    search = {"beam_size": 5, "best_of": 5, "fp16": False}

    def run_file(file: str, language: str | None) -> list[SimpleNamespace]:
        result = whisper.transcribe(network, decode_audio(file), language=language, **search)
        return [SimpleNamespace(text=segment["text"]) for segment in result["segments"]]

    return _in_turn(run_file)


def earshot(model: str, threads: int, batch: int | None = None) -> Transcribe:
    """Run Earshot's engine.

    Args:
        model: a CTranslate2 Whisper folder.
        threads: batch workers on a CPU.
        batch: windows in a batch; None: the engine's own choice.
    """
    settings = configure_process()
    batch_workers = threads if settings.device == "cpu" else settings.batch_workers
    settings = replace(settings, batch_workers=batch_workers, batch=batch or settings.batch)
    from earshot_contract.shards import S3Object, Shard
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("base", Path(model), ""), settings)

    def run(files: Sequence[str], languages: Sequence[str | None], at: Sequence[float]) -> Result:
        began, futures, ends = time.monotonic(), [], [0.0] * len(files)

        def record_end(index: int, _: object) -> None:
            ends[index] = time.monotonic() - began

        for index, (file, language, arrival) in enumerate(zip(files, languages, at, strict=True)):
            time.sleep(max(0.0, arrival - (time.monotonic() - began)))
            unused = S3Object("", file)
            shard = Shard(
                "bench",
                index,
                1,
                unused,
                unused,
                Path(model).name,
                language=language,
                word_timestamps=False,
                interactive=False,
            )
            future = engine.submit(shard, Path(file))
            future.add_done_callback(partial(record_end, index))
            futures.append(future)
        texts = [" ".join(segment.text for segment in future.result().segments) for future in futures]
        while not all(ends):
            time.sleep(0.001)
        return texts, [end - arrival for end, arrival in zip(ends, at, strict=True)]

    return run


def _in_turn(transcribe: Callable[[str, str | None], Any]) -> Transcribe:
    def run(files: Sequence[str], languages: Sequence[str | None], at: Sequence[float]) -> Result:
        began = time.monotonic()
        texts: list[str] = []
        latencies: list[float] = []
        for file, language, arrival in zip(files, languages, at, strict=True):
            time.sleep(max(0.0, arrival - (time.monotonic() - began)))
            texts.append(" ".join(segment.text for segment in transcribe(file, language)))
            latencies.append(time.monotonic() - began - arrival)
        return texts, latencies

    return run


CONTESTANTS: dict[str, Callable[..., Transcribe]] = {
    "default": default,
    "batched": batched,  # followed by the windows in a batch, as in "batched 8"
    "tuned": tuned,
    "whisper.cpp": whisper_cpp,
    "openai": openai,
    "earshot": earshot,  # likewise; without a number the engine chooses
}
DEFAULT_CONTESTANTS = ("default", "batched 4", "batched 8", "batched 16", "tuned", "whisper.cpp", "openai", "earshot")
# Contestants whose packages are not in the lock, because nothing else needs them: the module, and what to install.
_OPTIONAL_PACKAGES = {
    "whisper.cpp": ("pywhispercpp", "pywhispercpp==1.5.1"),
    "openai": ("whisper", "openai-whisper==20250625"),
}


def available() -> list[str]:
    """Return the default contestants whose packages are installed."""
    return [name for name in DEFAULT_CONTESTANTS if missing_requirement(name) is None]


def missing_requirement(name: str) -> str | None:
    """Return a message that says why contestant `name` cannot run; None if it can."""
    kind, _, size = name.partition(" ")
    if kind not in CONTESTANTS or (size and not (size.isdigit() and kind in ("batched", "earshot"))):
        return (
            f"There is no contestant {name!r}; there are {', '.join(DEFAULT_CONTESTANTS)}, and other sizes of batches."
        )
    module, package = _OPTIONAL_PACKAGES.get(kind, ("faster_whisper", ""))
    return None if find_spec(module) else f"The contestant {name!r} needs `pip install {package}`."


def main(name: str, model: str, threads: str) -> None:
    """Load contestant `name`, then answer requests until stdin ends."""
    responses = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with the responses
    began = time.monotonic(), time.process_time()
    kind, *size = name.split()
    transcribe = CONTESTANTS[kind](model, int(threads), *map(int, size))
    _write(responses, {"loaded": time.monotonic() - began[0], "loading": time.process_time() - began[1]})
    for line in sys.stdin:
        request = json.loads(line)
        at = request.get("at") or [0.0] * len(request["files"])
        began = time.monotonic(), time.process_time()
        texts, latencies = transcribe(request["files"], request["languages"], at)
        wall, cpu = time.monotonic() - began[0], time.process_time() - began[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _write(responses, {"texts": texts, "latencies": latencies, "wall": wall, "cpu": cpu, "peak": peak})
    responses.flush()
    os._exit(0)


def _write(responses: TextIO, response: dict[str, Any]) -> None:
    responses.write(json.dumps(response) + "\n")
    responses.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
