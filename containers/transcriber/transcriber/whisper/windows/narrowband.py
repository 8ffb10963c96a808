"""Narrowband audio: the voice's lows that a telephone line does not carry, made from what it carries.

A line has nothing under 300 Hz, where voices have their fundamental. Silero misses such speech, beginnings above all:
probabilities of 0.4 instead of 0.9. Rectified, the harmonics give the fundamental back, as in an ear.
"""

from __future__ import annotations

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE

_FRAME = 512  # samples of a spectrum: 31 Hz a bin
_LOWS, _VOICE = (70, 270), (70, 4000)  # Hz
# Share of the voice's energy in its lows under which they are missing. Sections of wideband recordings have 0.027 and
# more, far microphones 0.003 to 0.03, lines and their codecs at most 0.007.
_MISSING = 0.01
_RESTORED = (60, 300)  # Hz
_GAIN = 2.0  # of the restored lows: with 1 Silero misses more of AMR 4.75
_TAIL = 2048  # samples of silence behind: the transform must not lay the end over the beginning
_BINS = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)
_WEIGHTS = np.hanning(_FRAME).astype(np.float32)


def lacks_lows(samples: np.ndarray) -> bool:
    """Return whether samples (float32, whole frames of 512) are sound whose voices have no lows."""
    powers = (np.abs(np.fft.rfft(samples.reshape(-1, _FRAME) * _WEIGHTS)) ** 2).sum(axis=0)
    lows, voice = (float(powers[(low <= _BINS) & (high > _BINS)].sum()) for low, high in (_LOWS, _VOICE))
    return lows < _MISSING * voice


def with_lows(samples: np.ndarray) -> np.ndarray:
    """Return samples (float32, any length) with the lows of their rectified waveform."""
    size = len(samples) + _TAIL
    spectrum = np.fft.rfft(np.abs(samples), size)
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    spectrum[(frequencies < _RESTORED[0]) | (frequencies > _RESTORED[1])] = 0
    lows = np.fft.irfft(spectrum, size)[: len(samples)]
    restored: np.ndarray = samples + np.float32(_GAIN) * lows.astype(np.float32)
    return restored
