"""Levels: recordings that are clipped, or so quiet that 8 bits do not hold them; their words come out wrong or not."""

from __future__ import annotations

import numpy as np

# Samples as loud as the loudest one of their second, or nearly, as a share of those that are audible. Speech and music
# have at most 0.02 (429 recordings), a sine 0.16. Eleven clips of 131 words, made too loud by 6 to 26 dB: up to 0.2
# they had no more errors than before (362 words), from 0.2 to 0.4 8 % more, above 28 % more.
_NEARLY, _CLIPPED = 0.97, 0.2
# Share of these samples that have one on both sides. A sine of few samples a period may have 0.3 that are as loud, one
# or two in a row. Clipped speech has 0.06 such shares and more, also behind MP3 at 8 kHz, which smooths it.
_MIN_FLAT = 0.02
_FLOATS = ("flt", "dbl")  # formats of samples that hold more than full scale; those of lossy codecs end in "p"
_AUDIBLE_SHARE, _MIN_PEAK = 0.05, 0.05  # of the loudest sample, and of full scale
_MIN_SECONDS = 0.25  # of samples that are as loud as the loudest
_STEP = 1 / 128  # of 8 bits
_FEW_STEPS = 4.5  # of speech whose loudest sample has no more, no word is heard, or wrong ones
_MIN_LOUD_SHARE = 0.002  # of all samples are not silent; fewer are clicks in silence


class LevelMeter:
    """Measures the samples of one file, a second at a time, before they are resampled."""

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self._top = self._flat = self._audible = self._top_seconds = 0.0
        self._peak, self._loud, self._samples, self._has_8_bits = 0.0, 0, 0, True

    def add(self, samples: np.ndarray, rate: int, form: str) -> None:
        """Measure samples of one channel, shape (n,), of a second at most; `form` is FFmpeg's name of their format."""
        self._has_8_bits &= form in ("u8", "u8p")
        if self._has_8_bits and len(samples):
            steps = np.abs(samples - np.median(samples))  # silence may be stored as 127 instead of 128
            self._peak, self._samples = max(self._peak, float(steps.max())), self._samples + len(samples)
            self._loud += int(np.count_nonzero(steps > _STEP / 2))
        limit = np.inf if form in _FLOATS else 1.0  # lossy codecs raise some of the peaks that were cut off at 1
        sizes = np.minimum(np.abs(samples), limit)
        peak = float(sizes.max(initial=0.0))
        if peak >= _MIN_PEAK and float(samples.std()) >= _AUDIBLE_SHARE * peak:  # a constant offset is no sound
            tops = [samples >= _NEARLY * peak, samples <= -_NEARLY * peak]
            top = sum(int(np.count_nonzero(each)) for each in tops)
            self._top += top
            self._flat += sum(int(np.count_nonzero(each[:-2] & each[1:-1] & each[2:])) for each in tops)
            self._top_seconds += top / rate
            self._audible += np.count_nonzero(sizes >= _AUDIBLE_SHARE * peak)

    @property
    def is_clipped(self) -> bool:
        """Whether enough samples are cut at one height for words to come out wrong."""
        is_flat = self._flat > _MIN_FLAT * self._top
        return is_flat and self._top_seconds >= _MIN_SECONDS and self._top > _CLIPPED * self._audible

    @property
    def few_steps(self) -> int | None:
        """The steps, of 128, that the loudest sample of a recording of 8 bits has, if speech needs more; else None."""
        is_faint = self._has_8_bits and 0 < self._peak < _FEW_STEPS * _STEP
        return round(self._peak / _STEP) if is_faint and self._loud > _MIN_LOUD_SHARE * self._samples else None
