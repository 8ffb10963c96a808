"""The batching engine on real speech: every option of a shard, shards in one batch, and failures."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.corpus import wav
from earshot_contract.shards import EngineProfile, RawAudio, Shard, ShardError, ShardResult
from tests.fixtures.audio import decode
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.hardware import configure_process
from transcriber.whisper.engine import BatchingEngine
from transcriber.whisper.model import WhisperModel

MakeShard = Callable[..., Shard]
SAMPLE_RATE = 16_000


def text(result: ShardResult) -> str:
    return " ".join(re.findall(r"\w+", " ".join(segment.text for segment in result.segments).lower()))


def is_shop_boy_sentence(result: ShardResult) -> bool:
    """Whether the sentence of `clip` was recognised; base hears "shop boy", "shopboy" or "shock boy"."""
    return "boywasthething" in text(result).replace(" ", "")


def write_wav(path: Path, *channels: np.ndarray) -> Path:
    """A WAV of float samples at 16 kHz."""
    length = max(len(channel) for channel in channels)
    grid = np.stack([np.pad(channel, (0, length - len(channel))) for channel in channels], axis=1)
    return wav(path, grid)


@pytest.fixture
def order(order: MakeShard) -> MakeShard:
    """Shards of the profile `fast`: options and failures are the same in both, and it takes a third of the time."""
    return partial(order, profile=EngineProfile.FAST)


@pytest.fixture(scope="module")
def sentence(clip: Path) -> np.ndarray:
    return decode(clip).samples


def test_segments_and_words_have_times_of_the_file(
    engine: BatchingEngine, order: MakeShard, tmp_path: Path, sentence: np.ndarray
) -> None:
    silence = np.zeros(SAMPLE_RATE * 7, np.float32)
    path = write_wav(tmp_path / "late.wav", np.concatenate([silence, sentence, silence]))

    result = engine.submit(order(language="en"), path).result()

    assert is_shop_boy_sentence(result)
    words = [word for segment in result.segments for word in segment.words]
    assert " ".join(word.text for word in words) == " ".join(segment.text for segment in result.segments)
    assert 6.9 < words[0].start < 7.7
    assert 10.5 < words[-1].end < 11.6
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert all(word.start <= word.end and 0 < word.probability <= 1 for word in words)
    assert result.audio.duration == pytest.approx(len(sentence) / SAMPLE_RATE + 14, abs=0.01)
    assert (result.model.name, result.model.compute_type) == ("base", "int8_float32")
    assert {"decode", "model", "total"} <= set(result.seconds)


def test_words_are_omitted_without_word_timestamps(engine: BatchingEngine, order: MakeShard, clip: Path) -> None:
    result = engine.submit(order(word_timestamps=False), clip).result()

    assert is_shop_boy_sentence(result)
    assert all(segment.words == [] and segment.start < segment.end for segment in result.segments)


def test_time_range_result_has_times_of_the_file(
    engine: BatchingEngine, order: MakeShard, tmp_path: Path, sentence: np.ndarray
) -> None:
    path = write_wav(
        tmp_path / "twice.wav", np.concatenate([np.zeros(SAMPLE_RATE * 40), sentence, np.zeros(SAMPLE_RATE * 20)])
    )

    inside = engine.submit(order(start=35.0, end=50.0), path).result()
    outside = engine.submit(order(start=0.0, end=30.0), path).result()

    assert is_shop_boy_sentence(inside)
    assert 39.9 < inside.segments[0].start < 41
    assert outside.segments == []
    assert outside.audio.duration == inside.audio.duration == pytest.approx(60 + len(sentence) / SAMPLE_RATE, abs=0.1)


def test_channels_are_transcribed_separately(
    engine: BatchingEngine, order: MakeShard, tmp_path: Path, sentence: np.ndarray, clips: list[Any]
) -> None:
    other = decode(next(c.path for c in clips if c.path.name == "1998-15444-0007.flac")).samples
    path = write_wav(tmp_path / "two.wav", sentence, other)

    left, right = [engine.submit(order(channel=channel), path) for channel in (0, 1)]

    assert is_shop_boy_sentence(left.result())
    assert "emetic" in text(right.result()) or "at hand" in text(right.result())
    assert (left.result().channel, right.result().audio.channels) == (0, 2)


def test_raw_audio_is_transcribed(
    engine: BatchingEngine, order: MakeShard, tmp_path: Path, sentence: np.ndarray
) -> None:
    path = tmp_path / "raw"
    path.write_bytes((sentence * 32767).astype("<i2").tobytes())

    result = engine.submit(order(raw=RawAudio("linear16", SAMPLE_RATE)), path).result()

    assert is_shop_boy_sentence(result)


def test_language_detection_respects_allowed_languages(
    engine: BatchingEngine, order: MakeShard, clips: list[Any]
) -> None:
    german = next(clip.path for clip in clips if clip.language == "de")

    free = engine.submit(order(), german).result()
    bound = engine.submit(order(languages=["es", "nl"]), german).result()

    assert free.language == "de"
    assert free.language_probability > 0.8
    assert bound.language == "nl"
    assert bound.language_probability < 0.5


@pytest.mark.parametrize(("confidence", "redetections", "language"), [(0.69, 1, "de"), (0.71, 0, "en")])
def test_low_confidence_language_is_detected_on_full_window(
    engine: BatchingEngine,
    order: MakeShard,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    confidence: float,
    redetections: int,
    language: str,
) -> None:
    full: list[int] = []

    def detect_language(_: Any, indices: Any, frames: int = 0) -> Any:
        if frames:
            full.append(frames)
        return [[("de", 0.9)] if frames else [("en", confidence)] for _ in indices]

    monkeypatch.setattr(engine._model, "detect_language", detect_language)

    result = engine.submit(order(), clip).result()

    assert full[:1] == [3000] * redetections
    assert result.language == language
    assert result.engine.get("language_asked_again", 0) == redetections


def test_translate_task_returns_english(engine: BatchingEngine, order: MakeShard, clips: list[Any]) -> None:
    spanish = next(clip.path for clip in clips if clip.path.name == "fleurs-es-006.ogg")

    result = engine.submit(order(task="translate", language="es"), spanish).result()

    assert {"the", "of"} & set(text(result).split())
    assert result.language == "es"


def test_prompt_hotwords_temperature_reach_the_model(
    engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = []
    real = WhisperModel.generate

    def generate(self: WhisperModel, encoder_output: Any, indices: Any, requests: Any, **how: Any) -> Any:
        requested.append((requests[0].prompt_tokens, how.get("temperature", 0.0)))
        return real(self, encoder_output, indices, requests, **how)

    monkeypatch.setattr(WhisperModel, "generate", generate)

    result = engine.submit(order(prompt="Mr. Thornton.", hotwords="shoppe", temperature=0.3), clip).result()

    before, temperature = requested[0]
    assert engine._model.text(before) == " shoppe Mr. Thornton."
    assert temperature == 0.3
    assert "best of all" in text(result)


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


def test_untested_language_gets_longer_window_once_detected(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []
    real = WhisperModel.encode

    def encode(self: WhisperModel, mels: Any, frames: Any) -> Any:
        lengths.extend(frames)
        return real(self, mels, frames)

    monkeypatch.setattr(WhisperModel, "encode", encode)
    result = fast_engine.submit(order(languages=["af"]), clip.with_name("2414-128291-0000.flac")).result()

    assert result.language == "af"
    assert lengths[0] < 1000
    assert lengths[-1] >= 1000
    assert result.segments


def test_profile_of_a_shard_overrides_the_workers(
    engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, encoded = WhisperModel.encode, []

    def encode_and_note(model: WhisperModel, mels: Any, frames: Any) -> Any:
        encoded.append(max(frames))
        return encode(model, mels, frames)

    monkeypatch.setattr(WhisperModel, "encode", encode_and_note)
    results = [engine.submit(order(language="en", profile=name), clip).result() for name in (None, *EngineProfile)]

    assert [result.engine["profile"] for result in results] == ["accurate", "accurate", "fast"]
    assert encoded[:2] == [3000, 3000]
    assert max(encoded[2:]) < 1000  # four seconds of audio
    assert all(map(is_shop_boy_sentence, results))
