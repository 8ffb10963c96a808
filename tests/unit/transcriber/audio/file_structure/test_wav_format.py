"""WAV headers that name another format than the samples have."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.rows import each_row
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


def extensible(tag: int, bits: int, valid: int, samples: bytes, channels: int = 1) -> bytes:
    """A WAV whose chunk `fmt ` is WAVEFORMATEXTENSIBLE; `bits` are those of a sample's word of 32."""
    frame = 4 * channels
    fields = struct.pack("<HHIIHHHHIH", 0xFFFE, channels, 16_000, 16_000 * frame, frame, bits, 22, valid, 0, tag)
    form = fields + bytes.fromhex("000000001000800000aa00389b71")
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def in_words(bits: int, *, high: bool = True) -> bytes:
    """A tone of `bits` bits in words of 32, at the high end or at the low end of each."""
    samples = np.round(tone(0.5) * 0.9 * 2 ** (bits - 1)).astype(np.int64)
    return (samples << (32 - bits) * high).astype("<i4").tobytes()


def plain(tag: int, bits: int, samples: bytes) -> bytes:
    """A WAV with the short chunk `fmt ` that says that each sample takes four bytes."""
    content = bytearray(wav(tag, bits, samples))
    struct.pack_into("<IH", content, 28, 64_000, 4)
    return bytes(content)


FLOATS = (tone(0.5) * 0.9).astype("<f4").tobytes()
PACKED = np.frombuffer(in_words(24, high=False), "u1").reshape(-1, 4)[:, :3].tobytes()


@each_row(
    ("name", "content", "codec"),
    [
        ("standard", extensible(INTEGER, 32, 24, in_words(24)), "pcm_s32le"),
        ("at the low end", extensible(INTEGER, 32, 24, in_words(24, high=False)), "pcm_s32le"),
        ("24 as bits of a word", extensible(INTEGER, 24, 24, in_words(24)), "pcm_s32le"),
        ("both", extensible(INTEGER, 24, 24, in_words(24, high=False)), "pcm_s32le"),
        ("short header", plain(INTEGER, 24, in_words(24)), "pcm_s32le"),
        ("short header, low end", plain(INTEGER, 24, in_words(24, high=False)), "pcm_s32le"),
        ("20 bits", extensible(INTEGER, 32, 20, in_words(20)), "pcm_s32le"),
        ("16 bits", extensible(INTEGER, 32, 16, in_words(16)), "pcm_s32le"),
        ("16 bits, low end", extensible(INTEGER, 32, 16, in_words(16, high=False)), "pcm_s32le"),
        ("all 32 bits", extensible(INTEGER, 32, 24, in_words(32)), "pcm_s32le"),
        ("no valid bits", extensible(INTEGER, 32, 0, in_words(32)), "pcm_s32le"),
        ("honest 32", extensible(INTEGER, 32, 32, in_words(32)), "pcm_s32le"),
        ("floats", extensible(FLOAT, 32, 32, FLOATS), "pcm_f32le"),
        ("floats called 24 bits", extensible(FLOAT, 32, 24, FLOATS), "pcm_f32le"),
        ("floats called integers", extensible(INTEGER, 32, 32, FLOATS), "pcm_f32le"),
        ("floats called integers of 24", extensible(INTEGER, 32, 24, FLOATS), "pcm_f32le"),
        ("floats, short header", plain(FLOAT, 24, FLOATS), "pcm_f32le"),
        ("floats called 24, short header", plain(INTEGER, 24, FLOATS), "pcm_f32le"),
        ("packed, called words", plain(INTEGER, 24, PACKED), "pcm_s24le"),
        ("packed", wav(INTEGER, 24, PACKED), "pcm_s24le"),
    ],
)
def test_bits_in_longer_words_are_read_as_they_lie(tmp_path: Path, name: str, content: bytes, codec: str) -> None:
    path = tmp_path / f"{name}.wav"
    path.write_bytes(content)

    found = decode(path)

    assert (found.info.codec, found.info.truncated, len(found.samples)) == (codec, False, 16_000 * SECONDS)
    assert np.allclose(found.samples, tone(0.5) * 0.9, atol=1e-3)


@pytest.mark.parametrize("high", [True, False])
def test_each_chunk_of_samples_in_words_is_read(tmp_path: Path, *, high: bool) -> None:
    samples, path = in_words(24, high=high), tmp_path / "a.wav"
    content = extensible(INTEGER, 32, 24, samples[:64_000])
    path.write_bytes(content + b"data" + struct.pack("<I", 64_000) + samples[64_000:])

    assert np.allclose(decode(path).samples, tone(0.5) * 0.9, atol=1e-3)


def test_quiet_words_at_the_high_end_stay_quiet(tmp_path: Path) -> None:
    quiet, path = tone(0.001), tmp_path / "a.wav"
    samples = (np.round(quiet * 2**23).astype("<i4") << 8).astype("<i4").tobytes()
    path.write_bytes(extensible(INTEGER, 32, 24, samples))

    assert np.allclose(decode(path).samples, quiet, atol=1e-6)
