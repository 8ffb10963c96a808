"""Files that `cat` put together: each recording is found, whatever stands before it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fixtures.audio_files.encodings import encoded
from tests.fixtures.audio_files.noise_files import read
from tests.fixtures.rows import each_row
from transcriber.audio.file_structure import frame_breaks
from transcriber.audio.file_structure.parts import parts_of
from transcriber.audio.resampling import SAMPLE_RATE

KINDS = [
    ("wav", "pcm_s16le", 16_000),
    ("wav", "pcm_mulaw", 8_000),
    ("flac", "flac", 16_000),
    ("mp3", "libmp3lame", 44_100),
    ("mp2", "mp2", 44_100),
    ("adts", "aac", 44_100),
    ("latm", "aac", 44_100),
    ("ac3", "ac3", 48_000),
    ("eac3", "eac3", 48_000),
    ("ogg", "libopus", 48_000),
    ("ogg", "flac", 16_000),
    ("webm", "libopus", 48_000),
    ("matroska", "flac", 16_000),
    ("matroska", "libmp3lame", 44_100),
    ("mp4", "flac", 16_000),
    ("avi", "libmp3lame", 44_100),
    ("mp4", "aac", 44_100),
    ("mov", "pcm_s16le", 16_000),
    ("ipod", "alac", 44_100),
    ("3gp", "aac", 16_000),
    ("aiff", "pcm_s16be", 16_000),
    ("caf", "pcm_s16be", 16_000),
    ("au", "pcm_s16be", 16_000),
    ("w64", "pcm_s16le", 16_000),
    ("avi", "pcm_s16le", 16_000),
    ("asf", "wmav2", 44_100),
    ("flv", "libmp3lame", 44_100),
    ("mpegts", "aac", 44_100),
    ("vob", "mp2", 48_000),
    ("tta", "tta", 16_000),
    ("wv", "wavpack", 16_000),
    ("nut", "libopus", 48_000),
    ("amr", "libopencore_amrnb", 8_000),
]
FRAMED = [("mp3", "libmp3lame", 44_100), ("adts", "aac", 44_100), ("ac3", "ac3", 48_000), ("flac", "flac", 16_000)]
SAME_FRAMES = {"mp3": {"mp3", "mp2"}, "mp2": {"mp3", "mp2"}, "ac3": {"ac3", "eac3"}, "eac3": {"ac3", "eac3"}}
ID3 = b"ID3\4\0\0\0\0\2\0" + bytes(256)
APE = b"APETAGEX\xd0\x07\0\0" + (96).to_bytes(4, "little") + b"\1\0\0\0\0\0\0\xa0" + bytes(8) + b"x" * 96
LYRICS = b"LYRICSBEGININD0000200000040LYRICS200"


def written(kinds: list[tuple[str, str, int]]) -> Iterator[tuple[str, bytes]]:
    """The kinds that this FFmpeg can write."""
    for kind in kinds:
        try:
            yield kind[0], encoded(*kind)
        except (av.codec.codec.UnknownCodecError, ValueError):
            continue


def starts(content: bytes) -> list[int]:
    with mmap.mmap(-1, len(content)) as data:
        data[:] = content
        return [part.start for part in parts_of(data)]


@pytest.mark.parametrize("others", [6, pytest.param(len(KINDS), marks=pytest.mark.slow)], ids=["some", "every"])
def test_every_kind_is_found_behind_every_other(others: int) -> None:
    kinds = list(written(KINDS))

    wrong = [
        (first, second)
        for at, (first, a) in enumerate(kinds)
        for second, b in [*kinds[at:], *kinds][: min(others, len(kinds))]  # itself, and those that are next in the list
        # Frames that go on are one recording: FFmpeg decodes MP2 behind MP3, and AC-3 behind E-AC-3.
        if starts(a + b) not in ([0, len(a)], [0] if {first, second} <= SAME_FRAMES.get(first, {first}) else [])
    ]

    assert len(kinds) > 20
    assert wrong == []


@pytest.mark.parametrize(("name", "codec", "rate"), FRAMED[1:3])
def test_frames_that_go_on_behind_a_tag_are_no_rubbish(name: str, codec: str, rate: int, tmp_path: Path) -> None:
    """`cat a.aac b.aac` makes such files, also of different rates."""
    path = tmp_path / "joined"
    path.write_bytes(encoded(name, codec, rate) + ID3 + 9 * encoded(name, codec, 32_000))

    samples, warnings = read(path)

    assert len(samples) / SAMPLE_RATE == pytest.approx(10.0, abs=0.6)
    assert warnings == []


def test_one_recording_is_one_part() -> None:
    for name, content in written(KINDS):
        for trailer in (b"", bytes(5000), b"TAG" + b"x" * 125, APE, LYRICS):
            assert starts(content + trailer) == [0], name


@each_row("between", [ID3, b"TAG" + b"x" * 125, APE, LYRICS, b"\x55" * 5000])
@each_row(("name", "codec", "rate"), FRAMED)
def test_tags_and_rubbish_between_recordings_are_skipped(name: str, codec: str, rate: int, between: bytes) -> None:
    first, wav = encoded(name, codec, rate), encoded("wav", "pcm_s16le", SAMPLE_RATE)

    found = starts(first + between + wav + ID3 + first)

    assert len(found) == 3
    assert found[2] in (at := len(first + between + wav), at + len(ID3))


@pytest.mark.parametrize(("name", "codec", "rate"), FRAMED[:3])
def test_short_recording_inside_a_long_stream_is_found(name: str, codec: str, rate: int) -> None:
    stream = encoded(name, codec, rate)
    stream *= 1_000_000 // len(stream)
    other = encoded("ipod", "alac", 44_100) * 2

    assert starts(stream + other + stream) == [
        0,
        len(stream),
        len(stream + other) - len(other) // 2,
        len(stream + other),
    ]


@pytest.mark.parametrize("kept_bytes", [1 << 18, pytest.param(frame_breaks._KEPT_BYTES, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("name", "codec", "rate"), FRAMED)
def test_jingle_of_some_kilobytes_in_a_long_stream_is_found(
    name: str, codec: str, rate: int, kept_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jingle has another format and lies behind more frames than stay in memory."""
    monkeypatch.setattr(frame_breaks, "_KEPT_BYTES", kept_bytes)
    second = encoded(name, codec, rate)
    first = second * (kept_bytes * 9 // 8 // len(second))
    jingle = encoded("ogg", "libopus", 48_000)

    assert len(jingle) < 1 << 15
    found = starts(first + jingle + second)
    assert {len(first), len(first + jingle)} <= set(found), name


def test_second_recording_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a"

    for (name, a), (_, b) in product(written(FRAMED), written([KINDS[0], KINDS[9]])):
        path.write_bytes(a + b)
        samples, warnings = read(path)
        assert len(samples) / SAMPLE_RATE == pytest.approx(2.0, abs=0.15), name
        assert float(np.abs(samples[-8000:]).max()) > 0.1, name
        assert warnings == []


def test_bytes_of_no_known_format_are_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "a"
    rubbish = np.random.default_rng(1).bytes(40_000)

    for name, content in written([kind for kind in KINDS if kind[0] in ("mp3", "ogg", "mp4", "webm", "adts", "flv")]):
        path.write_bytes(content + rubbish)
        assert read(path)[1] == ["unread_bytes"], name
        path.write_bytes(content + bytes(40_000))
        assert "unread_bytes" not in read(path)[1], name


def test_joined_files_of_a_hostile_depth_end() -> None:
    flac, wav = encoded("flac", "flac", 16_000)[:2000], encoded("wav", "pcm_s16le", SAMPLE_RATE)[:2000]

    assert len(starts((flac + wav + APE) * 200)) >= 200


def test_recording_cut_off_anywhere_in_its_header_is_one_part() -> None:
    for name, content in written(KINDS):
        for length in range(1, 64):
            assert starts(content[:length]) == [0], (name, length)
