"""The path that windows take on a GPU, walked on a CPU with a GPU's settings.

There is no GPU here. `FarView` stands in for where encodings lie there: float16, out of reach of numpy.
The model and its words are real; the speed is not a GPU's.
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

from bench.corpus import wav
from earshot_contract.shards import Shard, ShardResult
from tests.fixtures.audio import decode
from transcriber.engine_protocol import Model
from transcriber.hardware import Machine, choose_settings, configure_process
from transcriber.whisper.engine import BatchingEngine
from transcriber.whisper.model import Request

Order = Callable[..., Shard]
NORMAL = BasicTextNormalizer()


class FarView:
    """A StorageView on a GPU: it has a shape and can be brought here, and nothing else."""

    def __init__(self, view: StorageView) -> None:
        self.view, self.shape, self.brought = view.to(ctranslate2.DataType.float16), view.shape, 0

    def to_device(self, device: ctranslate2.Device) -> StorageView:
        assert device == ctranslate2.Device.cpu
        self.brought += 1
        return self.view


class FarModel:
    """The real model, whose encodings stay far away; counts its calls."""

    def __init__(self, model: Any) -> None:
        self._model, self.calls, self.views = model, Counter[str](), list[FarView]()

    def encode(self, mels: StorageView) -> FarView:
        self.calls["encode"] += 1
        self.views.append(FarView(self._model.encode(mels)))
        return self.views[-1]

    def __getattr__(self, name: str) -> Any:
        if name not in ("detect_language", "generate", "align"):
            return getattr(self._model, name)

        def call(features: FarView | StorageView, *rest: Any, **how: Any) -> Any:
            self.calls[name] += 1
            view = features.view if isinstance(features, FarView) else features
            return getattr(self._model, name)(view.to(ctranslate2.DataType.float32), *rest, **how)

        return call


@pytest.fixture(scope="module")
def far(model: Model) -> Iterator[tuple[BatchingEngine, FarModel]]:
    gpu = choose_settings(Machine(8, 32 << 30, "GenuineIntel", frozenset(), gpus=1, glibc=False))
    engine = BatchingEngine(
        model,
        replace(
            configure_process(),
            batch=gpu.batch,
            max_window_seconds=gpu.max_window_seconds,
            batch_workers=gpu.batch_workers,
        ),
    )
    far = FarModel(engine._decoder._model)
    engine._decoder.device, engine._decoder._model = "cuda", far
    yield engine, far
    engine.close()


def said(result: ShardResult) -> str:
    return " ".join(segment.text for segment in result.segments)


def without_silence(path: Path) -> np.ndarray:
    """Of a clip, from its first to its last loud sample: pauses of over 1.5 s end a window."""
    samples = decode(path).samples
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    return samples[loud[0] : loud[-1]]


def test_shards_of_all_kinds_are_heard_and_long_windows_too(
    far: tuple[BatchingEngine, FarModel], order: Order, clips: list[Any], tmp_path: Path
) -> None:
    engine, model = far
    picked, german = clips[1:14:2], [clip for clip in clips if clip.language == "de"]  # English, German, Spanish
    path = wav(tmp_path / "long.wav", np.concatenate([without_silence(clip.path) for clip in german]))
    asked = [(clip.path, clip.language if i % 2 else None) for i, clip in enumerate(picked)]
    promises = [engine.submit(order(language=language), file) for file, language in [*asked, (path, None)]]

    results = [promise.result() for promise in promises]

    texts = [*[clip.text for clip in picked], " ".join(clip.text for clip in german)]
    assert jiwer.wer([NORMAL(text) for text in texts], [NORMAL(said(result)) for result in results]) < 0.25
    assert [result.language for result in results] == [*[clip.language for clip in picked], "de"]
    words = [word for result in results for segment in result.segments for word in segment.words]
    assert " ".join(word.text for word in words) == " ".join(said(result) for result in results)
    assert all(word.end > word.start for word in words)
    assert max(2 * view.shape[1] for view in model.views) > 1600  # frames: longer than any of a CPU's windows


def test_what_lies_on_the_gpu_stays_there(far: tuple[BatchingEngine, FarModel], order: Order, clips: list[Any]) -> None:
    engine, model = far
    decoder, picked = engine._decoder, [clip for clip in clips if clip.language == "de"]
    requests = [Request("de", "transcribe", (), clip.seconds) for clip in picked]
    mels = [engine._features.of(decode(clip.path).samples) for clip in picked]
    model.calls.clear()

    encoded = decoder.encode(mels, [1100, 1200, 1150])
    detected = decoder.detect(encoded, [1, 2])
    said = decoder.generate(encoded, [0, 1, 2], requests, beam=5)
    texts = [[[token for token in one.tokens if token < decoder.timestamps]] for one in said]
    frames = [mel.shape[1] for mel in mels]
    words = decoder.align(encoded, [0, 1, 2], requests, texts, frames)

    assert encoded.frames == [1200] * 3
    assert [ranking[0][0] for ranking in detected] == ["de", "de"]
    assert ["".join(word.text for word in found[0]).strip() for found in words] == [one.text for one in said]
    assert model.calls == dict.fromkeys(("encode", "detect_language", "generate", "align"), 1)
    assert model.views[-1].brought == 0

    parted = [replace(requests[0], language="nl"), *requests[1:]]
    again = decoder.align(encoded, [0, 1, 2], parted, texts, frames)

    for before, after in zip(words[1:], again[1:], strict=True):
        assert [word.text for word in after[0]] == [word.text for word in before[0]]
        assert [word.start for word in after[0]] == pytest.approx([word.start for word in before[0]], abs=0.1)
    assert (model.calls["align"], model.views[-1].brought) == (3, 1)  # one a language, brought over once


def test_a_window_that_is_not_believed_is_asked_again(
    far: tuple[BatchingEngine, FarModel], order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = far
    generate, temperatures = engine._decoder.generate, []

    def looped(*what: Any, **how: Any) -> Any:
        temperatures.append(how["temperature"])
        found = generate(*what, **how)
        return [replace(said, compression=4.0) for said in found] if how["temperature"] < 0.8 else found

    monkeypatch.setattr(engine._decoder, "generate", looped)

    result = engine.submit(order(), clip).result()

    assert temperatures == [0.0, 0.0, 0.0, 0.4, 0.8]
    assert "thing" in said(result)
