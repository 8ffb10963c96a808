"""Bytes that programs put before and behind a file, of every format: they are no sound, and hide none."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from functions.audio.probe import probe
from tests.fixtures.audio_files.decoded_audio import decode
from tests.fixtures.audio_files.encodings import encoded
from transcriber.audio.file_structure.cut_off_files import is_cut_off

FORMATS = (
    *(("wav", "pcm_s16le", 16_000), ("aiff", "pcm_s16be", 16_000), ("au", "pcm_s16be", 16_000)),
    *(("caf", "pcm_s16le", 16_000), ("w64", "pcm_s16le", 16_000), ("flac", "flac", 16_000), ("ogg", "libopus", 48_000)),
    *(("ipod", "aac", 16_000), ("mp3", "libmp3lame", 16_000), ("adts", "aac", 16_000), ("webm", "libopus", 48_000)),
    *(("wv", "wavpack", 16_000), ("tta", "tta", 16_000), ("asf", "wmav2", 44_100), ("flv", "libmp3lame", 44_100)),
)
APE = b"TITLE\0" + b"x" * 4000
APE = struct.pack("<II", 4000, 0) + APE
APE_TAG = APE + b"APETAGEX" + struct.pack("<IIII", 2000, len(APE) + 32, 1, 0) + bytes(8)
APE_TAG = b"APETAGEX" + struct.pack("<IIII", 2000, len(APE) + 32, 1, 0xA000_0000) + bytes(8) + APE_TAG
TAGS_BEHIND = APE_TAG + b"LYRICSBEGINLYR00005hello000024LYRICS200" + b"TAG" + b"a" * 125


def id3(size: int) -> bytes:
    return b"ID3\x04\0\0" + bytes((0, size >> 14, size >> 7 & 0x7F, size & 0x7F)) + bytes(size)


BEFORE = {
    "many zeros": bytes(70_000),
    "lines of a header": b"Content-Type: audio/mpeg\r\nX-A: b\r\n\r\n",
    "two ID3 tags": id3(300) + id3(9000),
    "the header of a WAV": b"RIFF\xff\xff\xff\xffWAVEfmt "
    + struct.pack("<IHHIIHH4sI", 16, 1, 2, 8000, 32_000, 4, 16, b"data", 0xFFFF_FFFF),
}


@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_channels_behind_a_wav_header_are_those_of_the_file(name: str, codec: str, rate: int) -> None:
    content = encoded(name, codec, rate)
    wrapped = BEFORE["the header of a WAV"] + content

    assert probe(io.BytesIO(wrapped), len(wrapped)).channels == probe(io.BytesIO(content), len(content)).channels


@pytest.mark.parametrize("box", ["uuid", "free", "wide", "skip", "pdin", "prft"])
def test_mp4_that_begins_with_another_box_is_whole(box: str, tmp_path: Path) -> None:
    before = struct.pack(">I4s", 124, box.encode()) + bytes(116)
    content = bytearray(encoded("ipod", "aac", 16_000))
    at = content.index(b"stco") + 8
    for entry in range(at + 4, at + 4 + 4 * int.from_bytes(content[at : at + 4], "big"), 4):
        (offset,) = struct.unpack_from(">I", content, entry)
        struct.pack_into(">I", content, entry, offset + len(before))
    path = tmp_path / "a"
    path.write_bytes(before + content)

    assert decode(path).info.duration == pytest.approx(1.0, abs=0.1)
    assert probe(io.BytesIO(before + content), path.stat().st_size).channels == 1


@pytest.mark.slow
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_bytes_before_a_file_hide_no_sound(name: str, codec: str, rate: int, before: str, tmp_path: Path) -> None:
    path, whole = tmp_path / "a", tmp_path / "b"
    content = encoded(name, codec, rate)
    path.write_bytes(BEFORE[before] + content)
    whole.write_bytes(content)

    assert decode(path).info.duration == pytest.approx(decode(whole).info.duration, abs=0.05)


@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_tags_behind_a_file_are_no_sound(name: str, codec: str, rate: int, tmp_path: Path) -> None:
    path, whole = tmp_path / "a", tmp_path / "b"
    content = encoded(name, codec, rate)
    path.write_bytes(content + TAGS_BEHIND)
    whole.write_bytes(content)
    found, expected = decode(path).info, decode(whole).info

    assert (found.duration, found.truncated) == (expected.duration, expected.truncated)


@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_header_behind_tags_is_that_of_the_file(name: str, codec: str, rate: int) -> None:
    content = encoded(name, codec, rate)
    tagged = BEFORE["two ID3 tags"] + content

    expected = probe(io.BytesIO(content), len(content))
    assert probe(io.BytesIO(tagged), len(tagged)) == expected


@pytest.mark.parametrize(("kept", "cut"), [(1.0, False), (0.97, True), (0.6, True)])
def test_ogg_that_ends_inside_a_page_is_truncated(kept: float, cut: bool, tmp_path: Path) -> None:
    content = encoded("ogg", "libopus", 48_000)
    path = tmp_path / "a.ogg"
    path.write_bytes(content * 2 + content[: round(len(content) * kept)])

    assert is_cut_off(io.FileIO(path)) is cut
    assert decode(path).info.truncated is cut
