"""Pyannote's segmentation 3.0 (PyanNet): 10 s of samples to who of three local speakers talks in each 17 ms."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from localcloud.speaker_models.checkpoint import Arrays
from localcloud.speaker_models.graph import EPSILON, Graph

_WINDOW = 160_000  # samples
_STRIDE, _POOL = 10, 3  # samples between two outputs of the filters; outputs of which the largest is taken
_LSTM_LAYERS = 4
_MIN_HZ, _MAX_HZ = 50, 8000  # of SincNet's filters: lowest frequency, least width; half the sample rate
_DESCRIPTION = "pyannote segmentation 3.0 (CNRS, MIT), converted"


def segmentation(parameters: Arrays) -> bytes:
    """Return the ONNX file: `samples` (t,) at 16 kHz, and `starts` (n,) of its windows, to `output` (n, frames, 7).

    Windows have 160,000 samples and start at multiples of 30. Those that overlap share the filters in front.

    The output is log probabilities of the sets of at most two of three speakers: none; 1; 2; 3; 1 and 2; 1 and 3;
    2 and 3.
    """
    g = Graph(parameters)
    x = _sinc_layer(g, parameters)
    for number in (1, 2):
        x = g.convolution(_normalised(g, x, number - 1), f"sincnet.conv1d.{number}", temporal=True)
        x = g.add("MaxPool", x, kernel_shape=[1, _POOL], strides=[1, _POOL])
    x = g.add("Transpose", g.add("Squeeze", _normalised(g, x, 2), g.constant(np.array([2]))), perm=[2, 0, 1])
    for layer in range(_LSTM_LAYERS):
        x = g.bidirectional_lstm(x, "lstm", layer)
    x = g.add("Transpose", x, perm=[1, 0, 2])
    for key in ("linear.0", "linear.1"):
        x = g.add("LeakyRelu", g.linear(x, key), alpha=0.01)
    x = g.add("LogSoftmax", g.linear(x, "classifier"), axis=-1)
    inputs = {"samples": (TensorProto.FLOAT, ["t"]), "starts": (TensorProto.INT64, ["n"])}
    return g.serialized(inputs, x, ["n", "f", 7], _DESCRIPTION)


def _sinc_layer(g: Graph, parameters: Arrays) -> str:
    """Add the filters of all samples, and what each window has of them, shape (n, filters, 1, steps).

    The network normalises a window's samples before it filters them. Filters are linear, so the filtered samples are
    scaled and moved instead. The largest of three absolute values is taken: the maximum of the largest value, and
    of the smallest one with its sign changed.
    """
    filters = sinc_filters(parameters)
    axes = g.constant(np.array([0, 1, 2]))
    picture = g.add("Unsqueeze", "samples", axes)
    filtered = g.add("Conv", picture, g.constant(filters[:, :, None]), strides=[1, _STRIDE])
    steps = (_WINDOW - filters.shape[-1] + _STRIDE) // _STRIDE // _POOL
    starts = _rows(g, steps, _STRIDE * _POOL)
    extremes = []
    for values in (filtered, g.add("Neg", filtered)):
        pooled = g.add("MaxPool", values, kernel_shape=[1, _POOL], strides=[1, _POOL])
        by_time = g.add("Transpose", g.add("Squeeze", pooled, g.constant(np.array([0, 2]))), perm=[1, 0])
        extremes.append(g.add("Gather", by_time, starts, axis=0))  # (n, steps, filters)
    gain, shift = _normalisation(g)
    shifts = g.add("Mul", shift, g.constant(filters.sum(2).reshape(1, 1, -1)))
    highest = g.add("Add", g.add("Mul", extremes[0], gain), shifts)
    lowest = g.add("Sub", g.add("Mul", extremes[1], gain), shifts)
    largest = g.add("Transpose", g.add("Max", highest, lowest), perm=[0, 2, 1])
    return g.add("Unsqueeze", largest, g.constant(np.array([2])))


def _normalisation(g: Graph) -> tuple[str, str]:
    """Add the factor and the addend, shape (n, 1, 1), that normalise the samples of each window."""
    by_stride = g.add("Reshape", "samples", g.constant(np.array([-1, _STRIDE])))
    windows = g.add("Gather", by_stride, _rows(g, _WINDOW // _STRIDE, _STRIDE), axis=0)
    mean = g.add("ReduceMean", windows, axes=[1, 2], keepdims=1)
    centred = g.add("Sub", windows, mean)
    variance = g.add("ReduceMean", g.add("Mul", centred, centred), axes=[1, 2], keepdims=1)
    deviation = g.add("Sqrt", g.add("Add", variance, g.constant(np.array(EPSILON, np.float32))))
    gain = g.add("Div", g.parameter("sincnet.wav_norm1d.weight"), deviation)  # above zero: the largest stay the largest
    return gain, g.add("Sub", g.parameter("sincnet.wav_norm1d.bias"), g.add("Mul", mean, gain))


def _rows(g: Graph, count: int, samples: int) -> str:
    """Add the rows of each window, shape (n, count), where a row stands for `samples` samples."""
    first = g.add("Div", g.add("Unsqueeze", "starts", g.constant(np.array([1]))), g.constant(np.array(samples)))
    return g.add("Add", first, g.constant(np.arange(count)[None]))


def _normalised(g: Graph, x: str, number: int) -> str:
    return g.add("LeakyRelu", g.instance_norm(x, f"sincnet.norm1d.{number}"), alpha=0.01)


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
