"""Made conversations: clips of single speakers put together, so that who talks when is known exactly."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

Voices = Mapping[str, Sequence[np.ndarray]]  # speaker → clips, float32 samples at 16 kHz
_HIGH_VOICE_HZ = 165  # median pitch that parts low voices from high ones, to pair voices that are alike
_LEVEL = 0.06  # RMS of a turn before the speakers' own levels, which differ by up to _LEVEL_RANGE dB
_LEVEL_RANGE = 6.0
_ROOM_NOISE = 2e-4  # RMS of the faint noise in every conversation
_TELEPHONE_BAND = (300, 3400)  # Hz
_INTERJECTION = (0.4, 0.7)  # shortest and longest "yes" or "mhm", in seconds
_INTERJECTION_SHARE = 0.5  # of the turns that end in one


@dataclass(frozen=True)
class Turn:
    """One speaker's speech at one time, in seconds."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True)
class Condition:
    """How a conversation is made.

    Attributes:
        speakers: their number.
        turn: shortest and longest turn, in seconds.
        pause: least and greatest silence between turns, in seconds; negative: they overlap.
        alike: all voices are low, or all are high.
        treatment: "", "telephone", "noise", "answers" (the second speaker gives short answers only), or "interjections"
            (half of the turns are interrupted: another speaker says a word, and the first goes on).
    """

    speakers: int
    turn: tuple[float, float]
    pause: tuple[float, float] = (0.2, 0.9)
    alike: bool = False
    treatment: str = ""


CONDITIONS = {
    "one": Condition(1, (3, 9)),
    "two": Condition(2, (3, 9)),
    "two, alike": Condition(2, (3, 9), alike=True),
    "two, turns of 1 to 3 s": Condition(2, (1, 3), (0.1, 0.5)),
    "two, overlaps of 0.3 s": Condition(2, (2, 6), (-0.3, -0.3)),
    "two, telephone": Condition(2, (2, 8), treatment="telephone"),
    "two, telephone, alike": Condition(2, (2, 8), alike=True, treatment="telephone"),
    "two, noise": Condition(2, (2, 8), treatment="noise"),
    "two, short answers": Condition(2, (4, 12), (0.1, 0.4), treatment="answers"),
    "two, interjections": Condition(2, (2, 6), (0.1, 0.4), treatment="interjections"),
    "three": Condition(3, (3, 9)),
    "four": Condition(4, (3, 9)),
    "four, turns of 1 to 3 s": Condition(4, (1, 3), (0.1, 0.5)),
    "four, interjections": Condition(4, (2, 6), (0.1, 0.4), treatment="interjections"),
    "four, noise, overlaps": Condition(4, (2, 6), (-0.3, 0.5), treatment="noise"),
    "six": Condition(6, (2, 7)),
    "five, alike": Condition(5, (2, 7), alike=True),
}


@dataclass(frozen=True)
class Conversation:
    """A made recording and its turns in order of time."""

    samples: np.ndarray
    turns: list[Turn]


def voices_of(*corpora: Path, min_seconds: float = 30.0, only: Collection[str] = ()) -> dict[str, list[np.ndarray]]:
    """Return the clips of each speaker with at least `min_seconds` seconds.

    A corpus has a manifest.json: a list of objects with `file` and, if known, `speaker`. A clip without one that is
    named as LibriSpeech names them (speaker-chapter-number) is that speaker's. `only` names the voices that are wanted,
    all without it.
    """
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for corpus in corpora:
        for entry in json.loads((corpus / "manifest.json").read_text()):
            name = Path(entry["file"]).stem.split("-")
            speaker = entry.get("speaker") or (name[0] if len(name) == 3 and name[0].isdecimal() else None)
            if speaker and "several" not in entry.get("kind", "") and (not only or speaker in only):
                found[speaker].append(np.concatenate(list(AudioStream(corpus / entry["file"]))))
    return {who: clips for who, clips in sorted(found.items()) if sum(map(len, clips)) >= min_seconds * SAMPLE_RATE}


