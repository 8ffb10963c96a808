"""Mono audio files in the containers and codecs that people send, written by FFmpeg."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

_BLOCK = 480_000  # samples of one frame: FFmpeg holds a frame whole


@dataclass(frozen=True)
class Encoding:
    """How FFmpeg encodes a file; its name's suffix chooses the container."""

    codec: str
    rate: int  # Hz
    muxer: dict[str, str] = field(default_factory=dict)  # options
    encoder: dict[str, str] = field(default_factory=dict)  # options


def write_audio(path: Path, samples: np.ndarray, rate: int, encoding: Encoding) -> None:
    """Write mono samples to a file.

    Args:
        path: path of the file.
        samples: shape (n,), int16.
        rate: rate of the samples, in Hz.
        encoding: encoding of the file; its rate may be another.
    """
    with av.open(str(path), "w", options=encoding.muxer) as file:
        stream = file.add_stream(encoding.codec, rate=encoding.rate, options=encoding.encoder)
        stream.layout = "mono"
        resampler = AudioResampler(stream.codec_context.format, "mono", encoding.rate)
        for first in range(0, len(samples), _BLOCK):
            frame = av.AudioFrame.from_ndarray(samples[None, first : first + _BLOCK], "s16", "mono")
            frame.sample_rate = rate
            for resampled in resampler.resample(frame):
                file.mux(stream.encode(resampled))
        for resampled in resampler.resample(None):
            file.mux(stream.encode(resampled))
        file.mux(stream.encode(None))
