"""Recordings as they arrive: telephone lines, low bit rates, noise, rooms, wrong levels, other speeds, turns of two."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.recordings.corpus import Clip, read_samples, wav
from bench.recordings.encoded_audio import Encoding, write_audio
from transcriber.audio.resampling import SAMPLE_RATE

_Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
_TURN_PAUSE_SECONDS = 0.2


def _band_passed(samples: np.ndarray, low: float = 300.0, high: float = 3400.0) -> np.ndarray:
    """Remove everything outside of a band, in Hz."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def _noisy(decibels: float) -> _Change:
    """Return a change that adds white noise at a signal-to-noise ratio, and keeps the telephone's band."""

    def change(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        noise = rng.normal(0, _rms(samples) * 10 ** (-decibels / 20), len(samples))
        return _band_passed(samples + noise.astype(np.float32))

    return change


def _reverberant(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Play the samples in a room: noise that fades by 60 dB in 0.6 s, a third of the direct sound's energy above it."""
    length = int(0.6 * SAMPLE_RATE)
    tail = rng.normal(0, 1, length) * 10 ** (-3 * np.arange(length) / length)
    response = tail / np.sqrt(np.sum(tail**2)) * 1.2
    response[0] = 1.0
    size = len(samples) + length
    reverberated = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]
    return (reverberated * _rms(samples) / max(_rms(reverberated), 1e-9)).astype(np.float32)


def _clipped(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Overdrive: peaks are cut at one and a half times the RMS."""
    limit = 1.5 * _rms(samples)
    return np.clip(samples, -limit, limit) * np.float32(0.9 / max(limit, 1e-9))


def _at_level(decibels: float) -> _Change:
    """Return a change of the RMS to a level under full scale; 16 bits then leave little of it."""
    return lambda samples, _: samples * np.float32(10 ** (decibels / 20) / max(_rms(samples), 1e-9))


def _louder_inside(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lower the first half by 30 dB."""
    gain = np.ones(len(samples), np.float32)
    gain[: len(samples) // 2] = 10 ** (-30 / 20)
    return samples * gain


def _softer_inside(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lower the second half by 30 dB."""
    return _louder_inside(samples[::-1], rng)[::-1]


def _at_speed(factor: float) -> _Change:
    """Return a change of speed and pitch, as a tape that runs too fast or too slowly."""

    def change(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        at = np.arange(0, len(samples) - 1, factor)
        kept = _band_passed(samples, 0, SAMPLE_RATE / 2 / max(factor, 1.0))
        return np.interp(at, np.arange(len(samples)), kept).astype(np.float32)

    return change


def _unchanged(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return samples


def _telephone(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _band_passed(samples)


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


# Name: how the samples change, the file's suffix and its encoding (None: 16-bit WAV of 16 kHz).
DEGRADATIONS: dict[str, tuple[_Change, str, Encoding | None]] = {
    "as it is": (_unchanged, ".wav", None),
    "mu-law 8 kHz": (_unchanged, ".wav", Encoding("pcm_mulaw", 8000)),
    "telephone": (_telephone, ".wav", Encoding("pcm_mulaw", 8000)),
    "G.723.1": (_telephone, ".wav", Encoding("g723_1", 8000, encoder={"b": "6300"})),
    "AMR 4.75": (_telephone, ".amr", Encoding("libopencore_amrnb", 8000, encoder={"b": "4750"})),
    "AMR 12.2": (_telephone, ".amr", Encoding("libopencore_amrnb", 8000, encoder={"b": "12200"})),
    "Opus 6 kb/s": (_unchanged, ".ogg", Encoding("libopus", 16000, encoder={"b": "6000"})),
    "MP3 16 kb/s": (_unchanged, ".mp3", Encoding("libmp3lame", 16000, encoder={"b": "16000"})),
    "noise 15 dB": (_noisy(15), ".wav", None),
    "noise 10 dB": (_noisy(10), ".wav", None),
    "noise 5 dB": (_noisy(5), ".wav", None),
    "reverberation": (_reverberant, ".wav", None),
    "clipped": (_clipped, ".wav", None),
    "-40 dB": (_at_level(-40), ".wav", None),
    "-50 dB": (_at_level(-50), ".wav", None),
    "30 dB louder inside": (_louder_inside, ".wav", None),
    "30 dB softer inside": (_softer_inside, ".wav", None),
    "speed 0.8": (_at_speed(0.8), ".wav", None),
    "speed 1.25": (_at_speed(1.25), ".wav", None),
}
TURNS = "turns of two"


def degraded(clips: Sequence[Clip], names: Sequence[str], target: Path, each: int) -> list[Clip]:
    """Write degraded copies of clips: a copy's kind is the name of its degradation.

    The same arguments give the same bytes, so that texts kept for a file's digest stay valid.

    Args:
        clips: the recordings.
        names: keys of `DEGRADATIONS`, or `TURNS`: two recordings sentence by sentence, 0.2 s between them.
        target: folder for the copies.
        each: how many recordings a degradation gets, spread over `clips`; each one others, as far as there are.
    """
    target.mkdir(parents=True, exist_ok=True)
    all_names, result = [*DEGRADATIONS, TURNS], []
    step = max(1, len(clips) // each)
    for name in names:
        offset = all_names.index(name) % step
        chosen = clips[offset::step][:each]
        result += _turns(chosen, target) if name == TURNS else [_degraded(clip, name, target) for clip in chosen]
    return result


def _degraded(clip: Clip, name: str, target: Path) -> Clip:
    change, suffix, encoding = DEGRADATIONS[name]
    digest = hashlib.sha256(f"{name} {clip.path.parent.name}/{clip.path.name}".encode()).digest()
    samples = change(read_samples(clip), np.random.default_rng(int.from_bytes(digest[:8], "big")))
    path = target / f"{''.join(c if c.isalnum() else '-' for c in name)}-{clip.path.stem}{suffix}"
    if encoding is None:
        wav(path, samples)
    else:
        write_audio(path, (np.clip(samples, -1, 1) * 32767).astype(np.int16), SAMPLE_RATE, encoding)
    return replace(clip, path=path, seconds=len(samples) / SAMPLE_RATE, kind=name, words=())


def _turns(clips: Sequence[Clip], target: Path) -> list[Clip]:
    """Join neighbours of one language, the first recording after the second: A, B, with a short pause between them."""
    joined = []
    for first, second in zip(clips[::2], clips[1::2], strict=False):
        if first.language != second.language:
            continue
        pause = np.zeros(int(_TURN_PAUSE_SECONDS * SAMPLE_RATE), np.float32)
        samples = np.concatenate([read_samples(first), pause, read_samples(second)])
        formatted = f"{first.formatted} {second.formatted}" if first.formatted and second.formatted else None
        path = wav(target / f"turns-{first.path.stem}-{second.path.stem}.wav", samples)
        text, seconds = f"{first.text} {second.text}", len(samples) / SAMPLE_RATE
        joined.append(Clip(path, first.language, seconds, text, formatted, TURNS))
    return joined
