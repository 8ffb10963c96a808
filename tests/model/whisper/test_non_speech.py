"""No invented words: what is no speech stays silent, and speech in, after or under it is kept."""

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
from tests.fixtures.plain_faster_whisper import Plain
from transcriber.engine_protocol import Model
from transcriber.whisper.engine import BatchingEngine

Order = Callable[..., Shard]
RATE = 16_000
NORMAL = BasicTextNormalizer()


def clock(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def noise(seconds: float, colour: float = 0.0, seed: int = 0) -> np.ndarray:
    """Power falls with frequency to the power `colour`: 0 white, 1 pink, 2 brown. Peak 1."""
    length = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (colour / 2)
    sound = np.fft.irfft(spectrum, length)
    return sound / np.abs(sound).max()


def tone(seconds: float, *pitches: float) -> np.ndarray:
    return sum((np.sin(2 * np.pi * pitch * clock(seconds)) for pitch in pitches), np.zeros(1)) / len(pitches)


def music(seconds: float) -> np.ndarray:
    """Plucked chords over a bass and a drum, two beats a second."""
    sound = np.zeros(round(seconds * RATE))
    chords = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]
    for beat in range(int(seconds * 2)):
        chord = chords[beat // 4 % 4]
        note = tone(0.5, *chord, chord[0] / 2, chord[beat % 3] * 2) * np.exp(-4 * clock(0.5))
        drum = noise(0.5, 0, beat) * np.exp(-30 * clock(0.5)) * (0.5 if beat % 2 else 0.2)
        at = beat * RATE // 2
        sound[at : at + len(note)] += (note + drum)[: len(sound) - at]
    return sound / np.abs(sound).max()


def breathing(seconds: float) -> np.ndarray:
    """Noise that swells and falls every three seconds."""
    return noise(seconds, 1.0) * np.maximum(0, np.sin(2 * np.pi * clock(seconds) / 3)) ** 2


def dial(seconds: float) -> np.ndarray:
    """Touch tones, five a second."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    keys = [tone(0.1, rows[k % 4], columns[k % 3]) for k in range(int(seconds * 5))]
    return np.concatenate([np.concatenate([key, np.zeros(RATE // 10)]) for key in keys])


def click(seconds: float) -> np.ndarray:
    sound = np.zeros(round(seconds * RATE))
    sound[len(sound) // 2 : len(sound) // 2 + RATE // 10] = noise(0.1)
    return sound


WORDLESS: dict[str, Callable[[], np.ndarray]] = {
    "digital silence": lambda: np.zeros(RATE * 12),
    "the last bit": lambda: noise(12) / 32768,
    "faint hiss": lambda: noise(12) * 0.003,
    "white noise": lambda: noise(12) * 0.5,
    "pink noise": lambda: noise(12, 1.0) * 0.5,
    "brown noise": lambda: noise(12, 2.0),
    "mains hum": lambda: tone(12, 50, 100, 150) * 0.3,
    "hold tone": lambda: tone(12, 425) * (clock(12) % 5 < 1),
    "touch tones": lambda: dial(12) * 0.5,
    "music": lambda: music(20) * 0.7,
    "breathing": lambda: breathing(20) * 0.3,
    "a click": lambda: click(6),
    "crowd-like babble of noise": lambda: noise(12, 1.0) * (0.3 + 0.2 * np.sin(2 * np.pi * 4 * clock(12))),
}


def said(result: ShardResult) -> str:
    return " ".join(segment.text for segment in result.segments)


def test_where_nobody_speaks_no_word_is_written(engine: BatchingEngine, order: Order, tmp_path: Path) -> None:
    files = {name: wav(tmp_path / f"{i}.wav", make()) for i, (name, make) in enumerate(WORDLESS.items())}
    asked = [{}, {"language": "en"}]  # a given language must not tempt the model either
    promises = [(name, engine.submit(order(**how), path)) for name, path in files.items() for how in asked]

    invented = {name: said(promise.result()) for name, promise in promises if promise.result().segments}

    assert invented == {}


def hard(clips: list[Any]) -> dict[str, tuple[np.ndarray, str]]:
    """Speech in conditions that make it hard, and what is said."""
    texts = {clip.path.name: clip.text for clip in clips}
    sounds = {clip.path.name: decode(clip.path).samples for clip in clips}
    english, other, german = "1688-142285-0004.flac", "1998-15444-0007.flac", "fleurs-de-005.ogg"
    speech, pause = sounds[english] / np.abs(sounds[english]).max(), np.zeros(RATE * 4)
    hiss = noise(len(speech) / RATE)[: len(speech)]
    return {
        "very quiet": (speech * 0.003, texts[english]),
        "clipped": (np.clip(speech * 8, -0.9, 0.9), texts[english]),
        "a quarter of its rate": (speech[: len(speech) // 2 * 2 : 2], texts[english]),  # written as 8 kHz
        "in noise": (speech * 0.7 + hiss * 0.1, texts[english]),
        "between music": (np.concatenate([music(8), speech, music(8)]) * 0.8, texts[english]),
        "after a hold tone": (np.concatenate([tone(6, 425) * 0.5, pause, speech]), texts[english]),
        "far apart": (
            np.concatenate([speech, np.zeros(RATE * 40), sounds[other]]),
            f"{texts[english]} {texts[other]}",
        ),
        "two languages": (np.concatenate([sounds[german], pause, speech]), f"{texts[german]} {texts[english]}"),
    }


def kept(reference: str, heard: str) -> int:
    """Letters of `reference` for which something was written: misheard is kept, "shopboy" is "shop boy"."""
    letters, written = (NORMAL(text).replace(" ", "") for text in (reference, heard))
    return len(letters) - jiwer.process_characters(letters, written or "-").deletions


def test_speech_in_hard_places_is_kept_as_plain_faster_whisper_keeps_it(
    engine: BatchingEngine, model: Model, order: Order, clips: list[Any], tmp_path: Path
) -> None:
    plain = Plain(model)
    ours, theirs, report = 0, 0, {}
    for number, (name, (sound, text)) in enumerate(hard(clips).items()):
        path = wav(tmp_path / f"{number}.wav", sound, 8000 if "quarter" in name else RATE)
        a, b = said(engine.submit(order(word_timestamps=False), path).result()), plain.hear(path).text
        ours, theirs = ours + kept(text, a), theirs + kept(text, b)
        report[name] = (kept(text, a), kept(text, b), a)

    assert ours >= 0.99 * theirs, report


def test_speech_is_told_where_it_is_and_nothing_around_it(
    engine: BatchingEngine, order: Order, clips: list[Any], tmp_path: Path
) -> None:
    speech = decode(next(c.path for c in clips if c.path.name == "1688-142285-0004.flac")).samples
    for number, around in enumerate((music(10) * 0.5, breathing(10) * 0.2, noise(10, 1.0) * 0.2)):
        path = wav(tmp_path / f"{number}.wav", np.concatenate([around, speech, around]))

        result = engine.submit(order(language="en"), path).result()

        words = [word for segment in result.segments for word in segment.words]
        assert words, number
        begin, end = len(around) / RATE, (len(around) + len(speech)) / RATE
        assert all(begin - 0.5 < word.start <= word.end < end + 0.5 for word in words), (number, words)


def test_a_model_that_babbles_is_not_believed(
    engine: BatchingEngine, order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine._decoder.generate

    def generate(encoded: Any, indices: Any, requests: Any, **how: Any) -> Any:
        babble = {"logprob": -1.8, "no_speech": 0.95, "text": "Thank you for watching!"}
        return [replace(said, **babble) for said in real(encoded, indices, requests, **how)]

    monkeypatch.setattr(engine._decoder, "generate", generate)

    result = engine.submit(order(language="en"), clip).result()

    assert result.segments == []
    assert result.engine["dropped"] == 1
    assert result.engine["redone"] == 1  # not without asking the full window


def test_a_model_that_loops_is_asked_again_and_its_loop_cut_when_it_does_nothing_else(
    engine: BatchingEngine, order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine._decoder.generate
    temperatures = []
    loop = engine._decoder.tokenizer("en", "transcribe").encode(" si, si, si, si, si, si, si, si, si, si, si, si,")

    def generate(encoded: Any, indices: Any, requests: Any, **how: Any) -> Any:
        temperatures.append(how.get("temperature", 0.0))
        looped = {"tokens": loop, "text": "si, " * 12, "compression": 4.0}
        return [replace(said, **looped) for said in real(encoded, indices, requests, **how)]

    monkeypatch.setattr(engine._decoder, "generate", generate)

    result = engine.submit(order(language="en"), clip).result()

    assert temperatures == [0.0, 0.0, 0.0, 0.4, 0.8]  # short, half, full; then sampled
    assert said(result) == "si, si,"


def test_a_loop_in_the_wrong_language_is_heard_again_in_another(
    engine: BatchingEngine, order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate, answers = engine._decoder.generate, iter(("de", "en"))
    languages: list[str] = []

    def looped(encoded: Any, indices: Any, requests: Any, **how: Any) -> Any:
        languages.append(requests[0].language)
        found = generate(encoded, indices, requests, **how)
        return [replace(said, compression=4.0) for said in found] if languages[-1] == "de" else found

    monkeypatch.setattr(engine._decoder, "detect", lambda _, indices, frames=0: [[(next(answers), 0.9)]])
    monkeypatch.setattr(engine._decoder, "generate", looped)

    result = engine.submit(order(), clip).result()

    assert languages == ["de", "en"]
    assert (result.language, result.engine["redone"]) == ("en", 1)
    assert "thing" in said(result)


def test_signs_alone_are_sampled_on_half_a_window(
    engine: BatchingEngine, order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, generate, frames, temperatures = engine._decoder.encode, engine._decoder.generate, [], []

    def counted(mels: Any, widths: Any) -> Any:
        frames.extend(widths)
        return encode(mels, widths)

    def signed(*what: Any, **how: Any) -> Any:
        temperatures.append(how["temperature"])
        found = generate(*what, **how)
        return found if how["temperature"] else [replace(said, text="― ― ―") for said in found]

    monkeypatch.setattr(engine._decoder, "encode", counted)
    monkeypatch.setattr(engine._decoder, "generate", signed)

    result = engine.submit(order(language="en"), clip).result()

    assert temperatures == [0.0, 0.0, 0.4]
    assert frames[1:] == [1500]  # encoded once for both
    assert "thing" in said(result)


def test_a_mumble_is_asked_of_half_a_window_and_no_more(
    engine: BatchingEngine, order: Order, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, generate, frames = engine._decoder.encode, engine._decoder.generate, []

    def counted(mels: Any, widths: Any) -> Any:
        frames.extend(widths)
        return encode(mels, widths)

    def mumbled(*what: Any, **how: Any) -> Any:
        return [replace(said, logprob=-1.2) for said in generate(*what, **how)]

    monkeypatch.setattr(engine._decoder, "encode", counted)
    monkeypatch.setattr(engine._decoder, "generate", mumbled)

    result = engine.submit(order(language="en"), clip).result()

    assert frames[0] < 1000
    assert frames[1:] == [1500]
    assert "thing" in said(result)
