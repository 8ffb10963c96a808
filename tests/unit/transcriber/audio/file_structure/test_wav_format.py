"""WAV headers that name another format than the samples have."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from transcriber.audio.stream import AudioStream

INTEGER, FLOAT = 1, 3
SECONDS = 2


def tone(loudness: float) -> np.ndarray:
    """A second of silence, and one of a tone with some noise; -1 … 1."""
    at = np.arange(16_000 * SECONDS) / 16_000
    sound = np.sin(2 * np.pi * 440 * at) + np.random.default_rng(1).normal(0, 0.1, len(at))
    return np.where(at < 0.5, 0, sound * loudness)


def wav(tag: int, bits: int, samples: bytes, remark: bytes = b"") -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 1, 16_000, 16_000 * bits // 8, bits // 8, bits)
    body = b"WAVE" + form + remark + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("loudness", [0.5, 0.01])
@pytest.mark.parametrize(
    ("tag", "bits", "dtype", "scale", "codec"),
    [
        (INTEGER, 32, "<f4", 1.0, "pcm_f32le"),
        (FLOAT, 32, "<i4", 2**31, "pcm_s32le"),
        (FLOAT, 16, "<i2", 2**15, "pcm_s16le"),
        (0, 16, "<i2", 2**15, "pcm_s16le"),
        (0, 32, "<i4", 2**31, "pcm_s32le"),
        (0, 32, "<f4", 1.0, "pcm_f32le"),
        (INTEGER, 32, "<i4", 2**31, "pcm_s32le"),
        (FLOAT, 32, "<f4", 1.0, "pcm_f32le"),
        (FLOAT, 32, "<f4", 2**15, "pcm_f32le"),
        (INTEGER, 16, "<i2", 2**15, "pcm_s16le"),
    ],
)
def test_samples_are_read_as_what_they_are(
    tmp_path: Path, tag: int, bits: int, dtype: str, scale: float, codec: str, loudness: float
) -> None:
    sound, path = tone(loudness), tmp_path / "a.wav"
    path.write_bytes(wav(tag, bits, (sound * scale * 0.9).astype(dtype).tobytes()))

    found = decode(path)

    assert found.info.codec == codec
    assert np.corrcoef(found.samples, sound)[0, 1] > 0.99


def test_pause_that_an_fft_has_rounded_is_of_floats(tmp_path: Path) -> None:
    sound, path = tone(0.5), tmp_path / "a.wav"
    sound[10_000:24_000] = 0.0
    rounded = np.fft.irfft(np.fft.rfft(sound) * 1.0001, len(sound))
    path.write_bytes(wav(FLOAT, 32, rounded.astype("<f4").tobytes()))

    assert decode(path).info.codec == "pcm_f32le"


@pytest.mark.parametrize("loudness", [0.4, 0.45, 0.5, 0.55])
def test_square_of_integers_is_of_integers(tmp_path: Path, loudness: float) -> None:
    square, path = np.sign(np.sin(np.arange(32_000) * 0.1 + 0.05)) * loudness, tmp_path / "a.wav"
    path.write_bytes(wav(INTEGER, 32, (square * 2**31).astype("<i4").tobytes()))

    assert decode(path).info.codec == "pcm_s32le"


def test_silence_keeps_the_format_of_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for tag, codec in ((INTEGER, "pcm_s32le"), (FLOAT, "pcm_f32le")):
        path.write_bytes(wav(tag, 32, bytes(64_000)))
        assert decode(path).info.codec == codec


def test_format_is_found_behind_other_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(INTEGER, 32, tone(0.5).astype("<f4").tobytes(), b"LIST\x05\0\0\0INFOx"))
    audio = AudioStream(path)

    assert sum(len(block) for block in audio) == 16_000 * SECONDS
    assert (audio.info.codec, audio.info.truncated, audio.warnings) == ("pcm_f32le", False, [])
