"""File formats: channels, time ranges, headerless audio, damaged files, and files that are not audio."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from bench.corpus import wav
from earshot_contract.shards import RawAudio, ShardError
from tests.fixtures.audio import decode
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.engine_protocol import ShardFailed

SECONDS = 7.889  # of the speech sample


def decode_error(path: Path, **options: object) -> tuple[ShardError, str]:
    with pytest.raises(ShardFailed) as caught:
        decode(path, **options)  # type: ignore[arg-type]
    return caught.value.error, caught.value.message


@pytest.mark.parametrize(
    ("name", "codec", "rate", "found"),
    [
        ("a.mp3", "libmp3lame", 16_000, "mp3"),
        ("a.wav", "pcm_s16le", 44_100, "pcm_s16le"),
        ("a.ogg", "libopus", 48_000, "opus"),
        ("a.webm", "libopus", 48_000, "opus"),
        ("a.m4a", "aac", 22_050, "aac"),
        ("a.flac", "flac", 8_000, "flac"),
    ],
)
def test_common_formats_decode_to_the_same_speech(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, found: str
) -> None:
    audio = decode(record(speech, name, codec, rate=rate))

    assert audio.samples.dtype == np.float32
    assert audio.samples.ndim == 1
    assert audio.seconds == pytest.approx(SECONDS, abs=0.1)
    assert audio.info.duration == pytest.approx(SECONDS, abs=0.1)
    assert (audio.info.codec, audio.info.sample_rate, audio.info.channels) == (found, rate, 1)
    assert not audio.info.truncated
    assert 0.05 < float(np.abs(audio.samples).max()) <= 1.0


def test_time_range_is_exact_and_keeps_file_duration(speech: Path) -> None:
    whole, middle = decode(speech), decode(speech, start=2.0, end=5.5)

    assert np.array_equal(middle.samples, whole.samples[2 * SAMPLE_RATE : round(5.5 * SAMPLE_RATE)])
    assert middle.info.duration == whole.info.duration
    assert not middle.info.truncated


def test_adjacent_time_ranges_join_without_gap_or_overlap(speech: Path) -> None:
    ranges = [decode(speech, start=a, end=b).samples for a, b in ((0.0, 3.3), (3.3, 6.0), (6.0, None))]

    assert np.array_equal(np.concatenate(ranges), decode(speech).samples)


def test_time_range_beyond_end_is_empty(speech: Path) -> None:
    assert len(decode(speech, start=60.0, end=70.0).samples) == 0


def test_channel_is_selected_or_all_are_mixed(tmp_path: Path) -> None:
    left, right = np.full(SAMPLE_RATE, 8000), np.full(SAMPLE_RATE, -4000)
    path = wav(tmp_path / "stereo.wav", np.stack([left, right], axis=1))

    levels = [float(np.median(decode(path, channel=channel).samples)) for channel in (0, 1, None)]

    assert levels == pytest.approx([8000 / 32768, -4000 / 32768, 2000 / 32768], abs=1e-3)


def test_missing_channel_raises_no_channel(speech: Path) -> None:
    error, message = decode_error(speech, channel=1)

    assert error == ShardError.NO_CHANNEL
    assert "Channel 1" in message
    assert "has 1" in message


@pytest.mark.parametrize(
    ("encoding", "format", "codec"),
    [("linear16", "s16le", "pcm_s16le"), ("mulaw", "mulaw", "pcm_mulaw"), ("alaw", "alaw", "pcm_alaw")],
)
def test_headerless_audio_is_decoded_by_encoding(
    speech: Path, record: Callable[..., Path], encoding: str, format: str, codec: str
) -> None:
    path = record(speech, "a.raw", codec, rate=8_000, format=format)

    audio = decode(path, raw=RawAudio(encoding, 8_000))

    assert audio.seconds == pytest.approx(SECONDS, abs=0.05)
    assert audio.info.sample_rate == 8_000
    assert np.corrcoef(audio.samples[:100_000], decode(speech).samples[:100_000])[0, 1] > 0.8


def test_headerless_channel_is_selected(dialogue: Path, record: Callable[..., Path]) -> None:
    path = record(dialogue, "a.raw", "pcm_s16le", format="s16le")

    audio = decode(path, raw=RawAudio("linear16", 16_000, 2), channel=1)

    assert audio.info.channels == 2
    assert np.array_equal(audio.samples, decode(dialogue, channel=1).samples)


def test_encoding_with_own_container_is_detected(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.ogg", "libopus", rate=48_000)

    assert decode(path, raw=RawAudio("opus", 48_000)).info.codec == "opus"


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


def test_mp3_without_frame_count_is_not_truncated(speech: Path, tmp_path: Path, record: Callable[..., Path]) -> None:
    """FFmpeg's guess from the first frames' bit rate is far off when the rate varies."""
    parts = [
        record(speech, f"{bit_rate}.mp3", "libmp3lame", bit_rate=bit_rate, write_xing="0")
        for bit_rate in (8_000, 64_000)
    ]
    path = tmp_path / "varies.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))

    info = decode(path).info

    assert info.duration == pytest.approx(2 * SECONDS, abs=0.3)
    assert not info.truncated


def test_damaged_packets_are_skipped(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.flac", "flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 600] = b"\xaa" * 600
    path.write_bytes(content)

    assert SECONDS - 1.0 < decode(path).seconds < SECONDS


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


def test_audio_track_of_video_is_decoded(speech: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    with av.open(str(speech)) as source, av.open(str(path), "w") as video:
        picture, audio = video.add_stream("mpeg4", rate=10), video.add_stream("flac", rate=16_000)
        picture.width = picture.height = 64
        audio.layout = "mono"
        for _ in range(100):
            video.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        video.mux(picture.encode(None))
        for frame in source.decode(audio=0):
            video.mux(audio.encode(frame))
        video.mux(audio.encode(None))

    info = decode(path).info

    assert info.duration == pytest.approx(SECONDS, abs=0.1)
    assert not info.truncated  # though the pictures last longer


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


def test_range_above_max_seconds_raises_too_long(speech: Path) -> None:
    assert decode_error(speech, max_seconds=5.0)[0] == ShardError.TOO_LONG
    assert decode(speech, start=1.0, end=4.0, max_seconds=5.0).seconds == pytest.approx(3.0)


def test_sample_rate_change_midway_is_resampled(speech: Path, tmp_path: Path, record: Callable[..., Path]) -> None:
    """Concatenated MP3s change it, for example."""
    first, second = record(speech, "1.mp3", "libmp3lame"), record(speech, "2.mp3", "libmp3lame", rate=22_050)
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + second.read_bytes())

    assert decode(joined).seconds == pytest.approx(2 * SECONDS, abs=0.3)
