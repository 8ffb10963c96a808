"""Audio without speech yields no words, and speech within, after or under other sound is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from whisper_normalizer.basic import BasicTextNormalizer

from bench.corpus import wav
from earshot_contract.shards import Shard, ShardResult
from tests.fixtures.audio import decode
from tests.fixtures.plain_faster_whisper import PlainFasterWhisper
from transcriber.engine_protocol import Model
from transcriber.whisper.engine import BatchingEngine

MakeShard = Callable[..., Shard]
SAMPLE_RATE = 16_000
NORMAL = BasicTextNormalizer()


def clock(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def noise(seconds: float, colour: float = 0.0, seed: int = 0) -> np.ndarray:
    """Power falls with frequency to the power `colour`: 0 white, 1 pink, 2 brown. Peak 1."""
    length = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (colour / 2)
    sound = np.fft.irfft(spectrum, length)
    return sound / np.abs(sound).max()


def tone(seconds: float, *pitches: float) -> np.ndarray:
    return sum((np.sin(2 * np.pi * pitch * clock(seconds)) for pitch in pitches), np.zeros(1)) / len(pitches)


def music(seconds: float) -> np.ndarray:
    """Plucked chords over a bass and a drum, two beats a second."""
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    chords = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]
    for beat in range(int(seconds * 2)):
        chord = chords[beat // 4 % 4]
        note = tone(0.5, *chord, chord[0] / 2, chord[beat % 3] * 2) * np.exp(-4 * clock(0.5))
        drum = noise(0.5, 0, beat) * np.exp(-30 * clock(0.5)) * (0.5 if beat % 2 else 0.2)
        at = beat * SAMPLE_RATE // 2
        sound[at : at + len(note)] += (note + drum)[: len(sound) - at]
    return sound / np.abs(sound).max()


def breathing(seconds: float) -> np.ndarray:
    """Noise that swells and falls every three seconds."""
    return noise(seconds, 1.0) * np.maximum(0, np.sin(2 * np.pi * clock(seconds) / 3)) ** 2


def touch_tones(seconds: float) -> np.ndarray:
    """Touch tones, five a second."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    keys = [tone(0.1, rows[k % 4], columns[k % 3]) for k in range(int(seconds * 5))]
    return np.concatenate([np.concatenate([key, np.zeros(SAMPLE_RATE // 10)]) for key in keys])


def click(seconds: float) -> np.ndarray:
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    sound[len(sound) // 2 : len(sound) // 2 + SAMPLE_RATE // 10] = noise(0.1)
    return sound


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


def difficult_recordings(clips: list[Any]) -> dict[str, tuple[np.ndarray, str]]:
    """Speech in difficult conditions, with its text."""
    texts = {clip.path.name: clip.text for clip in clips}
    sounds = {clip.path.name: decode(clip.path).samples for clip in clips}
    english, other, german = "1688-142285-0004.flac", "1998-15444-0007.flac", "fleurs-de-005.ogg"
    speech, pause = sounds[english] / np.abs(sounds[english]).max(), np.zeros(SAMPLE_RATE * 4)
    hiss = noise(len(speech) / SAMPLE_RATE)[: len(speech)]
    return {
        "very quiet": (speech * 0.003, texts[english]),
        "clipped": (np.clip(speech * 8, -0.9, 0.9), texts[english]),
        "a quarter of its rate": (speech[: len(speech) // 2 * 2 : 2], texts[english]),  # written as 8 kHz
        "in noise": (speech * 0.7 + hiss * 0.1, texts[english]),
        "between music": (np.concatenate([music(8), speech, music(8)]) * 0.8, texts[english]),
        "after a hold tone": (np.concatenate([tone(6, 425) * 0.5, pause, speech]), texts[english]),
        "far apart": (
            np.concatenate([speech, np.zeros(SAMPLE_RATE * 40), sounds[other]]),
            f"{texts[english]} {texts[other]}",
        ),
        "two languages": (np.concatenate([sounds[german], pause, speech]), f"{texts[german]} {texts[english]}"),
    }


def kept_letters(reference: str, transcript: str) -> int:
    """Letters of `reference` that were not deleted: substitutions count as kept, "shopboy" equals "shop boy"."""
    letters, written = (NORMAL(text).replace(" ", "") for text in (reference, transcript))
    return len(letters) - jiwer.process_characters(letters, written or "-").deletions


def test_difficult_speech_is_kept_like_plain_faster_whisper(
    engine: BatchingEngine, model: Model, order: MakeShard, clips: list[Any], tmp_path: Path
) -> None:
    plain = PlainFasterWhisper(model)
    ours, theirs, report = 0, 0, {}
    for number, (name, (sound, text)) in enumerate(difficult_recordings(clips).items()):
        path = wav(tmp_path / f"{number}.wav", sound, 8000 if "quarter" in name else SAMPLE_RATE)
        a, b = text_of(engine.submit(order(word_timestamps=False), path).result()), plain.transcribe(path).text
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
    assert text_of(result) == "si, si,"


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
