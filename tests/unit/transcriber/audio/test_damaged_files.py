"""Files that are damaged, and files that are no audio: what is read of them, and what the error says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.shards import ShardError
from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode, decode_error
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "libmp3lame", 16_000),
        ("a.wav", "pcm_s16le", 16_000),
        ("a.flac", "flac", 16_000),
        ("a.webm", "libopus", 48_000),
    ],
)
def test_truncated_file_is_decoded_and_reported(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int
) -> None:
    path = record(speech, name, codec, rate=rate)
    os.truncate(path, path.stat().st_size * 6 // 10 + 1)

    info = decode(path).info

    assert info.truncated
    assert 3.0 < info.duration < 6.0


@pytest.mark.slow
@pytest.mark.parametrize("behind", [b"\0", b"\r\n", bytes(100), b"\n<!-- served by -->\n", b"\xa5\x5a\x3c" * 30])
@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "libmp3lame", 16_000),
        ("a.aac", "aac", 16_000),
        ("a.ac3", "ac3", 48_000),
        ("a.eac3", "eac3", 48_000),
        ("a.amr", "libopencore_amrnb", 8_000),
        ("a.wv", "wavpack", 16_000),
    ],
)
def test_bytes_behind_last_frame_are_no_loss(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, behind: bytes
) -> None:
    path = record(speech, name, codec, rate=rate)
    path.write_bytes(path.read_bytes() + behind)

    decoded = decode(path)

    assert decoded.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.2)
    assert not decoded.info.truncated


FORMATS = [
    ("wav", "pcm_s16le", 16_000),
    ("flac", "flac", 16_000),
    ("mp3", "libmp3lame", 16_000),
    ("aac", "aac", 16_000),
]
FORMATS += [("m4a", "aac", 16_000), ("ogg", "libopus", 48_000), ("webm", "libopus", 48_000), ("ts", "aac", 48_000)]
FORMATS += [("amr", "libopencore_amrnb", 8_000), ("caf", "pcm_s16be", 16_000), ("aiff", "pcm_s16be", 16_000)]
FORMATS += [
    ("avi", "pcm_s16le", 16_000),
    ("ac3", "ac3", 48_000),
    ("flv", "libmp3lame", 44_100),
    ("au", "pcm_mulaw", 8_000),
]
FORMATS += [("w64", "pcm_s16le", 16_000), ("eac3", "eac3", 48_000), ("wv", "wavpack", 16_000), ("tta", "tta", 16_000)]
COVER = (
    b"ID3\x04\0\0" + bytes(size >> shift & 127 for size in [3_000_000] for shift in (21, 14, 7, 0)) + bytes(3_000_000)
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "behind"), [(b"", bytes(100_000)), (COVER, b"")], ids=["zeros behind", "cover before"]
)
@pytest.mark.parametrize(("suffix", "codec", "rate"), FORMATS)
def test_padding_and_long_tags_are_no_sound(
    speech: Path, record: Callable[..., Path], suffix: str, codec: str, rate: int, before: bytes, behind: bytes
) -> None:
    path = record(speech, f"a.{suffix}", codec, rate=rate)
    path.write_bytes(before + path.read_bytes() + behind)
    audio = AudioStream(path)

    seconds = sum(len(block) for block in audio) / SAMPLE_RATE

    assert seconds == pytest.approx(SAMPLE_SECONDS, abs=0.2)
    assert not audio.info.truncated
    assert audio.warnings == []


def test_damage_inside_flv_is_not_called_unread(speech: Path, record: Callable[..., Path]) -> None:
    """The tags break off there; FFmpeg finds those behind it."""
    path = record(speech, "a.flv", "libmp3lame", rate=44_100, bit_rate=128_000)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + content[len(content) // 2 + 1500 :])
    audio = AudioStream(path)

    seconds = sum(len(block) for block in audio) / SAMPLE_RATE

    assert len(content) > 4 * 16_384  # enough is behind the damage for the warning
    assert seconds == pytest.approx(SAMPLE_SECONDS, abs=0.2)
    assert audio.warnings == []


def test_mp3_without_frame_count_is_not_truncated(speech: Path, tmp_path: Path, record: Callable[..., Path]) -> None:
    """FFmpeg's guess from the first frames' bit rate is far off when the rate varies."""
    parts = [
        record(speech, f"{bit_rate}.mp3", "libmp3lame", bit_rate=bit_rate, write_xing="0")
        for bit_rate in (8_000, 64_000)
    ]
    path = tmp_path / "varies.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))

    info = decode(path).info

    assert info.duration == pytest.approx(2 * SAMPLE_SECONDS, abs=0.3)
    assert not info.truncated


def test_damaged_packets_are_skipped(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.flac", "flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 600] = b"\xaa" * 600
    path.write_bytes(content)

    assert SAMPLE_SECONDS - 1.0 < decode(path).seconds < SAMPLE_SECONDS


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", ShardError.EMPTY, "0 bytes"),
        ("Grüße, this is no audio.\n".encode() * 40, ShardError.NOT_AUDIO, "plain text"),
        (b"<!DOCTYPE html><html>not found</html>" * 20, ShardError.NOT_AUDIO, "web page"),
        (b'{"error": "not found"}' * 20, ShardError.NOT_AUDIO, "JSON"),
        (b"%PDF-1.7\n" + b"x" * 4000, ShardError.NOT_AUDIO, "PDF"),
        (PNG + b"\x00" * 400, ShardError.NOT_AUDIO, "PNG"),
        (b"PK\x03\x04" + b"\x00" * 400, ShardError.NOT_AUDIO, "ZIP"),
        (b"\x00", ShardError.NOT_AUDIO, "no decoder"),
        (bytes(range(128, 256)) * 40, ShardError.NOT_AUDIO, "no decoder"),
    ],
)
def test_file_without_audio_is_described_in_error(
    tmp_path: Path, content: bytes, error: ShardError, words: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)

    found, message = decode_error(path)

    assert found == error
    assert words in message


def test_audio_without_samples_raises_empty(tmp_path: Path) -> None:
    error, message = decode_error(wav(tmp_path / "a.wav", np.zeros(0)))

    assert error == ShardError.EMPTY
    assert "without a single sample" in message


def test_video_without_audio_track_raises_not_audio(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as video:
        stream = video.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for shade in range(10):
            video.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade * 20, np.uint8))))
        video.mux(stream.encode(None))

    error, message = decode_error(path)

    assert error == ShardError.NOT_AUDIO
    assert "video (mpeg4) without a sound track" in message


@pytest.mark.parametrize(
    ("name", "playlist"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{file}\n#EXT-X-ENDLIST\n"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{file}\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile '{file}'\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile {name}\n"),
    ],
)
def test_playlist_opens_no_other_file(speech: Path, tmp_path: Path, name: str, playlist: str) -> None:
    """FFmpeg would: an upload could name another customer's audio, or an address inside the network."""
    secret = tmp_path / "secret.flac"
    secret.write_bytes(speech.read_bytes())
    path = tmp_path / name
    path.write_text(playlist.format(file=secret, name=secret.name))

    error, _ = decode_error(path)

    assert error == ShardError.NOT_AUDIO
