"""The batching engine on real speech: every option of a shard, shards in one batch, and failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.shards import RawAudio
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.engines.engine_speech import (  # noqa: F401
    SAMPLE_RATE,
    MakeShard,
    fast_order,
    is_shop_boy_sentence,
    sentence_fixture,
    text,
    write_wav,
)
from transcriber.whisper.decoding.model import WhisperModel
from transcriber.whisper.engine import BatchingEngine


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