def choose_speakers(voices: Voices, condition: Condition, rng: np.random.Generator) -> list[str] | None:
    """Return speakers for a conversation; None if there are too few voices for it."""
    pools = [sorted(voices)]
    if condition.alike:
        high = {who for who, clips in voices.items() if pitch(np.concatenate(clips[:3])) >= _HIGH_VOICE_HZ}
        pools = [sorted(set(voices) - high), sorted(high)]
    pools = [pool for pool in pools if len(pool) >= condition.speakers]
    if not pools:
        return None
    pool = pools[int(rng.integers(len(pools)))]
    return [str(who) for who in rng.choice(pool, condition.speakers, replace=False)]


def converse(voices: Voices, condition: Condition, seconds: float, rng: np.random.Generator) -> Conversation:
    """Make a conversation of the speakers in `voices`, of about `seconds` seconds.

    Every part of a clip is used once, but for interjections. A turn of the truth is the sounding part of what was
    put there.
    """
    names = list(voices)
    gains = {who: 10 ** (rng.uniform(-_LEVEL_RANGE, 0) / 20) for who in names}
    lengths = dict.fromkeys(names, condition.turn)
    if condition.treatment == "answers":
        lengths[names[1]] = (0.5, 0.9)
    stock = {who: _parts(voices[who], lengths[who], rng) for who in names}
    interjects = condition.treatment == "interjections"
    words = {who: _loud(_parts(voices[who], _INTERJECTION, rng)) for who in names} if interjects else {}
    track = np.zeros(int((seconds + 60) * SAMPLE_RATE), np.float32)
    turns: list[Turn] = []
    end, last = 0.4, ""
    interrupted = ""  # who goes on
    while end < seconds:
        ready = [who for who in names if stock[who] and who != last] or [who for who in names if stock[who]]
        if not ready:
            break
        listeners = [who for who in words if words[who] and who != last]
        if interrupted and stock[interrupted]:
            last, interrupted = interrupted, ""
            part = stock[last].popleft()
        elif last and listeners and rng.random() < _INTERJECTION_SHARE:
            last, interrupted = listeners[int(rng.integers(len(listeners)))], last
            part = words[last].popleft()
        else:
            last = ready[int(rng.integers(len(ready)))]
            part = stock[last].popleft()
        part = part / (np.sqrt((part**2).mean()) + 1e-6) * _LEVEL * gains[last]
        start = max(0.2, end + rng.uniform(*condition.pause)) if turns else end
        first = int(start * SAMPLE_RATE)
        track[first : first + len(part)] += part
        turns += [Turn(start + a, start + b, last) for a, b in _sounding(part)]
        end = start + len(part) / SAMPLE_RATE
    track = track[: int((end + 0.4) * SAMPLE_RATE)]
    track = track + rng.standard_normal(len(track)).astype(np.float32) * np.float32(_ROOM_NOISE)
    if condition.treatment == "telephone":
        track = telephone(track)
    if condition.treatment == "noise":
        track = _with_noise(track, rng)
    track = (track / np.abs(track).max() * 0.7).astype(np.float32)
    return Conversation(track, sorted(turns, key=lambda turn: turn.start))


