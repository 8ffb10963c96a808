"""Noise that an AAC decoder makes itself: all in which a range of a file differs from the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.recordings.encoded_audio import Encoding, write_audio
from tests.paths import SAMPLES
from tests.unit.transcriber.audio.decoding.test_packets import positions, whole_file
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

_MAX_NOISE = 0.01  # of the sound's amplitude, as root mean squares


def difference_from_whole(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the samples behind the middle of a file, and by how much they differ from the whole's."""
    packets, whole = positions(path), whole_file(path)
    first = packets[len(packets) // 2]
    samples = np.concatenate(list(AudioStream(path, first=first)))
    start = round(first.seconds * SAMPLE_RATE)
    return samples, samples - whole[start : start + len(samples)]


@pytest.mark.parametrize("suffix", ["m4a", "aac", "ts"])
def test_aac_of_a_range_differs_only_by_its_noise(tmp_path: Path, suffix: str) -> None:
    """Noise substitution (PNS) draws from a generator that goes on from a decoder's first packet."""
    speech = np.concatenate(list(AudioStream(SAMPLES / "sample.flac")) * 2)
    found = {}
    for pns in "01":
        path = tmp_path / f"{pns}.{suffix}"
        encoding = Encoding("aac", SAMPLE_RATE, encoder={"b": "48000", "aac_pns": pns})
        write_audio(path, (speech * 32767).astype(np.int16), SAMPLE_RATE, encoding)
        found[pns] = difference_from_whole(path)

    assert not found["0"][1].any()
    samples, noise = found["1"]
    assert 0 < float(np.sqrt((noise**2).mean())) < _MAX_NOISE * float(np.sqrt((samples**2).mean()))
