"""Samples of linear16 that lie the other way round, or behind a stray byte, are read as they are speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earshot_contract.documents.shards import RawAudio
from tests.fixtures.audio import SAMPLE_SECONDS, decode
from transcriber.audio.stream import AudioStream

RAW = RawAudio("linear16", 16_000)


def samples_of(path: Path) -> np.ndarray:
    return np.round(decode(path).samples * 32767).astype(np.int16)


@pytest.mark.parametrize("loudness", [1.0, 0.2])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("order", "stray", "says"),
    [
        ("<i2", b"", None),
        (">i2", b"", "big-endian"),
        ("<i2", b"\n", "behind 1 byte"),
        (">i2", b"\n", None),
    ],
)
def test_samples_in_another_order_are_read_with_a_warning(
    speech: Path, tmp_path: Path, order: str, stray: bytes, says: str | None, channels: int, loudness: float
) -> None:
    samples = (samples_of(speech) * loudness).astype(np.int16)
    path = tmp_path / "a.raw"
    path.write_bytes(stray + np.repeat(samples, channels).astype(order).tobytes())
    raw = RawAudio("linear16", 16_000, channels)
    audio = AudioStream(path, raw=raw)

    found = np.concatenate(list(audio))

    assert len(found) / 16_000 == pytest.approx(SAMPLE_SECONDS, abs=0.01)
    assert np.corrcoef(found[: len(samples)], samples[: len(found)])[0, 1] > 0.95
    assert [warning.type for warning in audio.warnings] == ["contradicts_file"] * (says is not None)
    assert all(str(says) in warning.message for warning in audio.warnings)


def test_order_of_noise_and_of_silence_is_that_of_linear16(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    high_tone = 300 * np.sin(2 * np.pi * 0.45 * np.arange(80_000))  # far from zero and from its neighbours, as noise is
    for samples in (np.random.default_rng(1).normal(0, 3000, 80_000), high_tone, np.zeros(80_000), np.ones(40)):
        path.write_bytes(samples.astype("<i2").tobytes())
        audio = AudioStream(path, raw=RAW)
        list(audio)
        assert audio.warnings == []
