"""Audio without speech yields no words, and speech within, after or under other sound is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from whisper_normalizer.basic import BasicTextNormalizer

from bench.recordings.corpus import wav
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.non_speech import (
    SAMPLE_RATE,
    breathing,
    click,
    clock,
    difficult_recordings,
    music,
    noise,
    tone,
    touch_tones,
)
from tests.model.whisper.record_plain import PLAIN, difficult_path
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
NORMAL = BasicTextNormalizer()


NON_SPEECH: dict[str, Callable[[], np.ndarray]] = {
    "digital silence": lambda: np.zeros(SAMPLE_RATE * 12),
    "the last bit": lambda: noise(12) / 32768,
    "faint hiss": lambda: noise(12) * 0.003,
    "white noise": lambda: noise(12) * 0.5,
    "pink noise": lambda: noise(12, 1.0) * 0.5,
    "brown noise": lambda: noise(12, 2.0),
    "mains hum": lambda: tone(12, 50, 100, 150) * 0.3,
    "hold tone": lambda: tone(12, 425) * (clock(12) % 5 < 1),
    "touch tones": lambda: touch_tones(12) * 0.5,
    "music": lambda: music(20) * 0.7,
    "breathing": lambda: breathing(20) * 0.3,
    "a click": lambda: click(6),
    "crowd-like babble of noise": lambda: noise(12, 1.0) * (0.3 + 0.2 * np.sin(2 * np.pi * 4 * clock(12))),
}


def text_of(result: ShardResult) -> str:
    return " ".join(segment.text for segment in result.segments)


def test_non_speech_yields_no_segments(engine: BatchingEngine, order: MakeShard, tmp_path: Path) -> None:
    files = {name: wav(tmp_path / f"{i}.wav", make()) for i, (name, make) in enumerate(NON_SPEECH.items())}
    options = [{}, {"language": "en"}]  # with and without detection
    futures = [(name, engine.submit(order(**option), path)) for name, path in files.items() for option in options]

    unexpected = {name: text_of(future.result()) for name, future in futures if future.result().segments}

    assert unexpected == {}


def kept_letters(reference: str, transcript: str) -> int:
    """Letters of `reference` that were not deleted: substitutions count as kept, "shopboy" equals "shop boy"."""
    letters, written = (NORMAL(text).replace(" ", "") for text in (reference, transcript))
    return len(letters) - jiwer.process_characters(letters, written or "-").deletions


def test_difficult_speech_is_kept_like_plain_faster_whisper(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    plain = json.loads(PLAIN.read_text())["difficult"]
    ours, theirs, report = 0, 0, {}
    for name, (sound, text) in difficult_recordings(clips).items():
        path = difficult_path(tmp_path, name, sound)
        a, b = text_of(engine.submit(order(word_timestamps=False), path).result()), plain[name]
        ours, theirs = ours + kept_letters(text, a), theirs + kept_letters(text, b)
        report[name] = (kept_letters(text, a), kept_letters(text, b), a)

    assert ours >= 0.99 * theirs, report


def test_words_lie_within_the_speech_between_noise(
    engine: BatchingEngine, order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    speech = decode(next(c.path for c in clips if c.path.name == "1688-142285-0004.flac")).samples
    for number, around in enumerate((music(10) * 0.5, breathing(10) * 0.2, noise(10, 1.0) * 0.2)):
        path = wav(tmp_path / f"{number}.wav", np.concatenate([around, speech, around]))

        result = engine.submit(order(language="en"), path).result()

        words = [word for segment in result.segments for word in segment.words]
        assert words, number
        begin, end = len(around) / SAMPLE_RATE, (len(around) + len(speech)) / SAMPLE_RATE
        assert all(begin - 0.5 < word.start <= word.end < end + 0.5 for word in words), (number, words)


def test_hallucinated_silence_is_dropped(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fast_engine._model.generate

    def generate(encoder_output: Any, indices: Any, requests: Any, **how: Any) -> Any:
        hallucination = {"avg_logprob": -1.8, "no_speech_prob": 0.95, "text": "Thank you for watching!"}
        return [replace(hypothesis, **hallucination) for hypothesis in real(encoder_output, indices, requests, **how)]

    monkeypatch.setattr(fast_engine._model, "generate", generate)

    result = fast_engine.submit(order(language="en"), clip).result()

    assert result.segments == []
    assert result.engine["dropped"] == 1
    assert result.engine["redone"] == 1  # after a longer window


def test_persistent_repetition_is_retried_then_truncated(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fast_engine._model.generate
    temperatures = []
    repetition = fast_engine._model.tokenizer("en", "transcribe").encode(
        " si, si, si, si, si, si, si, si, si, si, si, si,"
    )

    def generate(encoder_output: Any, indices: Any, requests: Any, **how: Any) -> Any:
        temperatures.append(how.get("temperature", 0.0))
        repetitive = {"tokens": repetition, "text": "si, " * 12, "compression_ratio": 4.0}
        return [replace(hypothesis, **repetitive) for hypothesis in real(encoder_output, indices, requests, **how)]

    monkeypatch.setattr(fast_engine._model, "generate", generate)

    result = fast_engine.submit(order(language="en"), clip).result()

    assert temperatures == [0.0, 0.0, 0.0, 0.4, 0.8]  # short, half and full window; then sampled
    assert text_of(result).lower().rstrip(",.") == "si, si"  # silence around it makes a sentence of it


def test_repetition_in_wrong_language_is_retried_in_another(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate, answers = fast_engine._model.generate, iter(("de", "en"))
    languages: list[str] = []

    def repetitive(encoder_output: Any, indices: Any, requests: Any, **how: Any) -> Any:
        languages.append(requests[0].language)
        found = generate(encoder_output, indices, requests, **how)
        return [replace(hypothesis, compression_ratio=4.0) for hypothesis in found] if languages[-1] == "de" else found

    monkeypatch.setattr(fast_engine._model, "detect_language", lambda _, indices, frames=0: [[(next(answers), 0.97)]])
    monkeypatch.setattr(fast_engine._model, "generate", repetitive)

    result = fast_engine.submit(order(), clip).result()

    assert languages == ["de", "en"]
    assert (result.language, result.engine["redone"]) == ("en", 1)
    assert "thing" in text_of(result)


def test_punctuation_only_is_sampled_on_half_window(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, generate, frames, temperatures = fast_engine._model.encode, fast_engine._model.generate, [], []

    def record_frames(mels: Any, widths: Any) -> Any:
        frames.extend(widths)
        return encode(mels, widths)

    def punctuation_only(*what: Any, **how: Any) -> Any:
        temperatures.append(how["temperature"])
        found = generate(*what, **how)
        return found if how["temperature"] else [replace(hypothesis, text="― ― ―") for hypothesis in found]

    monkeypatch.setattr(fast_engine._model, "encode", record_frames)
    monkeypatch.setattr(fast_engine._model, "generate", punctuation_only)

    result = fast_engine.submit(order(language="en"), clip).result()

    assert temperatures == [0.0, 0.0, 0.4]
    assert frames[1:] == [1500]  # encoded once for both attempts
    assert "thing" in text_of(result)


def test_low_probability_is_retried_on_half_window_only(
    fast_engine: BatchingEngine, order: MakeShard, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, generate, frames = fast_engine._model.encode, fast_engine._model.generate, []

    def record_frames(mels: Any, widths: Any) -> Any:
        frames.extend(widths)
        return encode(mels, widths)

    def low_probability(*what: Any, **how: Any) -> Any:
        return [replace(hypothesis, avg_logprob=-1.2) for hypothesis in generate(*what, **how)]

    monkeypatch.setattr(fast_engine._model, "encode", record_frames)
    monkeypatch.setattr(fast_engine._model, "generate", low_probability)

    result = fast_engine.submit(order(language="en"), clip).result()

    assert frames[0] < 1000
    assert frames[1:] == [1500]
    assert "thing" in text_of(result)
