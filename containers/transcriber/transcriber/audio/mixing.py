"""Mixing: the channels of a file as one, chosen by what can be heard."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from av.audio.resampler import AudioResampler

# Weights of a channel in the mix, by FFmpeg's name of its place: speech is in the centre. Others weigh 1.
_WEIGHTS = {"FC": 1.0, "FL": 0.7, "FR": 0.7, "LFE": 0.0, "BL": 0.5, "BR": 0.5, "SL": 0.5, "SR": 0.5, "BC": 0.5}
# Energy of the mix, as a share of what unrelated channels would have: below the first, the channels cancel out; above
# the second, they no longer do. Unrelated channels have 1.
_CANCELLED, _NOT_CANCELLED = 0.1, 0.5
_MIN_SHARE_OF_LOUDEST = 0.01  # -20 dB: the only live one of many channels is not diluted further than this
_AUDIBLE_ENERGY = 1e-7  # mean square, -70 dB; below it nothing is decided
# A channel hides the others if it has this share of the energy of the loudest of them (-6 dB). It is noise if, of the
# frames of a second, the louder ones have less than _STEADY times the energy in the band of speech (Hz) of the quieter
# ones have: white noise has 1.4 times as much, speech 100 times. A channel is hidden if it has more than noise, and
# less of it: its quieter frames have less than _QUIETER of the energy. Noise that both have hides neither.
_HIDING_ENERGY, _STEADY, _QUIETER = 0.25, 2.0, 0.5
_SPEECH_BAND, _FRAME_SECONDS, _MIN_SECONDS, _ENOUGH_RATE = (300, 3400), 0.02, 0.5, 8_000
_TOO_WIDE = {"s64", "s64p"}  # sample formats that PyAV makes no array of
# PyAV 18 counts a frame's planes up to a null pointer, which FFmpeg's array of eight has no room for: with eight
# channels and more it reads other memory, and the process dies.
_MAX_COUNTED_PLANES = 7
_DTYPES = {"u8p": "u1", "s16p": "i2", "s32p": "i4", "fltp": "f4", "dblp": "f8"}
_PEAK_PERCENTILE = 99.9  # of the samples of a block; the rest are clicks


def planar(frame: AudioFrame) -> np.ndarray:
    """Return a frame's samples as float32, shape (channels, n); full scale of integers is 1."""
    if frame.format.name in _TOO_WIDE:
        (frame,) = AudioResampler("dbl", frame.layout.name).resample(frame)
    is_planar, channels = frame.format.is_planar, frame.layout.nb_channels
    samples = _planes(frame, channels) if is_planar and channels > _MAX_COUNTED_PLANES else frame.to_ndarray()
    if not is_planar:
        samples = samples.reshape(-1, channels).T
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return samples.astype(np.float32) / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    return samples.astype(np.float32, copy=False)


def _planes(frame: AudioFrame, channels: int) -> np.ndarray:
    create_plane: Any = AudioPlane  # its stubs have no constructor
    dtype = _DTYPES[frame.format.name]
    return np.stack([np.frombuffer(create_plane(frame, n), dtype, frame.samples) for n in range(channels)])


def weights(frame: AudioFrame) -> np.ndarray:
    """Return the weight of each channel in the mix, shape (channels,), with sum 1."""
    names = [channel.name for channel in frame.layout.channels]
    known = names if len(set(names)) == frame.layout.nb_channels else ["?"] * frame.layout.nb_channels
    found = np.array([_WEIGHTS.get(name, 1.0) for name in known], np.float32)
    if not found.any():
        found[:] = 1.0
    return np.asarray(found / found.sum())


