"""One contestant: a process that transcribes what it is told on stdin and answers with what it took.

`python -m bench.contestant NAME MODEL_DIR THREADS`; a line of JSON in (`files`, `languages`, `at`), a line out.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from transcriber.hardware import configure_process, resolve_settings

Answer = tuple[list[str], list[float]]  # text and latency of each file
Transcribe = Callable[[Sequence[str], Sequence[str | None], Sequence[float]], Answer]


def _here() -> dict[str, str]:
    """The device, and what to compute with: the same for all."""
    settings = resolve_settings()
    return {"device": settings.device, "compute_type": settings.compute_type}


def default(model: str, threads: int, **options: Any) -> Transcribe:
    """faster-whisper as its README shows it."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_here())
    return _in_turn(lambda file, language: whisper.transcribe(file, language=language, **options)[0])


def batched(model: str, threads: int, size: int = 8) -> Transcribe:
    """Its BatchedInferencePipeline: VAD, 30 s chunks of one file in a batch."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_here())
    pipeline = BatchedInferencePipeline(whisper)
    return _in_turn(lambda file, language: pipeline.transcribe(file, language=language, batch_size=size)[0])


def tuned(model: str, threads: int) -> Transcribe:
    """faster-whisper with Earshot's process settings: what of the gain anybody could have."""
    configure_process()
    return default(model, threads)


def whisper_cpp(model: str, threads: int) -> Transcribe:
    """whisper.cpp with its defaults, as its Python wheel was built (AVX2, float16)."""
    from faster_whisper import decode_audio
    from pywhispercpp.model import Model

    from bench.ggml import converted

    whisper = Model(str(converted(Path(model))), n_threads=threads, print_progress=False)
    return _in_turn(lambda file, language: whisper.transcribe(decode_audio(file), language=language or "auto"))


def openai(model: str, threads: int) -> Transcribe:
    """OpenAI's own package (PyTorch, float32), searching as its command line does."""
    import torch
    import whisper
    from faster_whisper import decode_audio

    from bench.weights import Weights

    weights = Weights(Path(model))
    torch.set_num_threads(threads)
    network = whisper.model.Whisper(whisper.ModelDimensions(**weights.sizes))
    network.load_state_dict({name: torch.tensor(tensor, dtype=torch.float32) for name, tensor in weights.named()})
    search = {"beam_size": 5, "best_of": 5, "fp16": False}

    def hear(file: str, language: str | None) -> list[SimpleNamespace]:
        found = whisper.transcribe(network, decode_audio(file), language=language, **search)
        return [SimpleNamespace(text=segment["text"]) for segment in found["segments"]]

    return _in_turn(hear)


def earshot(model: str, threads: int, batch: int | None = None) -> Transcribe:
    settings = configure_process()
    lanes = threads if settings.device == "cpu" else settings.batch_workers
    settings = replace(settings, batch_workers=lanes, batch=batch or settings.batch)
    from earshot_contract.shards import S3Object, Shard
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("base", Path(model), ""), settings)

    def run(files: Sequence[str], languages: Sequence[str | None], at: Sequence[float]) -> Answer:
        began, promises, ends = time.monotonic(), [], [0.0] * len(files)
        for index, (file, language, moment) in enumerate(zip(files, languages, at, strict=True)):
            time.sleep(max(0.0, moment - (time.monotonic() - began)))
            here = S3Object("", file)
            shard = Shard(
                "bench",
                index,
                1,
                here,
                here,
                Path(model).name,
                language=language,
                word_timestamps=False,
                interactive=False,
            )
            promise = engine.submit(shard, Path(file))
            promise.add_done_callback(lambda _, i=index: ends.__setitem__(i, time.monotonic() - began))
            promises.append(promise)
        texts = [" ".join(segment.text for segment in promise.result().segments) for promise in promises]
        while not all(ends):
            time.sleep(0.001)
        return texts, [end - moment for end, moment in zip(ends, at, strict=True)]

    return run


def _in_turn(transcribe: Callable[[str, str | None], Any]) -> Transcribe:
    def run(files: Sequence[str], languages: Sequence[str | None], at: Sequence[float]) -> Answer:
        began = time.monotonic()
        texts: list[str] = []
        latencies: list[float] = []
        for file, language, moment in zip(files, languages, at, strict=True):
            time.sleep(max(0.0, moment - (time.monotonic() - began)))
            texts.append(" ".join(segment.text for segment in transcribe(file, language)))
            latencies.append(time.monotonic() - began - moment)
        return texts, latencies

    return run


CONTESTANTS: dict[str, Callable[..., Transcribe]] = {
    "default": default,
    "batched": batched,  # by windows a batch, as "batched 8"
    "tuned": tuned,
    "whisper.cpp": whisper_cpp,
    "openai": openai,
    "earshot": earshot,  # likewise, or as many as it chooses itself
}
USUAL = ("default", "batched 4", "batched 8", "batched 16", "tuned", "whisper.cpp", "openai", "earshot")
# Contestants whose packages are installed by hand, as nothing else needs them: the module, and what to install.
_BY_HAND = {
    "whisper.cpp": ("pywhispercpp", "pywhispercpp==1.5.1"),
    "openai": ("whisper", "openai-whisper==20250625"),
}


def available() -> list[str]:
    """The usual contestants whose packages are installed."""
    return [name for name in USUAL if lacking(name) is None]


def lacking(name: str) -> str | None:
    """What keeps contestant `name` from taking part, as a sentence."""
    kind, _, size = name.partition(" ")
    if kind not in CONTESTANTS or (size and not (size.isdigit() and kind in ("batched", "earshot"))):
        return f"There is no contestant {name!r}; there are {', '.join(USUAL)}, and other sizes of batches."
    module, package = _BY_HAND.get(kind, ("faster_whisper", ""))
    return None if find_spec(module) else f"The contestant {name!r} needs `pip install {package}`."


def main(name: str, model: str, threads: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    began = time.monotonic(), time.process_time()
    kind, *size = name.split()
    transcribe = CONTESTANTS[kind](model, int(threads), *map(int, size))
    _tell(answers, {"loaded": time.monotonic() - began[0], "loading": time.process_time() - began[1]})
    for line in sys.stdin:
        order = json.loads(line)
        at = order.get("at") or [0.0] * len(order["files"])
        began = time.monotonic(), time.process_time()
        texts, latencies = transcribe(order["files"], order["languages"], at)
        wall, cpu = time.monotonic() - began[0], time.process_time() - began[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _tell(answers, {"texts": texts, "latencies": latencies, "wall": wall, "cpu": cpu, "peak": peak})
    answers.flush()
    os._exit(0)


def _tell(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
