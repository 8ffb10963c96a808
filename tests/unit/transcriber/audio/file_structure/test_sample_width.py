"""WAV headers that name 16, 24 or 32 bits for samples of another width."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
from transcriber.audio.file_structure.sample_width import sample_width

RATE = 16_000


def wav(bits: int, channels: int, samples: bytes, tag: int = 1) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, RATE, RATE * frame, frame, bits)
    body = b"WAVE" + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def samples_of(sound: np.ndarray, bits: int, channels: int) -> bytes:
    """The sound on each channel, the later ones quieter."""
    each = np.stack([sound / (1 + n) for n in range(channels)], axis=1)
    words = np.round(each * (2.0 ** (bits - 1) - 1)).astype("<i4")
    return words.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()


@pytest.mark.parametrize("loudness", [0.9, 0.01])
@each_row(
    ("claimed", "true", "channels", "tag"),
    [
        (24, 16, 1, 1),
        (32, 16, 1, 1),
        (32, 16, 1, 3),
        (24, 16, 2, 1),
        (32, 16, 2, 1),
        (16, 24, 1, 1),
        (16, 24, 2, 1),
        (16, 16, 1, 1),
        (24, 24, 1, 1),
        (32, 32, 1, 1),
        (24, 24, 2, 1),
        (32, 32, 2, 1),
    ],
)
def test_samples_have_their_own_width(
    speech: Path, tmp_path: Path, loudness: float, claimed: int, true: int, channels: int, tag: int
) -> None:
    sound = decode(speech).samples
    path = tmp_path / "a.wav"
    path.write_bytes(wav(claimed, channels, samples_of(sound * loudness, true, channels), tag))

    found = decode(path)

    assert found.info.codec == f"pcm_s{true}le"
    assert np.corrcoef(found.samples[: len(sound)], sound[: len(found.samples)])[0, 1] > 0.95


@each_row(("bits", "low"), [(24, 8), (32, 16), (32, 8)])
@pytest.mark.parametrize("channels", [1, 2])
def test_wide_samples_with_zeros_below_keep_their_width(
    speech: Path, tmp_path: Path, channels: int, bits: int, low: int
) -> None:
    """A converter writes such samples from 16 or 24 bits."""
    each = np.round(decode(speech).samples * (2.0 ** (bits - low - 1) - 1)).astype("<i4") << low
    content = np.repeat(each, channels).view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
    path = tmp_path / "a.wav"
    path.write_bytes(wav(bits, channels, content))

    assert decode(path).info.codec == f"pcm_s{bits}le"


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_noise_keeps_the_width_of_its_header(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(bits, 1, np.random.default_rng(1).bytes(96_000)))

    assert decode(path).info.codec == f"pcm_s{bits}le"


def test_high_tone_of_8_bits_in_16_keeps_its_width() -> None:
    tone = np.sin(2 * np.pi * 5432 / RATE * np.arange(RATE) + 0.3)
    each = np.stack([tone, 0.8 * np.roll(tone, 7)], axis=1)
    samples = (np.round(each * 127).astype("<i2") << 8).tobytes()

    assert sample_width(samples[: len(samples) // 12 * 12], 2, 2) == 2