class Mixer:
    """Mixes blocks of one file; where the channels cancel each other out, the loudest of them is taken.

    A channel of steady noise that would hide the others is left out, until it has more than that.
    """

    def __init__(self) -> None:
        """Start with the sum."""
        self._channel: int | None = None  # the one in place of the sum
        self.taken: set[int] = set()  # channels that were taken because the sum cancelled out
        self._noise: set[int] = set()  # channels that are left out now
        self._loudest = np.zeros(0)  # energy of each channel's loudest block so far that is no steady noise
        self.left_out: set[int] = set()  # channels that were ever left out

    def mix(self, samples: np.ndarray, weights: np.ndarray, rate: int) -> np.ndarray:
        """Return one channel, shape (n,).

        Args:
            samples: shape (channels, n), of a second at most.
            weights: shape (channels,).
            rate: samples a second.
        """
        if len(samples) == 1:
            return np.asarray(samples[0])
        energies = np.var(samples, axis=1, dtype=np.float64)  # without a channel's constant part
        weights = self._without_noise(samples, weights, energies, rate)
        mixed = weights @ samples
        loudest = int(energies.argmax())
        if (energies * (weights > 0)).max() <= _AUDIBLE_ENERGY < energies[loudest]:
            # A voice alone on the bass channel, as some recorders label their second.
            return np.asarray(samples[loudest])
        energies *= weights > 0
        loudest = int(energies.argmax())
        if energies[loudest] > _AUDIBLE_ENERGY:
            energy = float(np.var(mixed, dtype=np.float64))
            share = energy / float(weights.astype(np.float64) ** 2 @ energies)
            is_cancelled = share < (_CANCELLED if self._channel is None else _NOT_CANCELLED)
            if not is_cancelled and energy >= _MIN_SHARE_OF_LOUDEST * energies[loudest]:
                self._channel = None
            elif (
                self._channel is None
                or self._channel >= len(samples)
                or energies[self._channel] < energies[loudest] / 4
            ):
                self._channel = loudest
            if is_cancelled and self._channel is not None:
                self.taken.add(self._channel)
        if self._channel is not None and self._channel < len(samples):
            return np.asarray(samples[self._channel])
        return np.asarray(mixed, np.float32)

    def _without_noise(self, samples: np.ndarray, weights: np.ndarray, energies: np.ndarray, rate: int) -> np.ndarray:
        """Return the weights, 0 for channels of noise beside which the others would hardly be heard."""
        if len(self._loudest) != len(energies):
            self._noise, self._loudest = set(), np.zeros(len(energies))
        audible = [int(number) for number in np.flatnonzero((weights > 0) & (energies > _AUDIBLE_ENERGY))]
        is_short = samples.shape[1] < _MIN_SECONDS * rate  # too short to judge
        bounds = {} if is_short else {channel: _loudness(samples[channel], rate) for channel in audible}
        floors = np.zeros(len(energies))
        for channel, (quiet, loud) in bounds.items():
            floors[channel] = quiet
            if loud >= _STEADY * quiet:
                self._noise.discard(channel)
                self._loudest[channel] = max(self._loudest[channel], energies[channel])
        for channel, (quiet, loud) in bounds.items():
            quieter = floors < _QUIETER * quiet
            quieter[list(self._noise)] = False
            others = self._loudest[quieter].max(initial=0.0)
            if loud < _STEADY * quiet and 0.0 < others * _HIDING_ENERGY < energies[channel]:
                self._noise.add(channel)
        left = weights.copy()
        left[list(self._noise)] = 0.0
        if not self._noise or not left.any():
            return weights
        self.left_out |= self._noise
        return np.asarray(left / left.sum())


def _loudness(samples: np.ndarray, rate: int) -> tuple[float, float]:
    """Return the energy, in the band of speech, of one channel's quieter and of its louder frames of 20 ms."""
    step = max(1, rate // _ENOUGH_RATE)
    some = samples[::step]  # higher sounds fold into the band, and are steady, or not, as well
    frame = round(rate / step * _FRAME_SECONDS)
    frames = some[: len(some) // frame * frame].reshape(-1, frame)
    hertz = np.fft.rfftfreq(frame, step / rate)
    powers = np.abs(np.fft.rfft(frames * np.hanning(frame).astype(np.float32), axis=1)) ** 2
    loudness = powers[:, (hertz >= _SPEECH_BAND[0]) & (hertz <= _SPEECH_BAND[1])].sum(axis=1)
    quiet, loud = np.quantile(loudness, (0.1, 0.9))
    return float(quiet), float(loud)


class PeakScaler:
    """Scales what lies beyond full scale, as floats may, by the highest peak so far; single clicks are clipped."""

    def __init__(self) -> None:
        self._peak = 1.0

    def joined(self, blocks: list[np.ndarray]) -> np.ndarray:
        """Join blocks of one channel to samples in -1..1."""
        samples = np.concatenate(blocks)
        if float(np.abs(samples).max(initial=0.0)) > 1:
            self._peak = max(self._peak, float(np.percentile(np.abs(samples), _PEAK_PERCENTILE)))
        return np.clip(samples / np.float32(self._peak), -1, 1)
