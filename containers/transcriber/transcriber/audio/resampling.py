"""Resampling: decoded frames of one format to Whisper's 16 kHz mono samples, in slices; used by `stream`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from transcriber.audio.levels import LevelMeter
from transcriber.audio.mixing import Mixer

SAMPLE_RATE = 16_000  # Hz, of Whisper's input
BLOCK_SAMPLES = 10 * SAMPLE_RATE  # 10 s fill the VAD's batches and take 0.6 MB


class Resampler16k:
    """Frames of one format without a gap, on their way to 16 kHz mono."""

    def __init__(
        self,
        form: tuple[str, str, int],
        weights: np.ndarray,
        channel: int | None,
        mixer: Mixer,
        levels: LevelMeter | None = None,
    ) -> None:
        """Create a resampler; `form` is the frames' sample format, layout and sample rate."""
        self.form = form
        self._rate, self._weights, self._channel, self._mixer = form[2], weights, channel, mixer
        self._levels = levels
        self._resampler = None if self._rate == SAMPLE_RATE else AudioResampler("flt", "mono", SAMPLE_RATE)
        self._pending: list[np.ndarray] = []
        self._size = 0

    def add(self, samples: np.ndarray) -> Iterator[np.ndarray]:
        """Yield blocks at 16 kHz; samples (channels, n) are resampled in slices of a second."""
        self._pending.append(samples)
        self._size += samples.shape[1]
        if self._size >= self._rate:
            yield from self._convert()

    def finish(self) -> Iterator[np.ndarray]:
        """Yield the rest."""
        if self._size:
            yield from self._convert()
        if self._resampler:
            for resampled in self._resampler.resample(None):
                yield resampled.to_ndarray()[0]

    def _convert(self) -> Iterator[np.ndarray]:
        samples = np.concatenate(self._pending, axis=1)
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._pending, self._size = [], 0
        for at in range(0, samples.shape[1], self._rate):
            part = samples[:, at : at + self._rate]
            if self._channel is None:
                mono = self._mixer.mix(part, self._weights, self._rate)
            elif self._channel < len(part):
                mono = part[self._channel]
            else:  # in a file that has fewer channels from here on, the selected channel is silent
                mono = np.zeros_like(part[0])
            if self._levels:
                self._levels.add(mono, self._rate, self.form[0])
            yield from self._resample(mono)

    def _resample(self, mono: np.ndarray) -> Iterator[np.ndarray]:
        if not self._resampler:
            yield mono
            return
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(mono)[None], "flt", "mono")
        frame.sample_rate = self._rate
        for resampled in self._resampler.resample(frame):
            yield resampled.to_ndarray()[0]


def silence_blocks(samples: int) -> Iterator[np.ndarray]:
    """Yield blocks of silence."""
    for at in range(0, samples, BLOCK_SAMPLES):
        yield np.zeros(min(BLOCK_SAMPLES, samples - at), np.float32)
