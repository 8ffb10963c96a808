"""Log mel energies as Kaldi computes them: the input of the network that makes speaker vectors."""

from __future__ import annotations

import numpy as np

from transcriber.audio.resampling import SAMPLE_RATE

MEL_BANDS = 80
FRAME_SAMPLES, STEP_SAMPLES = 400, 160  # 25 ms every 10 ms
_FFT = 512
_LOWEST_HZ = 20.0
_PREEMPHASIS = np.float32(0.97)
_SAMPLE_SCALE = np.float32(32768)  # Kaldi's samples are 16-bit integers
_FLOOR = np.float32(1.1920929e-07)  # of an energy before its logarithm: float32's epsilon, as in Kaldi


def log_mel_energies(samples: np.ndarray) -> np.ndarray:
    """Return the log mel energies of float32 samples in -1..1, shape (frames, MEL_BANDS).

    Kaldi's `fbank` without dither. The mean of each band is not taken away.

    Args:
        samples: at least FRAME_SAMPLES of them, 16 kHz.
    """
    samples = np.ascontiguousarray(samples, np.float32)
    count = 1 + (len(samples) - FRAME_SAMPLES) // STEP_SAMPLES
    stride = samples.strides[0]
    strides = (stride * STEP_SAMPLES, stride)
    frames = np.lib.stride_tricks.as_strided(samples, (count, FRAME_SAMPLES), strides) * _SAMPLE_SCALE
    frames -= frames.mean(1, keepdims=True)
    emphasised = np.empty_like(frames)
    emphasised[:, 0] = frames[:, 0] * (1 - _PREEMPHASIS)
    emphasised[:, 1:] = frames[:, 1:] - _PREEMPHASIS * frames[:, :-1]
    power = np.abs(np.fft.rfft(emphasised * _WINDOW, _FFT)) ** 2
    energies: np.ndarray = np.log(np.maximum(power.astype(np.float32) @ _FILTERS, _FLOOR))
    return energies


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return np.asarray(1127 * np.log1p(np.asarray(hertz) / 700))


def _mel_filters() -> np.ndarray:
    """Return the triangular filters, shape (_FFT / 2 + 1, MEL_BANDS)."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(SAMPLE_RATE / 2), MEL_BANDS + 2)
    bins = _mel(np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters: np.ndarray = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return filters


_FILTERS = _mel_filters()
_WINDOW = np.hanning(FRAME_SAMPLES).astype(np.float32) ** np.float32(0.85)  # Kaldi calls it "povey"
