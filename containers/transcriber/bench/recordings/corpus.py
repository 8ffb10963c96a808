"""Benchmark corpus: clips with reference texts, variants of clips, and long recordings joined from clips."""

from __future__ import annotations

import hashlib
import json
import random
import wave
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from bench.engines.compared_engines import TimedWord
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


@dataclass(frozen=True)
class Clip:
    """A recording and its reference text.

    Attributes:
        path: the file.
        language: Whisper's code.
        seconds: length.
        text: reference text.
        formatted: the text as people write it, where the corpus has it.
        kind: kind of speech.
        words: (word, start, end in seconds) of each word, where the corpus has times.
    """

    path: Path
    language: str
    seconds: float
    text: str
    formatted: str | None = None
    kind: str = "read"
    words: tuple[TimedWord, ...] = ()


def clips_of(corpus: Path) -> list[Clip]:
    """Read the clips of `corpus`/manifest.json.

    It is a list of objects with file, language, seconds and text, perhaps also formatted, kind and words.
    """
    entries = json.loads((corpus / "manifest.json").read_text())
    return [
        Clip(
            corpus / e["file"],
            e["language"],
            e["seconds"],
            e["text"],
            e.get("formatted"),
            e.get("kind", Clip.kind),
            tuple((word, start, end) for word, start, end in e.get("words", ())),
        )
        for e in entries
    ]


def half_of(clip: Clip) -> str:
    """Return the half a clip belongs to, "tune" or "held-out": by the hash of its folder and name.

    Constants are chosen on the first half. The second is looked at rarely, so that it can still tell.
    """
    name = f"{clip.path.parent.name}/{clip.path.name}"
    return ("tune", "held-out")[int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2]


def selected(
    corpora: Sequence[Path], half: str = "all", longest: float = float("inf"), *, formatted: bool = False
) -> list[Clip]:
    """Read the clips of several corpora.

    Args:
        corpora: folders with a manifest.
        half: "tune", "held-out" or "all".
        longest: seconds; longer clips are left out.
        formatted: clips without a formatted reference are left out.
    """
    return [
        clip
        for clip in chain(*map(clips_of, corpora))
        if half in ("all", half_of(clip)) and clip.seconds <= longest and (clip.formatted is not None or not formatted)
    ]


def variants(clips: Sequence[Clip], count: int, target: Path) -> list[Clip]:
    """Return each clip unchanged and `count` - 1 times slightly changed: up to 0.1 s later, softer, with faint noise.

    The change is inaudible, but words on the borderline are decoded differently. With few words, rounding alone
    changes the word error rate as much as the choice of engine does; over the variants it evens out.

    Args:
        clips: the clips to vary.
        count: variants of each clip, the unchanged one included.
        target: folder for the changed files.
    """
    rng, result = np.random.default_rng(1), []
    for number, clip in enumerate(clips):
        result.append(clip)
        for variant in range(1, count):
            delay = np.zeros(int(rng.integers(0, SAMPLE_RATE // 10)), np.float32)
            samples = np.concatenate([delay, read_samples(clip)]) * np.float32(rng.uniform(0.7, 1.0))
            noise = rng.normal(0, 0.0003, len(samples)).astype(np.float32)
            path = wav(target / f"variant-{number:03}-{variant}.wav", samples + noise)
            words = _later(clip.words, len(delay) / SAMPLE_RATE)
            result.append(replace(clip, path=path, seconds=len(samples) / SAMPLE_RATE, words=words))
    return result


def concatenated(clips: Sequence[Clip], files: int, seconds: float, target: Path) -> list[Clip]:
    """Join clips to long recordings.

    Languages alternate, the one with most speech first. Each recording has its clips in another order, with 0.25 to
    0.9 s of faint noise between them.

    Args:
        clips: the clips to join.
        files: number of recordings.
        seconds: length of a recording; it is shorter where a language has fewer clips.
        target: folder for the recordings.
    """
    totals: Counter[str] = Counter()
    for clip in clips:
        totals[clip.language] += round(clip.seconds)
    languages = [language for language, _ in totals.most_common()]
    return [
        _concatenate(clips, languages[number % len(languages)], number, seconds, target / f"long-{number}.wav")
        for number in range(files)
    ]


def _concatenate(clips: Sequence[Clip], language: str, seed: int, seconds: float, target: Path) -> Clip:
    rng = np.random.default_rng(seed)
    in_language = [clip for clip in clips if clip.language == language]
    random.Random(seed).shuffle(in_language)
    parts: list[np.ndarray] = []
    texts: list[str] = []
    formatted: list[str | None] = []
    words: list[tuple[TimedWord, ...]] = []
    total = 0.0
    for clip in in_language:
        pause = rng.normal(0, 0.0005, int(rng.uniform(0.25, 0.9) * SAMPLE_RATE)).astype(np.float32)
        samples = read_samples(clip)
        parts += [samples, pause]
        texts.append(clip.text)
        formatted.append(clip.formatted)
        words.append(_later(clip.words, total))
        total += (len(samples) + len(pause)) / SAMPLE_RATE
        if total >= seconds:
            break
    known = [text for text in formatted if text is not None]
    return Clip(
        wav(target, np.concatenate(parts)),
        language,
        total,
        " ".join(texts),
        " ".join(known) if len(known) == len(formatted) else None,
        "joined",
        tuple(chain(*words)) if all(words) else (),
    )


def _later(words: tuple[TimedWord, ...], seconds: float) -> tuple[TimedWord, ...]:
    return tuple((word, start + seconds, end + seconds) for word, start, end in words)


def read_samples(clip: Clip) -> np.ndarray:
    """Decode a clip: floats from -1 to 1 at 16 kHz, shape (n,)."""
    return np.concatenate(list(AudioStream(clip.path)))


def wav(path: Path, samples: np.ndarray, rate: int = SAMPLE_RATE) -> Path:
    """Write a 16-bit WAV file.

    Args:
        path: file to write; it is also returned.
        samples: shape (n,) or (n, channels); floats from -1 to 1, or integers that are written unchanged.
        rate: sample rate in Hz.
    """
    if samples.dtype.kind == "f":
        samples = np.clip(samples, -1, 1) * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path
