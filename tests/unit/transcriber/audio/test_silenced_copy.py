"""Silenced copy: what is silent in it, and that its times are the source's."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from earshot_contract.documents.audio_copies import AudioCopy, Span
from earshot_contract.documents.s3_object import S3Object
from transcriber.audio.silenced_copy import MARGIN_SECONDS, write_silenced_copy
from transcriber.audio.stream import AudioStream

RATE = 44_100


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """Eight seconds of two channels, each with a tone of its own."""
    seconds = np.arange(8 * RATE) / RATE
    samples = np.stack([0.3 * np.sin(2 * np.pi * 440 * seconds), 0.3 * np.sin(2 * np.pi * 900 * seconds)])
    path = tmp_path / "tones.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="stereo")
        interleaved = (samples.T * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, "s16", "stereo")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def loudness(path: Path, start: float, end: float, channel: int | None = None) -> float:
    samples = np.concatenate(list(AudioStream(path, channel=channel)))
    part = samples[round(start * 16_000) : round(end * 16_000)]
    return float(np.sqrt(np.mean(part**2)))


@pytest.mark.slow
@pytest.mark.parametrize("channels", [[], [0, 1]])
def test_copy_is_silent_where_words_were_redacted_only(tones: Path, tmp_path: Path, channels: list[int]) -> None:
    nowhere = S3Object("b", "k")
    target = tmp_path / "copy.mp3"

    write_silenced_copy(tones, target, AudioCopy("j1", nowhere, nowhere, nowhere, channels), [Span(3.0, 4.0)])

    assert AudioStream(target).channels == (2 if channels else 1)
    for channel in channels or [None]:
        assert loudness(target, 3.0 - MARGIN_SECONDS / 2, 4.0 + MARGIN_SECONDS / 2, channel) < 0.001
        assert min(loudness(target, 0.2, 2.6, channel), loudness(target, 4.4, 7.8, channel)) > 0.1
    assert sum(map(len, AudioStream(target))) / 16_000 == pytest.approx(8.0, abs=0.1)
