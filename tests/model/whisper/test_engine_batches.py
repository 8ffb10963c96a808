"""Several shards in the engine: common batches, order, failures, cancellation."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import ShardError
from tests.fixtures.engines.engine_speech import (  # noqa: F401
    SAMPLE_RATE,
    MakeShard,
    fast_order,
    is_shop_boy_sentence,
    sentence_fixture,
    text,
    write_wav,
)
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.hardware import configure_process
from transcriber.whisper.decoding.model import WhisperModel
from transcriber.whisper.engine import BatchingEngine


def test_shards_share_batches_and_keep_their_own_words(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    real = engine._batch_queue.take

    def take() -> Any:
        batch = real()
        sizes.append(len({window.shard_state for window in batch}))
        return batch

    monkeypatch.setattr(engine._batch_queue, "take", take)
    english = [clip for clip in clips if clip.language == "en"]
    alone = [text(engine.submit(order(language="en"), clip.path).result()) for clip in english]

    futures = [engine.submit(order(index=i, language="en"), clip.path) for i, clip in enumerate(english)]
    together = [future.result() for future in futures]

    assert [result.index for result in together] == list(range(len(english)))
    # A batch pads its windows to one length, which may change an uncertain word.
    assert all(SequenceMatcher(None, text(a), b).ratio() > 0.75 for a, b in zip(together, alone, strict=True))
    assert max(sizes) > 1


@pytest.fixture
def transcribe_pair(
    engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[ShardResult]]:
    """Transcribe two shards, prepared one after the other, while a batch would wait a minute."""
    monkeypatch.setattr("transcriber.whisper.batch_queue._LINGER_SECONDS", 60.0)
    prepare, both, first = engine._prepare, threading.Barrier(2), threading.Event()

    def prepare_in_order(progress: Any) -> None:
        both.wait(30)
        if progress.shard.index:
            first.wait(30)
        prepare(progress)
        first.set()

    def run(**requested: Any) -> list[ShardResult]:
        orders = [order(index=index, interactive=False, **requested) for index in (0, 1)]
        return [future.result() for future in [engine.submit(one, clip) for one in orders]]

    monkeypatch.setattr(engine, "_prepare", prepare_in_order)
    return run


def test_batch_waits_for_shard_being_prepared(
    engine: BatchingEngine, transcribe_pair: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    generate, sizes = engine._model.generate, list[int]()

    def record_size(encoder_output: Any, indices: Any, *what: Any, **how: Any) -> Any:
        sizes.append(len(indices))
        return generate(encoder_output, indices, *what, **how)

    monkeypatch.setattr(engine._model, "generate", record_size)

    transcribe_pair(language="en")

    assert sizes == [2]


def test_languages_of_a_batch_are_detected_in_one_call(
    engine: BatchingEngine, transcribe_pair: Callable[..., list[ShardResult]], monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[tuple[int, int]] = []
    sure = (0.6, 0.97)

    def detect_language(encoder_output: Any, indices: Any, frames: int = 0) -> Any:
        requested.append((len(indices), frames))
        return [[("en", 0.97 if frames else sure[index])] for index in indices]

    monkeypatch.setattr(engine._model, "detect_language", detect_language)

    results = transcribe_pair()

    assert [result.language_probability for result in results] == pytest.approx([0.97, 0.97])
    assert requested == [(2, 0), (1, 3000)]  # the second call has the uncertain one only
    assert [result.engine["language_asked_again"] for result in results] == [1, 0]


def test_interactive_shard_finishes_before_bulk(
    engine: BatchingEngine, order: MakeShard, clip: Path, clips: list[Any]
) -> None:
    finished: list[str] = []
    bulk = [engine.submit(order(), c.path) for c in clips for _ in range(2)]
    for future in bulk:
        future.add_done_callback(lambda _: finished.append("bulk"))

    engine.submit(order(interactive=True), clip).result()

    assert len(finished) < len(bulk) // 2
    for future in bulk:
        future.cancel()


def test_failing_shard_does_not_fail_its_batch(
    engine: BatchingEngine, order: MakeShard, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    garbage = tmp_path / "garbage.wav"
    garbage.write_bytes(b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(range(256)) * 40)
    breaking_clip = clip.with_name("2414-128291-0009.flac")  # the only window this short
    real, gate = WhisperModel.encode, threading.Event()

    def encode(self: WhisperModel, mels: Any, frames: Any) -> Any:
        gate.wait(250)
        if any(mel.shape[1] < 330 for mel in mels):
            raise RuntimeError("this window breaks the model")
        return real(self, mels, frames)

    monkeypatch.setattr(WhisperModel, "encode", encode)

    blocking = engine.submit(order(language="en"), clip)  # while it blocks, the others form one batch
    bad, failing, good = [engine.submit(order(language="en"), path) for path in (garbage, breaking_clip, clip)]
    while engine._batch_queue.window_count < 2:
        threading.Event().wait(0.01)
    gate.set()

    assert is_shop_boy_sentence(blocking.result())
    assert is_shop_boy_sentence(good.result())
    assert isinstance(bad.exception(), ShardFailed)
    assert bad.exception().error is ShardError.NOT_AUDIO  # type: ignore[union-attr]
    assert "breaks the model" in str(failing.exception())


def test_cancelled_shards_do_not_affect_others(
    engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, inside = threading.Event(), threading.Event()
    real = WhisperModel.encode

    def encode(self: WhisperModel, mels: Any, frames: Any) -> Any:
        inside.set()
        gate.wait(30)
        return real(self, mels, frames)

    monkeypatch.setattr(WhisperModel, "encode", encode)
    running = engine.submit(order(), clip)
    inside.wait(30)
    waiting, kept = engine.submit(order(), clip), engine.submit(order(), clip)

    running.cancel()
    assert waiting.cancel()
    gate.set()

    assert waiting.cancelled()
    with pytest.raises(CancelledError):
        running.result()
    assert is_shop_boy_sentence(kept.result())


def test_close_cancels_shards_in_progress(model: Model, order: MakeShard, clip: Path) -> None:
    engine = BatchingEngine(model, replace(configure_process(), batch_workers=1))
    futures = [engine.submit(order(), clip) for _ in range(3)]

    engine.close()

    for future in futures:
        with contextlib.suppress(CancelledError):  # one may be done already
            assert is_shop_boy_sentence(future.result(10))
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit(order(), clip)


def test_free_capacity_shrinks_with_shards_in_progress(engine: BatchingEngine, order: MakeShard, clip: Path) -> None:
    before = engine.free_capacity()
    futures = [engine.submit(order(), clip) for _ in range(3)]
    during = engine.free_capacity()
    for future in futures:
        future.result()

    assert before == 2 * engine._settings.batch_workers * engine._settings.batch
    assert during < before
    assert engine.free_capacity() == before


def test_unsupported_language_fails_the_shard(engine: BatchingEngine, order: MakeShard, clip: Path) -> None:
    with pytest.raises(ShardFailed, match="xx"):
        engine.submit(order(language="xx"), clip).result()
