"""Which bytes are sound: WAV lengths that are not true, and what the caller says of the audio."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.shards import RawAudio
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.encodings import encoded
from tests.fixtures.audio_files.noise_files import (
    noise,
    read,
)
from transcriber.audio.file_structure.parts import file_parts
from transcriber.audio.resampling import SAMPLE_RATE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("riff", "data"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0, 0),
        (0x7FFFFFFF, 0x7FFFFFDB),
        (0x7FFFF024, 0x7FFFF000),
        (None, 1000),
        (None, 1001),
        (100, None),
        (None, 0),
    ],
)
@pytest.mark.parametrize("extensible", [False, True])
def test_untrue_wav_length_loses_no_sample(
    tmp_path: Path, riff: int | None, data: int | None, extensible: bool
) -> None:
    sound = noise(2.0)
    path = wav(tmp_path / "a.wav", sound)
    content = bytearray(path.read_bytes())
    if extensible:  # a chunk before the samples, as FFmpeg and Audacity write
        content[36:36] = b"LIST" + struct.pack("<I", 10) + b"INFOabcdef"
    for at, size in ((4, riff), (content.index(b"data") + 4, data)):
        if size is not None:
            struct.pack_into("<I", content, at, size)
    path.write_bytes(content)

    audio = decode(path)

    assert len(audio.samples) == len(sound)
    assert np.allclose(audio.samples, sound, atol=1e-3)
    assert not audio.info.truncated


@pytest.mark.parametrize("more", [2, 36, 44])
def test_length_of_wav_that_counts_its_header_is_no_loss(tmp_path: Path, more: int) -> None:
    path = wav(tmp_path / "a.wav", noise(1.0))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 40, len(content) - 44 + more)
    path.write_bytes(content)
    assert decode(path).info.duration == pytest.approx(1.0)
    assert not decode(path).info.truncated
    path.write_bytes(content[:-8000])  # a quarter of a second
    assert decode(path).info.truncated


@pytest.mark.parametrize("between", [b"", b"LIST\4\0\0\0INFO"])
def test_all_chunks_of_wav_samples_are_read(tmp_path: Path, between: bytes) -> None:
    sound = noise(2.0)
    path = wav(tmp_path / "a.wav", sound)
    content = path.read_bytes()
    half = (len(content) - 44) // 2
    size = struct.pack("<I", half)
    chunks = [content[44 : 44 + half], between, b"data" + size, content[44 + half :]]
    path.write_bytes(content[:40] + size + b"".join(chunks))

    assert np.allclose(decode(path).samples, sound, atol=1e-3)
    assert not decode(path).info.truncated


@pytest.mark.parametrize("sizes", [[0] * 100_000, [2] * 100_000])
def test_many_chunks_of_wav_samples_are_no_parts(tmp_path: Path, sizes: list[int]) -> None:
    """A hostile file has hundreds of millions: each would be a part in memory, opened on its own."""
    path = wav(tmp_path / "a.wav", noise(1.0))
    path.write_bytes(path.read_bytes() + b"".join(b"data" + struct.pack("<I", size) + bytes(size) for size in sizes))

    assert len(file_parts(path)) == 1


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
@pytest.mark.parametrize("claimed", [None, 0, 1000, 1 << 40])
def test_untrue_length_of_long_wav_loses_no_sample(tmp_path: Path, magic: bytes, claimed: int | None) -> None:
    sound = noise(1.0)
    path = wav(tmp_path / "a.wav", sound)
    content, true = bytearray(path.read_bytes()), 2 * len(sound)
    content[:8] = magic + b"\xff" * 4
    content[40:44] = b"\xff" * 4
    content[12:12] = b"ds64" + struct.pack("<IQQQI", 28, 0, true if claimed is None else claimed, 0, 0)
    path.write_bytes(content + b"LIST\4\0\0\0INFO" * (claimed is None))

    assert len(decode(path).samples) == len(sound)


def test_chunks_behind_wav_samples_are_no_sound(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", noise(1.0))
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", 2000) + b"\x55" * 2000)

    assert decode(path).seconds == pytest.approx(1.0, abs=0.001)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 16_000),
        ("flac", "flac", 16_000),
        ("mp3", "libmp3lame", 16_000),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("mp4", "aac", 44_100),
        ("adts", "aac", 44_100),
        ("mpegts", "aac", 44_100),
        ("aiff", "pcm_s16be", 16_000),
        ("caf", "pcm_s16be", 16_000),
        ("au", "pcm_s16be", 16_000),
        ("w64", "pcm_s16le", 16_000),
        ("avi", "pcm_s16le", 16_000),
        ("asf", "wmav2", 44_100),
        ("flv", "libmp3lame", 44_100),
        ("amr", "libopencore_amrnb", 8_000),
    ],
)
@pytest.mark.parametrize("raw", [RawAudio("linear16", 8_000), RawAudio("mulaw", 8_000, 2), RawAudio("g729", 8_000)])
def test_file_with_header_wins_over_claims(
    tmp_path: Path, container: str, codec: str, rate: int, raw: RawAudio
) -> None:
    path = tmp_path / "a"
    try:
        path.write_bytes(encoded(container, codec, rate))
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this FFmpeg has no encoder {codec}")

    samples, warnings = read(path, raw=raw)

    assert len(samples) / SAMPLE_RATE == pytest.approx(1.0, abs=0.15)
    assert warnings == ["contradicts_file"]


def test_claims_serve_audio_without_header(tmp_path: Path) -> None:
    for seed in range(30):
        path = tmp_path / "a"
        path.write_bytes(np.random.default_rng(seed).bytes(16_000))

        samples, warnings = read(path, raw=RawAudio("linear16", 8_000))

        assert (len(samples), warnings) == (SAMPLE_RATE, [])


@pytest.mark.parametrize("channels", range(1, 21))
def test_raw_audio_of_any_number_of_channels_is_read(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "a"
    sound = np.zeros((1600, channels), np.int16)
    sound[:, -1] = 3000  # the last one speaks
    path.write_bytes(sound.tobytes())
    raw = RawAudio("linear16", 16_000, channels)

    assert len(decode(path, raw=raw).samples) == 1600
    assert float(decode(path, raw=raw, channel=channels - 1).samples.mean()) == pytest.approx(3000 / 32768)


@pytest.mark.parametrize("chunk", [b"LIST\5\0\0\0INFOa", b"bext\3\0\0\0abc", b"xyzw\7\0\0\0abcdefg"])
@pytest.mark.parametrize("padding", [b"", b"\0"])
@pytest.mark.parametrize("streamed", [False, True])
def test_odd_wav_chunk_before_samples_shifts_nothing(
    tmp_path: Path, chunk: bytes, padding: bytes, streamed: bool
) -> None:
    """RIFF asks for a byte of padding, which many programs forget."""
    sound = noise(1.0)
    path = wav(tmp_path / "a.wav", sound)
    content = path.read_bytes()
    length = b"\xff" * 4 if streamed else content[40:44]
    path.write_bytes(content[:36] + chunk + padding + b"data" + length + content[44:])

    audio = decode(path)

    assert len(audio.samples) == len(sound)
    assert np.allclose(audio.samples, sound, atol=1e-3)


@pytest.mark.parametrize(
    ("form", "sound_chunk", "frames"),
    [(None, 0, 0), (0, 0, 0), (46, 8, 0), (None, 0, None), (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF), (None, 1008, 500)],
)
def test_untrue_aiff_length_loses_no_sample(
    tmp_path: Path, form: int | None, sound_chunk: int, frames: int | None
) -> None:
    path = tmp_path / "a.aiff"
    content = bytearray(encoded("aiff", "pcm_s16be"))
    path.write_bytes(content)
    sound = decode(path).samples
    for at, value in (
        (4, form),
        (content.index(b"SSND") + 4, sound_chunk),
        (content.index(b"COMM") + 10, frames),
    ):
        if value is not None:
            struct.pack_into(">I", content, at, value)
    path.write_bytes(content)

    samples, warnings = read(path)

    assert np.array_equal(samples, sound)
    assert warnings == []


ID3 = b"ID3\4\0\0\0\0\2\0" + bytes(256)


@pytest.mark.parametrize(
    "before", [ID3, ID3 * 2, bytes(512), b"\xef\xbb\xbf", b"\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: audio/x\r\n\r\n"]
)
@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [("wav", "pcm_s16le", 16_000), ("mp4", "aac", 44_100), ("aiff", "pcm_s16be", 16_000), ("webm", "libopus", 48_000)],
)
def test_bytes_before_the_header_are_skipped(
    tmp_path: Path, container: str, codec: str, rate: int, before: bytes
) -> None:
    path = tmp_path / "a"
    path.write_bytes(before + encoded(container, codec, rate))

    samples, warnings = read(path)

    assert len(samples) / SAMPLE_RATE == pytest.approx(1.0, abs=0.15)
    assert warnings == []
