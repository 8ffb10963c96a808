"""Tracks that begin long after the file does, in formats whose tracks may begin anywhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from earshot_contract.documents.shards import ShardError
from tests.fixtures.audio_files.decoded_audio import decode, decode_error
from tests.fixtures.audio_files.encoder_options import fastest
from tests.fixtures.audio_files.noise_files import noise
from transcriber.audio.decoding.container import open_container
from transcriber.audio.file_structure.part_reader import PartReader
from transcriber.audio.file_structure.parts import file_parts
from transcriber.audio.resampling import SAMPLE_RATE

_PICTURE_RATE = 5


def write(
    path: Path,
    codec: str,
    tracks: list[tuple[float, float, float]],
    *,
    picture: tuple[float, float] = (0, 0),
    rate: int = 48_000,
    picture_codec: str = "mpeg4",
) -> Path:
    """Write tracks of noise, each (start, seconds, level), and a picture from one time to another."""
    with av.open(str(path), "w") as file:
        packets = []
        if picture[1]:
            film = file.add_stream(picture_codec, rate=_PICTURE_RATE, width=32, height=32, pix_fmt="yuv420p")
            for n in range(round(picture[0] * _PICTURE_RATE), round(picture[1] * _PICTURE_RATE)):
                image = av.VideoFrame.from_ndarray(np.full((32, 32, 3), n % 200, "u1"))
                image.pts, image.time_base = n, Fraction(1, _PICTURE_RATE)
                packets += film.encode(image)
            packets += film.encode(None)
        streams = [file.add_stream(codec, rate=rate, layout="mono", options=fastest(codec)) for _ in tracks]
        for seed, (stream, (start, seconds, level)) in enumerate(zip(streams, tracks, strict=True)):
            frame = av.AudioFrame.from_ndarray(noise(seconds, seed, level, rate)[None], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            context = stream.codec_context
            resampler = av.AudioResampler(context.format, "mono", rate, frame_size=context.frame_size or 1024)
            parts = [*resampler.resample(frame), *resampler.resample(None), None]
            for packet in [packet for part in parts for packet in stream.encode(part)]:
                shift = round(start / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packets.append(packet)
        for packet in sorted(packets, key=lambda packet: float(packet.dts * packet.time_base)):
            file.mux(packet)
    return path


def loud_range(path: Path) -> tuple[float, float]:
    """First and last second with sound."""
    at = np.flatnonzero(np.abs(decode(path).samples) > 0.05)
    return float(at[0]) / SAMPLE_RATE, float(at[-1]) / SAMPLE_RATE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.ts", "aac"), ("a.ts", "ac3"), ("a.mpg", "mp2"), ("a.vob", "ac3"), ("a.mkv", "aac"), ("a.mp4", "aac")],
)
@pytest.mark.parametrize("start", [2.0, 12.0, 40.0])
def test_sound_that_begins_late_is_where_a_player_has_it(tmp_path: Path, name: str, codec: str, start: float) -> None:
    path = write(tmp_path / name, codec, [(start, 1.0, 0.2)], picture=(0, start + 1))
    assert loud_range(path) == pytest.approx((start, start + 1), abs=0.1)


def test_late_track_of_which_flv_says_nothing_is_found(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.flv", "libmp3lame", [(20.0, 1.0, 0.2)], picture=(0, 21), rate=44_100, picture_codec="flv1"
    )
    assert loud_range(path) == pytest.approx((20, 21), abs=0.1)


@pytest.mark.parametrize("tracks", [[(0.0, 14.0, 0.0), (12.0, 1.0, 0.2)], [(12.0, 1.0, 0.2), (0.0, 14.0, 0.0)]])
def test_later_one_of_two_tracks_is_decoded(tmp_path: Path, tracks: list[tuple[float, float, float]]) -> None:
    path = write(tmp_path / "a.ts", "ac3", tracks, picture=(0, 14))
    assert loud_range(path) == pytest.approx((12, 13), abs=0.1)


def test_track_without_any_sound_hides_no_other(tmp_path: Path) -> None:
    """A broadcast names a second language all day, and sends it at times."""
    path = write(tmp_path / "a.ts", "ac3", [(900.0, 0.1, 0.2), (0.0, 3.0, 0.2)], picture=(0, 3))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.9) // 188 * 188])
    assert loud_range(path) == pytest.approx((0, 2.9), abs=0.3)


@pytest.mark.slow
def test_picture_that_begins_in_the_middle_ends_no_sound(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.flv", "pcm_s16le", [(0.0, 75.0, 0.2)], picture=(70, 75), rate=44_100, picture_codec="flv1"
    )
    with path.open("rb") as file:
        container = open_container(PartReader(file, file_parts(path)[0]), path, None)
        assert not container.streams.video  # else the test tests nothing
        container.close()
    assert loud_range(path) == pytest.approx((0, 75), abs=0.1)


def test_silent_film_of_unknown_codec_is_the_callers_mistake(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", "mp2", [], picture=(0, 2))
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"QQQQ"))
    error, message = decode_error(path)
    assert (error, message.partition(":")[0]) == (ShardError.NOT_AUDIO, "The file is a video without a sound track")


@pytest.mark.parametrize(("start", "end"), [(3.0, 4.0), (0.0, 8.0)])
def test_sound_of_asf_that_ends_or_begins_apart_is_not_cut_off(tmp_path: Path, start: float, end: float) -> None:
    path = write(tmp_path / "a.wmv", "libmp3lame", [(start, 1.0, 0.2)], picture=(0, end), rate=44_100)
    assert loud_range(path) == pytest.approx((start, start + 1), abs=0.1)
    assert not decode(path).info.truncated


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.ogg", "flac", 16_000), ("a.nut", "pcm_s16le", 16_000), ("a.wma", "libmp3lame", 44_100)],
)
def test_dump_of_a_stream_begins_at_zero(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write(tmp_path / name, codec, [(100.0, 4.0, 0.2)], rate=rate)
    assert loud_range(path) == pytest.approx((0, 4), abs=0.1)
    assert not decode(path).info.truncated
