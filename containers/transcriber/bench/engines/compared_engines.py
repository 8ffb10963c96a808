"""Engines that the benchmark compares: each loads a model and returns a function that transcribes a request's files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from earshot_contract.documents.engine_profile import EngineProfile
from transcriber.hardware import configure_process, resolve_settings

TimedWord = tuple[str, float, float]  # text, start and end in seconds


@dataclass(frozen=True)
class Request:
    """Files to transcribe; each list has one entry a file.

    Attributes:
        files: paths.
        languages: Whisper's codes; None: detect.
        at: seconds at which each file arrives.
        words: times of words are wanted.
    """

    files: Sequence[str]
    languages: Sequence[str | None]
    at: Sequence[float]
    words: bool = False


@dataclass
class Result:
    """Text of each file, its latency in seconds, and its words where they were requested."""

    texts: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    words: list[list[TimedWord]] = field(default_factory=list)


Transcribe = Callable[[Request], Result]


def _device_settings() -> dict[str, str]:
    """Return the device and the compute type: the same for all contestants that can choose."""
    settings = resolve_settings()
    return {"device": settings.device, "compute_type": settings.compute_type}


def default(model: str, threads: int, **options: Any) -> Transcribe:
    """Run faster-whisper as its README shows it."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_device_settings())
    return _in_turn(
        lambda file, language, words: whisper.transcribe(file, language=language, word_timestamps=words, **options)[0]
    )


def batched(model: str, threads: int, size: int = 8) -> Transcribe:
    """Run faster-whisper's BatchedInferencePipeline: VAD, 30 s chunks of one file in a batch."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(model, cpu_threads=threads, **_device_settings())
    pipeline = BatchedInferencePipeline(whisper)
    return _in_turn(
        lambda file, language, words: pipeline.transcribe(
            file, language=language, batch_size=size, word_timestamps=words
        )[0]
    )


def tuned(model: str, threads: int) -> Transcribe:
    """Run faster-whisper with Earshot's process settings: the part of the gain that does not need the engine."""
    configure_process()
    return default(model, threads)


def whisper_cpp(model: str, threads: int) -> Transcribe:
    """Run whisper.cpp with its defaults, as its Python wheel was built (AVX2, float16)."""
    from faster_whisper import decode_audio
    from pywhispercpp.model import Model

    from bench.engines.ggml import convert

    whisper = Model(str(convert(Path(model))), n_threads=threads, print_progress=False)
    return _in_turn(lambda file, language, _: whisper.transcribe(decode_audio(file), language=language or "auto"))


def openai(model: str, threads: int) -> Transcribe:
    """Run OpenAI's own package (PyTorch, float32) with the beam search of its command line."""
    import torch
    import whisper
    from faster_whisper import decode_audio

    from bench.engines.weights import Weights

    weights = Weights(Path(model))
    torch.set_num_threads(threads)
    network = whisper.model.Whisper(whisper.ModelDimensions(**weights.sizes))
    network.load_state_dict({name: torch.tensor(tensor, dtype=torch.float32) for name, tensor in weights.named()})
    search = {"beam_size": 5, "best_of": 5, "fp16": False}

    def run_file(file: str, language: str | None, _: bool) -> list[SimpleNamespace]:
        result = whisper.transcribe(network, decode_audio(file), language=language, **search)
        return [SimpleNamespace(text=segment["text"]) for segment in result["segments"]]

    return _in_turn(run_file)


def earshot(model: str, threads: int, size: int | None = None, profile: EngineProfile | None = None) -> Transcribe:
    """Run Earshot's engine.

    Args:
        model: a CTranslate2 Whisper folder.
        threads: batch workers on a CPU.
        size: windows in a batch; None: the engine's own choice.
        profile: None: that of the settings.
    """
    settings = configure_process()
    batch_workers = threads if settings.device == "cpu" else settings.batch_workers
    settings = replace(
        settings, batch_workers=batch_workers, batch=size or settings.batch, profile=profile or settings.profile
    )
    from earshot_contract.documents.s3_object import S3Object
    from earshot_contract.documents.shards import Shard
    from transcriber.engine_protocol import Model
    from transcriber.whisper.engine import BatchingEngine

    engine = BatchingEngine(Model("base", Path(model), ""), settings)

    def run(request: Request) -> Result:
        began, futures, ends = time.monotonic(), [], [0.0] * len(request.files)

        def record_end(index: int, _: object) -> None:
            ends[index] = time.monotonic() - began

        for index, (file, language, arrival) in enumerate(
            zip(request.files, request.languages, request.at, strict=True)
        ):
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
                word_timestamps=request.words,
                interactive=False,
            )
            future = engine.submit(shard, Path(file))
            future.add_done_callback(partial(record_end, index))
            futures.append(future)
        segments = [future.result().segments for future in futures]
        while not all(ends):
            time.sleep(0.001)
        return Result(
            [" ".join(segment.text for segment in of_file) for of_file in segments],
            [end - arrival for end, arrival in zip(ends, request.at, strict=True)],
            [[(w.text, w.start, w.end) for segment in of_file for w in segment.words] for of_file in segments],
        )

    return run


def _in_turn(transcribe: Callable[[str, str | None, bool], Any]) -> Transcribe:
    def run(request: Request) -> Result:
        began, result = time.monotonic(), Result()
        for file, language, arrival in zip(request.files, request.languages, request.at, strict=True):
            time.sleep(max(0.0, arrival - (time.monotonic() - began)))
            segments = list(transcribe(file, language, request.words))
            result.texts.append(" ".join(segment.text for segment in segments))
            result.latencies.append(time.monotonic() - began - arrival)
            if request.words:
                result.words.append([(w.word, w.start, w.end) for segment in segments for w in segment.words])
        return result

    return run


ENGINES: dict[str, Callable[..., Transcribe]] = {
    "default": default,
    "batched": batched,  # followed by the windows in a batch, as in "batched 8"
    "tuned": tuned,
    "whisper.cpp": whisper_cpp,
    "openai": openai,
    "earshot": earshot,  # likewise, after the profile if it is named, as in "earshot fast 16"
}
