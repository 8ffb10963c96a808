"""Files with holes, ends that are missing and headers that are sent again: words are lost, but never silently."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.audio_files.decoded_audio import SAMPLE_SECONDS, decode
from tests.fixtures.rows import each_row
from transcriber.audio.stream import AudioStream

CLUSTER = b"\x1f\x43\xb6\x75"
FORMATS = [
    ("a.mp3", "libmp3lame", 44_100),
    ("a.aac", "aac", 44_100),
    ("a.flac", "flac", 44_100),
    ("a.ogg", "libopus", 48_000),
    ("a.webm", "libopus", 48_000),
    ("a.ts", "aac", 48_000),
    ("a.m4a", "aac", 44_100),
    ("a.avi", "libmp3lame", 44_100),
]


def warnings_of(path: Path) -> list[str]:
    audio = AudioStream(path)
    for _ in audio:
        pass
    return [warning.type for warning in audio.warnings]


@pytest.mark.slow
@each_row(("name", "codec", "rate"), FORMATS)
def test_hole_of_zeros_is_warned_about(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int
) -> None:
    path = record(speech, name, codec, rate=rate)
    content = path.read_bytes()
    assert warnings_of(path) == []
    first, last = len(content) * 4 // 10, len(content) * 7 // 10

    path.write_bytes(content[:first] + bytes(last - first) + content[last:])

    assert "missing_bytes" in warnings_of(path)


@pytest.mark.slow
@each_row("zeros", [bytes(3000), bytes(100_000)])
@each_row(("name", "codec", "rate"), [file for file in FORMATS if file[0] != "a.avi"])
def test_zeros_behind_a_file_are_no_hole(
    speech: Path, record: Callable[..., Path], name: str, codec: str, rate: int, zeros: bytes
) -> None:
    path = record(speech, name, codec, rate=rate)
    path.write_bytes(path.read_bytes() + zeros)

    assert "missing_bytes" not in warnings_of(path)


def test_silence_in_pcm_is_no_hole(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.wav", "pcm_s16le")
    content = path.read_bytes()
    path.write_bytes(content[:60_000] + bytes(60_000) + content[120_000:])

    assert warnings_of(path) == []


@each_row("codec", ["adpcm_ima_wav", "adpcm_ms"])
def test_silence_in_a_cut_off_adpcm_is_no_hole(speech: Path, tmp_path: Path, codec: str) -> None:
    samples = (decode(speech).samples * 32767).astype(np.int16)
    samples[30_000:90_000] = 0
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate, frame.pts = 16_000, 0
        sized = av.AudioResampler(stream.format.name, "mono", 16_000, frame_size=stream.codec_context.frame_size)
        for part in [*sized.resample(frame), *sized.resample(None), None]:
            file.mux(stream.encode(part))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 8 // 10])

    assert decode(path).info.truncated
    assert warnings_of(path) == []


def test_scattered_damage_is_warned_about(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.ts", "aac", rate=48_000)
    content = path.read_bytes()
    packets = [content[at : at + 188] for at in range(0, len(content), 188)]
    path.write_bytes(b"".join(packet for number, packet in enumerate(packets) if number % 10 != 7))

    assert "undecodable" in warnings_of(path)


def fragmented(speech: Path) -> bytes:
    """The speech as a browser or a stream writes it: fragments of half a second."""
    out, samples = io.BytesIO(), decode(speech).samples
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}
    with av.open(out, "w", format="mp4", options=options) as file:
        stream = file.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "fltp", "mono")
        frame.sample_rate, frame.pts = 16_000, 0
        sized = av.AudioResampler("fltp", "mono", 16_000, frame_size=stream.codec_context.frame_size)
        for part in [*sized.resample(frame), *sized.resample(None), None]:
            file.mux(stream.encode(part))
    return out.getvalue()


def boxes(content: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        found.append((kind, content[at : at + size]))
        at += size
    return found


def test_cut_off_fragment_is_truncated(speech: Path, tmp_path: Path) -> None:
    content, path = fragmented(speech), tmp_path / "a.mp4"
    path.write_bytes(content)
    assert not decode(path).info.truncated

    path.write_bytes(content[: len(content) * 6 // 10])

    assert decode(path).info.truncated


@pytest.mark.parametrize("codec", ["libmp3lame", "ac3", "aac"])
def test_cut_off_avi_is_truncated(speech: Path, record: Callable[..., Path], codec: str) -> None:
    path = record(speech, "a.avi", codec, rate=44_100)
    content = path.read_bytes()
    assert not decode(path).info.truncated

    path.write_bytes(content[: len(content) * 6 // 10])

    assert decode(path).info.truncated


def test_avi_that_counts_its_own_header_is_whole(speech: Path, record: Callable[..., Path]) -> None:
    path = record(speech, "a.avi", "libmp3lame", rate=44_100)
    content = path.read_bytes()
    path.write_bytes(content[:4] + struct.pack("<I", len(content)) + content[8:])

    assert not decode(path).info.truncated


def test_header_of_mp4_that_is_sent_again_moves_no_time(speech: Path, tmp_path: Path) -> None:
    parts, path = boxes(fragmented(speech)), tmp_path / "a.mp4"
    header = b"".join(box for kind, box in parts if kind in (b"ftyp", b"moov"))
    fragments = [box for kind, box in parts if kind in (b"moof", b"mdat")]
    path.write_bytes(header + b"".join(fragments[:8]) + header + b"".join(fragments[8:]))

    found = decode(path)

    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
    assert_same_times(found.samples, decode(speech).samples)


def test_header_of_webm_that_is_sent_again_moves_no_time(speech: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    samples = decode(speech).samples
    with av.open(str(path), "w", format="webm", options={"live": "1", "cluster_time_limit": "500"}) as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "fltp", "mono")
        frame.sample_rate, frame.pts = 16_000, 0
        sized = av.AudioResampler("s16", "mono", 48_000, frame_size=960)
        for part in [*sized.resample(frame), *sized.resample(None), None]:
            file.mux(stream.encode(part))
    content = path.read_bytes()
    clusters = [match.start() for match in re.finditer(CLUSTER, content)]
    path.write_bytes(content[: clusters[6]] + content[: clusters[0]] + content[clusters[6] :])

    found = decode(path)

    assert found.seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
    assert_same_times(found.samples, samples)


def assert_same_times(found: np.ndarray, expected: np.ndarray) -> None:
    """The last two seconds lie where they should, to 0.1 s."""
    end = min(len(found), len(expected))
    tail = expected[end - 40_000 : end - 8000]
    shifts = range(-8000, 8001, 16)
    fits = [float(found[end - 40_000 + by : end - 8000 + by][: len(tail)] @ tail) for by in shifts if by <= 8000]
    assert abs(shifts[int(np.argmax(fits))]) <= 1600  # AAC adds 64 ms at 16 kHz


@each_row(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.aac", "aac")])
def test_tag_with_a_length_beyond_the_file_hides_no_sound(
    speech: Path, record: Callable[..., Path], name: str, codec: str
) -> None:
    path = record(speech, name, codec, rate=44_100)
    path.write_bytes(b"ID3\x03\0\0\x7f\x7f\x7f\x7fTIT2\0\0\0\x05\0\0\0abcd" + path.read_bytes())

    assert decode(path).seconds == pytest.approx(SAMPLE_SECONDS, abs=0.15)
