"""Pyannote's segmentation 3.0 (PyanNet): 10 s of samples to who of three local speakers talks in each 17 ms."""

from __future__ import annotations

import numpy as np

from localcloud.speaker_models.checkpoint import Arrays
from localcloud.speaker_models.graph import Graph

_LSTM_LAYERS = 4
_MIN_HZ, _MAX_HZ = 50, 8000  # of SincNet's filters: lowest frequency, least width; half the sample rate
_DESCRIPTION = "pyannote segmentation 3.0 (CNRS, MIT), converted"


def segmentation(parameters: Arrays) -> bytes:
    """Return the ONNX file: `samples` (n, 1, samples at 16 kHz) to `output` (n, frames, 7).

    The output is log probabilities of the sets of at most two of three speakers: none; 1; 2; 3; 1 and 2; 1 and 3;
    2 and 3.
    """
    g = Graph(parameters)
    x = g.instance_norm("samples", "sincnet.wav_norm1d")
    for number in range(3):
        if number == 0:
            x = g.add("Abs", g.add("Conv", x, g.constant(sinc_filters(parameters)), strides=[10]))
        else:
            x = g.convolution(x, f"sincnet.conv1d.{number}")
        pooled = g.add("MaxPool", x, kernel_shape=[3], strides=[3])
        x = g.add("LeakyRelu", g.instance_norm(pooled, f"sincnet.norm1d.{number}"), alpha=0.01)
    x = g.add("Transpose", x, perm=[2, 0, 1])
    for layer in range(_LSTM_LAYERS):
        x = g.bidirectional_lstm(x, "lstm", layer)
    x = g.add("Transpose", x, perm=[1, 0, 2])
    for key in ("linear.0", "linear.1"):
        x = g.add("LeakyRelu", g.linear(x, key), alpha=0.01)
    x = g.add("LogSoftmax", g.linear(x, "classifier"), axis=-1)
    return g.serialized(("samples", ["n", 1, "t"]), x, ["n", "f", 7], _DESCRIPTION)


def sinc_filters(parameters: Arrays) -> np.ndarray:
    """Return SincNet's band-pass filters, shape (80, 1, 251): 40 cosines, then 40 sines, from their frequencies."""
    prefix = "sincnet.conv1d.0.filterbank."
    n, window = parameters[f"{prefix}n_"], parameters[f"{prefix}window_"]
    low = _MIN_HZ + np.abs(parameters[f"{prefix}low_hz_"])
    high = np.clip(low + _MIN_HZ + np.abs(parameters[f"{prefix}band_hz_"]), _MIN_HZ, _MAX_HZ)
    width = high - low  # (40, 1)
    low_phase, high_phase = low @ n, high @ n  # (40, 125)
    left = (np.sin(high_phase) - np.sin(low_phase)) / (n / 2) * window
    cosines = np.concatenate([left, 2 * width, left[:, ::-1]], 1) / (2 * width)
    left = (np.cos(low_phase) - np.cos(high_phase)) / (n / 2) * window
    sines = np.concatenate([left, np.zeros_like(width), -left[:, ::-1]], 1) / (2 * width)
    return np.concatenate([cosines, sines])[:, None, :].astype(np.float32)
