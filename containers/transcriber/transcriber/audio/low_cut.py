"""Low cut: a filter for sound below the voice (mains hum, rumble, a constant offset) that is louder than the rest.

The voice activity detector raises quiet speech by the loudness that it measures. Hum of 20 dB over the speech, or an
offset, makes it miss words, which have no energy there. Other audio is left as it is, sample by sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE

_CUT_OFF = 70.0  # Hz: over the mains' 50 and 60, under the lowest voices (80)
_HALF = 2048  # samples: half of the filter's length, 128 ms, for a slope from 63 to 77 Hz
# Energy below the cut-off as a share of the energy above it, at which the filter begins, and goes on. Speech has at
# most 0.9, of 170 clips; mains hum with its harmonics has 2.4. A pause has more, so the energy above is at least the
# mean of the stream so far.
_BEGINS, _GOES_ON = 2.0, 0.5
# A mean of _MEAN_SAMPLES, 4 ms, keeps 90 % of the energy at 60 Hz: if all means have less than this share of the
# energy, no spectrum need be made.
_MEAN_SAMPLES, _MIN_SHARE = 64, 0.3
_INAUDIBLE = 1e-12  # mean square, -120 dB: nothing to measure


def low_cut(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the blocks of a stream (float32 in -1..1), filtered where they need it; no sample moves or is added."""
    stream = LowCut()
    for block in blocks:
        yield stream.feed(block)
    if len(rest := stream.finish()):
        yield rest


class LowCut:
    """Filters the blocks of one stream, each as a whole or not at all."""

    def __init__(self) -> None:
        """Start without filtering."""
        offsets = np.arange(-_HALF, _HALF + 1)
        low_pass = np.sinc(2 * _CUT_OFF / SAMPLE_RATE * offsets) * np.hamming(2 * _HALF + 1)
        self._high_pass = -low_pass / low_pass.sum()
        self._high_pass[_HALF] += 1.0
        self._energy, self._samples = 0.0, 0  # above the cut-off, summed up, and of how many samples
        self._before = np.zeros(0, np.float32)  # samples before those that are held back
        self._waiting = np.zeros(0, np.float32)  # the filter needs what follows them

    def feed(self, block: np.ndarray) -> np.ndarray:
        """Return the next samples in -1..1, shape (n,); those at the end of a filtered block come with the next one."""
        low, rest = _energies(block)
        self._energy, self._samples = self._energy + rest * len(block), self._samples + len(block)
        rest = max(rest, self._energy / max(1, self._samples))
        is_on = low > rest * (_GOES_ON if len(self._waiting) else _BEGINS)
        samples = np.concatenate([self._waiting, block])
        # How many are filtered: all that have their right neighbours, or those of the block before.
        ready = max(0, len(samples) - _HALF) if is_on else len(self._waiting)
        found = self._filtered(samples)[:ready] if ready else samples[:0]
        if not is_on:
            found, ready = np.concatenate([found, block]), len(samples)
        self._before = np.concatenate([self._before, samples[:ready]])[-_HALF:]
        self._waiting = samples[ready:]
        return found

    def finish(self) -> np.ndarray:
        """Return the samples that were held back."""
        return self._filtered(self._waiting) if len(self._waiting) else self._waiting

    def _filtered(self, samples: np.ndarray) -> np.ndarray:
        before, after = _HALF - len(self._before), _HALF
        padded = np.pad(np.concatenate([self._before, samples]), (before, after), mode="edge")
        size = len(padded) + len(self._high_pass) - 1
        size += -size % SAMPLE_RATE  # a product of small primes, for the transform's sake
        spectrum = np.fft.rfft(padded, size) * np.fft.rfft(self._high_pass, size)
        found = np.fft.irfft(spectrum, size)[2 * _HALF : 2 * _HALF + len(samples)]
        return np.clip(found, -1, 1).astype(np.float32)


def _energies(samples: np.ndarray) -> tuple[float, float]:
    """Return the mean square of what is below the cut-off, 0 if it is clearly less, and of the rest."""
    energy = float(np.mean(samples * samples, dtype=np.float64)) if len(samples) else 0.0
    means = samples[: len(samples) // _MEAN_SAMPLES * _MEAN_SAMPLES].reshape(-1, _MEAN_SAMPLES).mean(axis=1)
    if energy <= _INAUDIBLE or not len(means) or float(np.mean(means * means)) < _MIN_SHARE * energy:
        return 0.0, energy
    powers = np.abs(np.fft.rfft(samples)) ** 2
    cut = 1 + int(_CUT_OFF * len(samples) / SAMPLE_RATE)
    low, rest = float(powers[0] / 2 + powers[1:cut].sum()), float(powers[cut:].sum())
    return energy * low / (low + rest), energy * rest / (low + rest)