def telephone(samples: np.ndarray) -> np.ndarray:
    """Return samples as a telephone line leaves them: 300 to 3400 Hz, and mu-law's 8 bits at 8 kHz."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = _TELEPHONE_BAND
    # A Butterworth band-pass of order 4, by its amplitude.
    amplitude = 1 / np.sqrt(1 + (low / np.maximum(hertz, 1)) ** 8) / np.sqrt(1 + (hertz / high) ** 8)
    narrow = np.fft.irfft(spectrum * amplitude, len(samples))
    narrow = np.fft.irfft(np.fft.rfft(narrow)[: len(samples) // 4 + 1], len(samples) // 2) / 2
    narrow = np.clip(narrow / (np.abs(narrow).max() + 1e-9), -1, 1)
    code = np.round(127 * np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)) / 127
    narrow = np.sign(code) * (256 ** np.abs(code) - 1) / 255
    spectrum = np.zeros(len(narrow) + 1, complex)
    half = np.fft.rfft(narrow)
    spectrum[: len(half)] = half
    return (np.fft.irfft(spectrum, 2 * len(narrow)) * 2).astype(np.float32)


def pitch(samples: np.ndarray) -> float:
    """Return the median pitch of the loud frames in Hz, by autocorrelation; 150 where there is none."""
    level = _levels(samples)
    loud = np.flatnonzero(level > np.percentile(level, 70))
    shortest, longest = SAMPLE_RATE // 350, SAMPLE_RATE // 70
    found = []
    for index in loud[:: max(1, len(loud) // 120)]:
        frame = samples[index * 160 : index * 160 + 800]
        if len(frame) == 800:
            frame = frame - frame.mean()
            correlation = np.correlate(frame, frame, "full")[799:]
            lag = shortest + int(correlation[shortest:longest].argmax())
            if correlation[lag] > 0.4 * correlation[0]:
                found.append(SAMPLE_RATE / lag)
    return float(np.median(found)) if found else 150.0


def _with_noise(samples: np.ndarray, rng: np.random.Generator, decibels: float = 10.0) -> np.ndarray:
    """Add brownish noise that rises and falls, as of a fan or a street, at this signal-to-noise ratio."""
    white = np.fft.rfft(rng.standard_normal(len(samples)))
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    noise = np.fft.irfft(white / np.sqrt(1 + (hertz / 130) ** 2), len(samples))
    noise *= 1 + 0.5 * np.sin(2 * np.pi * 0.1 * np.arange(len(samples)) / SAMPLE_RATE)
    gain = np.sqrt((samples**2).mean() / (noise**2).mean() / 10 ** (decibels / 10))
    return (samples + gain * noise).astype(np.float32)


def _levels(samples: np.ndarray, step: int = 160) -> np.ndarray:
    """Return the level of each 10 ms in dB."""
    count = len(samples) // step
    return 10 * np.log10((samples[: count * step].reshape(count, step) ** 2).mean(1) + 1e-10)


def _sounding(samples: np.ndarray) -> list[tuple[float, float]]:
    """Return start and end of what is within 35 dB of the loud parts, silences of up to 0.5 s included."""
    level = _levels(samples)
    spans: list[list[int]] = []
    for index in np.flatnonzero(level > np.percentile(level, 98) - 35).tolist():
        if spans and index - spans[-1][1] <= 50:
            spans[-1][1] = index + 1
        else:
            spans.append([index, index + 1])
    return [(start / 100, end / 100) for start, end in spans if end - start >= 8]


def _loud(parts: deque[np.ndarray]) -> deque[np.ndarray]:
    """Return the parts that are as loud as the louder half: a part this short may be a breath or a pause."""
    levels = [float((part**2).mean()) for part in parts]
    median = np.median(levels) if levels else 0.0
    return deque(part for part, level in zip(parts, levels, strict=True) if level >= median)


def _parts(clips: Sequence[np.ndarray], lengths: tuple[float, float], rng: np.random.Generator) -> deque[np.ndarray]:
    """Cut clips where they are quiet into parts of about these lengths in seconds, in random order."""
    parts = []
    reach = min(0.4, lengths[0] / 2)  # seconds around a length within which the quietest place is the end
    for clip in clips:
        level = np.convolve(_levels(clip), np.ones(5) / 5, "same")
        start, total = 0.0, len(clip) / SAMPLE_RATE
        while total - start > 0.6:
            length = rng.uniform(*lengths)
            if total - start < length + lengths[0]:
                parts.append(clip[int(start * SAMPLE_RATE) :])
                break
            first, last = int((start + length - reach) * 100), int((start + length + reach) * 100)
            end = (first + int(level[first:last].argmin())) / 100
            parts.append(clip[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)])
            start = end
    order = rng.permutation(len(parts))
    return deque(parts[index] for index in order)
