"""File formats: channels, time ranges, headerless audio, damaged files, and files that are not audio."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from bench.recordings.corpus import wav
from earshot_contract.documents.shards import RawAudio, ShardError
from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode, decode_error
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream


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
    assert audio.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert audio.info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert (audio.info.codec, audio.info.sample_rate, audio.info.channels) == (found, rate, 1)
    assert not audio.info.truncated
    assert 0.05 < float(np.abs(audio.samples).max()) <= 1.0


def test_padding_behind_the_last_frame_is_no_damage(speech: Path, record: Callable[..., Path]) -> None:
    audio = decode(record(speech, "a.w64", "libmp3lame", rate=44_100))

    assert audio.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert not audio.info.truncated


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


@pytest.mark.parametrize("channel", [None, 0])
@pytest.mark.parametrize(("channels", "warned"), [((1, 2), True), ((2, 1), False), ((2, 2), False)])
def test_more_channels_than_at_the_beginning_are_warned_about(
    tmp_path: Path, channels: tuple[int, int], channel: int | None, *, warned: bool
) -> None:
    path, part = tmp_path / "joined.wav", tmp_path / "part.wav"
    path.write_bytes(b"".join(wav(part, np.full((SAMPLE_RATE, count), 0.1)).read_bytes() for count in channels))

    audio = AudioStream(path, channel=channel)

    assert sum(len(block) for block in audio) == pytest.approx(2 * SAMPLE_RATE, abs=100)
    assert [warning.type for warning in audio.warnings] == ["more_channels"] * warned
    assert all("From 1.0 s on the file has 2 channels" in warning.message for warning in audio.warnings)


STREAMS = [
    ("a.aac", "aac", 48_000),
    ("a.mp3", "libmp3lame", 16_000),
    ("a.mp2", "mp2", 48_000),
    ("a.ac3", "ac3", 48_000),
]
STREAMS += [("a.eac3", "eac3", 48_000), ("a.ts", "aac", 48_000), ("a.latm", "aac", 48_000), ("a.mpg", "mp2", 48_000)]


@pytest.mark.slow
@pytest.mark.parametrize("is_stereo_first", [False, True])
@pytest.mark.parametrize(("name", "codec", "rate"), STREAMS)
def test_change_of_channels_inside_a_stream_is_warned_of(
    speech: Path,
    dialogue: Path,
    record: Callable[..., Path],
    name: str,
    codec: str,
    rate: int,
    *,
    is_stereo_first: bool,
) -> None:
    mono, stereo = (record(source, name, codec, rate=rate).read_bytes() for source in (speech, dialogue))
    path = record(speech, name, codec, rate=rate)
    path.write_bytes(stereo + mono if is_stereo_first else mono + stereo)
    audio = AudioStream(path)

    list(audio)

    assert audio.channels == 1 + is_stereo_first
    assert [warning.type for warning in audio.warnings] == ["more_channels"] * (not is_stereo_first)
    assert audio.info.duration > SAMPLE_SECONDS + 1
    assert not audio.info.truncated


def test_change_of_rate_inside_latm_keeps_the_times(speech: Path, record: Callable[..., Path]) -> None:
    parts = [record(speech, "a.latm", "aac", rate=rate).read_bytes() for rate in (16_000, 48_000)]
    path = record(speech, "b.latm", "aac")
    path.write_bytes(b"".join(parts))

    assert decode(path).seconds == pytest.approx(2 * SAMPLE_SECONDS, abs=0.3)


def test_channel_that_only_the_header_claims_is_silent(speech: Path) -> None:
    found = decode(speech, channel=1)

    assert found.info.channels == 1
    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.01)
    assert not found.samples.any()


@pytest.mark.parametrize(
    ("encoding", "format", "codec"),
    [("linear16", "s16le", "pcm_s16le"), ("mulaw", "mulaw", "pcm_mulaw"), ("alaw", "alaw", "pcm_alaw")],
)
def test_headerless_audio_is_decoded_by_encoding(
    speech: Path, record: Callable[..., Path], encoding: str, format: str, codec: str
) -> None:
    path = record(speech, "a.raw", codec, rate=8_000, format=format)

    audio = decode(path, raw=RawAudio(encoding, 8_000))

    assert audio.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.05)
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

    assert info.duration == pytest.approx(SAMPLE_SECONDS, abs=0.1)
    assert not info.truncated  # though the pictures last longer


def test_range_above_max_seconds_raises_too_long(speech: Path) -> None:
    assert decode_error(speech, max_seconds=5.0)[0] == ShardError.TOO_LONG
    assert decode(speech, start=1.0, end=4.0, max_seconds=5.0).seconds == pytest.approx(3.0)


def test_sample_rate_change_midway_is_resampled(speech: Path, tmp_path: Path, record: Callable[..., Path]) -> None:
    """Concatenated MP3s change it, for example."""
    first, second = record(speech, "1.mp3", "libmp3lame"), record(speech, "2.mp3", "libmp3lame", rate=22_050)
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + second.read_bytes())

    assert decode(joined).seconds == pytest.approx(2 * SAMPLE_SECONDS, abs=0.3)


@pytest.mark.parametrize(
    ("container", "codec"), [("swf", "libmp3lame"), ("nut", "libmp3lame"), ("rm", "ac3"), ("wtv", "mp2")]
)
def test_container_of_frames_is_read_as_a_whole(tmp_path: Path, container: str, codec: str) -> None:
    path = tmp_path / "file"
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=44_100, layout="mono")
        picture = (
            file.add_stream("flv1", rate=5, width=32, height=32, pix_fmt="yuv420p") if container == "swf" else None
        )
        tone = (0.3 * np.sin(np.arange(44_100 * 4) * 0.06)).astype(np.float32)
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(stream.codec_context.format, "mono", 44_100, frame_size=size)
        frame = av.AudioFrame.from_ndarray(tone[None], "fltp", "mono")
        frame.sample_rate, frame.pts = 44_100, 0
        packets = [packet for part in [*resampler.resample(frame), None] for packet in stream.encode(part)]
        for number in range(20 if picture else 0):
            image = av.VideoFrame.from_ndarray(np.full((48, 32), number, "u1"), "yuv420p")
            image.pts = number
            packets += picture.encode(image) if picture else []
        for packet in sorted(packets, key=lambda packet: float(packet.pts * packet.time_base)):
            file.mux(packet)

    assert decode(path).seconds == pytest.approx(4.0, abs=0.2)


def test_samples_of_64_bits_are_read(tmp_path: Path) -> None:
    tone = np.sin(np.arange(SAMPLE_RATE) * 0.1) * 0.3
    content = (tone * 2.0**63).astype("<i8").tobytes()
    header = struct.pack("<HHIIHH", 1, 1, SAMPLE_RATE, 8 * SAMPLE_RATE, 8, 64)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(content)) + content
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)

    assert np.allclose(decode(path).samples, tone, atol=1e-3)
