"""The corpus: clips with reference texts, variants of them, and long recordings made of them."""

from __future__ import annotations

import json
import random
import wave
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from transcriber.audio.stream import SAMPLE_RATE, AudioStream


@dataclass(frozen=True)
class Clip:
    path: Path
    language: str
    seconds: float
    text: str


def clips_of(corpus: Path) -> list[Clip]:
    """Of `manifest.json`: file, language, seconds, text."""
    entries = json.loads((corpus / "manifest.json").read_text())
    return [Clip(corpus / e["file"], e["language"], e["seconds"], e["text"]) for e in entries]


def variants(clips: Sequence[Clip], count: int, target: Path) -> list[Clip]:
    """Each clip as it is and `count` - 1 times a little otherwise: up to 0.1 s later, softer, with faint noise.

    Nobody hears the difference, but borderline words fall the other way: over variants the luck of rounding evens
    out, which on so few words is as large as what engines differ by.
    """
    chance, found = np.random.default_rng(1), []
    for number, clip in enumerate(clips):
        found.append(clip)
        for variant in range(1, count):
            late = np.zeros(int(chance.integers(0, SAMPLE_RATE // 10)), np.float32)
            samples = np.concatenate([late, _samples(clip)]) * np.float32(chance.uniform(0.7, 1.0))
            noise = chance.normal(0, 0.0003, len(samples)).astype(np.float32)
            path = wav(target / f"variant-{number:03}-{variant}.wav", samples + noise)
            found.append(replace(clip, path=path, seconds=len(samples) / SAMPLE_RATE))
    return found


def joined(clips: Sequence[Clip], files: int, seconds: float, target: Path) -> list[Clip]:
    """`files` long recordings of about `seconds` each, or of all clips of a language where there are fewer.

    Languages by turns, the one with most speech first; clips in a new order each time, with 0.25 to 0.9 s of faint
    noise between them.
    """
    totals: Counter[str] = Counter()
    for clip in clips:
        totals[clip.language] += round(clip.seconds)
    languages = [language for language, _ in totals.most_common()]
    return [
        _joined(clips, languages[number % len(languages)], number, seconds, target / f"long-{number}.wav")
        for number in range(files)
    ]


def _joined(clips: Sequence[Clip], language: str, seed: int, seconds: float, target: Path) -> Clip:
    chance = np.random.default_rng(seed)
    own = [clip for clip in clips if clip.language == language]
    random.Random(seed).shuffle(own)
    parts: list[np.ndarray] = []
    texts: list[str] = []
    total = 0.0
    for clip in own:
        gap = chance.normal(0, 0.0005, int(chance.uniform(0.25, 0.9) * SAMPLE_RATE)).astype(np.float32)
        parts += [_samples(clip), gap]
        texts.append(clip.text)
        total += clip.seconds + len(gap) / SAMPLE_RATE
        if total >= seconds:
            break
    return Clip(wav(target, np.concatenate(parts)), language, total, " ".join(texts))


def _samples(clip: Clip) -> np.ndarray:
    return np.concatenate(list(AudioStream(clip.path)))


def wav(path: Path, samples: np.ndarray, rate: int = SAMPLE_RATE) -> Path:
    """16 bits; `samples`, shape (n,) or (n, channels), are floats from -1 to 1 or integers as they are."""
    if samples.dtype.kind == "f":
        samples = np.clip(samples, -1, 1) * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path
