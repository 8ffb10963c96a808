"""The GPU path of windows, run on a CPU with a GPU's settings.

`DeviceView` replaces the encoder output in GPU memory: float16, not readable by numpy. The model and its words are
real; the speed is not a GPU's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ctranslate2
import jiwer
import numpy as np
import pytest
from ctranslate2 import StorageView
from whisper_normalizer.basic import BasicTextNormalizer

from bench.recordings.corpus import wav
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.engine_protocol import Model
from transcriber.hardware import Machine, choose_settings, configure_process
from transcriber.whisper.decoding.decode_request import DecodeRequest
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
NORMAL = BasicTextNormalizer()


class DeviceView:
    """A StorageView on a GPU: it has a shape and can be copied to the host, nothing else."""

    def __init__(self, view: StorageView) -> None:
        self.view, self.shape, self.copies = view.to(ctranslate2.DataType.float16), view.shape, 0

    def to_device(self, device: ctranslate2.Device) -> StorageView:
        assert device == ctranslate2.Device.cpu
        self.copies += 1
        return self.view


class DeviceModel:
    """The real model with encoder outputs that stay on the device; counts its calls."""

    def __init__(self, model: Any) -> None:
        self._model, self.calls, self.views = model, Counter[str](), list[DeviceView]()

    def encode(self, mels: StorageView) -> DeviceView:
        self.calls["encode"] += 1
        self.views.append(DeviceView(self._model.encode(mels)))
        return self.views[-1]

    def __getattr__(self, name: str) -> Any:
        if name not in ("detect_language", "generate", "align"):
            return getattr(self._model, name)

        def call(features: DeviceView | StorageView, *rest: Any, **how: Any) -> Any:
            self.calls[name] += 1
            view = features.view if isinstance(features, DeviceView) else features
            return getattr(self._model, name)(view.to(ctranslate2.DataType.float32), *rest, **how)

        return call


@pytest.fixture(scope="module")
def gpu_engine(model: Model) -> Iterator[tuple[BatchingEngine, DeviceModel]]:
    gpu = choose_settings(Machine(8, 32 << 30, "GenuineIntel", frozenset(), gpus=1, glibc=False))
    engine = BatchingEngine(
        model,
        replace(
            configure_process(),
            batch=gpu.batch,
            profile=gpu.profile,
            batch_workers=gpu.batch_workers,
        ),
    )
    device_model = DeviceModel(engine._model._model)
    engine._model.device, engine._model._model = "cuda", device_model
    yield engine, device_model
    engine.close()


def text_of(result: ShardResult) -> str:
    return " ".join(segment.text for segment in result.segments)


def without_silence(path: Path) -> np.ndarray:
    """Samples of a clip from the first to the last loud one: pauses of over 1.5 s end a window."""
    samples = decode(path).samples
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    return samples[loud[0] : loud[-1]]


def test_gpu_path_transcribes_all_languages_and_long_window(
    gpu_engine: tuple[BatchingEngine, DeviceModel], order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    engine, model = gpu_engine
    picked, german = clips[1:14:2], [clip for clip in clips if clip.language == "de"]  # English, German, Spanish
    path = wav(tmp_path / "long.wav", np.concatenate([without_silence(clip.path) for clip in german]))
    requested = [(clip.path, clip.language if i % 2 else None) for i, clip in enumerate(picked)]
    futures = [engine.submit(order(language=language), file) for file, language in [*requested, (path, None)]]

    results = [future.result() for future in futures]

    texts = [*[clip.text for clip in picked], " ".join(clip.text for clip in german)]
    assert jiwer.wer([NORMAL(text) for text in texts], [NORMAL(text_of(result)) for result in results]) < 0.25
    assert [result.language for result in results] == [*[clip.language for clip in picked], "de"]
    words = [word for result in results for segment in result.segments for word in segment.words]
    assert " ".join(word.text for word in words) == " ".join(text_of(result) for result in results)
    assert all(word.end > word.start for word in words)
    assert max(2 * view.shape[1] for view in model.views) > 1600  # frames: longer than any window on a CPU


def test_encoder_output_on_gpu_is_not_copied_to_host(
    gpu_engine: tuple[BatchingEngine, DeviceModel], order: MakeShard, clips: list[Any]
) -> None:
    engine, model = gpu_engine
    whisper, picked = engine._model, [clip for clip in clips if clip.language == "de"]
    requests = [DecodeRequest("de", "transcribe", (), clip.seconds) for clip in picked]
    mels = [engine._log_mel.compute(decode(clip.path).samples) for clip in picked]
    model.calls.clear()

    encoder_output = whisper.encode(mels, [1100, 1200, 1150])
    detected = whisper.detect_language(encoder_output, [1, 2])
    hypotheses = whisper.generate(encoder_output, [0, 1, 2], requests, beam=5, patience=1.0)
    texts = [[[token for token in one.tokens if token < whisper.timestamp_begin]] for one in hypotheses]
    frames = [mel.shape[1] for mel in mels]
    words = whisper.align(encoder_output, [0, 1, 2], requests, texts, frames)

    assert encoder_output.frames == [1200] * 3
    assert [ranking[0][0] for ranking in detected] == ["de", "de"]
    assert ["".join(word.text for word in found[0]).strip() for found in words] == [one.text for one in hypotheses]
    assert model.calls == dict.fromkeys(("encode", "detect_language", "generate", "align"), 1)
    assert model.views[-1].copies == 0

    parted = [replace(requests[0], language="nl"), *requests[1:]]
    again = whisper.align(encoder_output, [0, 1, 2], parted, texts, frames)

    for before, after in zip(words[1:], again[1:], strict=True):
        assert [word.text for word in after[0]] == [word.text for word in before[0]]
        assert [word.start for word in after[0]] == pytest.approx([word.start for word in before[0]], abs=0.1)
    assert (model.calls["align"], model.views[-1].copies) == (3, 1)  # one call a language, one copy to the host


def test_rejected_window_is_retried_on_gpu_path(
    gpu_engine: tuple[BatchingEngine, DeviceModel], order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = gpu_engine
    generate, searches = engine._model.generate, []

    def repetitive(encoder_output: Any, indices: Any, requests: Any, **how: Any) -> Any:
        searches.append((how["temperature"], requests[0].timestamps))
        found = generate(encoder_output, indices, requests, **how)
        return (
            [replace(hypothesis, compression_ratio=4.0) for hypothesis in found] if how["temperature"] < 0.8 else found
        )

    monkeypatch.setattr(engine._model, "generate", repetitive)

    result = engine.submit(order(), clip).result()

    assert searches == [(0.0, False), (0.0, True), (0.4, True), (0.8, True)]  # on the full window from the start
    assert "thing" in text_of(result)
