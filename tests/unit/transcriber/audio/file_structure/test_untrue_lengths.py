"""Lengths, durations, edit lists and time stamps that are not true hide no sound, and raise no false alarm."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.audio_files.encodings import encoded
from tests.fixtures.audio_files.noise_files import noise, read
from tests.unit.transcriber.audio.decoding.test_late_tracks import write
from transcriber.audio.mixing import Mixer
from transcriber.audio.resampling import SAMPLE_RATE
from transcriber.audio.stream import AudioStream

FORMATS = {"au": ("au", "pcm_s16be"), "w64": ("w64", "pcm_s16le"), "caf": ("caf", "pcm_s16be")}
LAYOUTS = {"au": (8, ">I"), "w64": (16, "<Q"), "caf": (4, ">Q")}
LENGTHS = {
    "au": [0, 100, 2**31, 2**32 - 1],
    "w64": [0, 24, 1000, 2**63, 2**64 - 1],
    "caf": [0, 4, 1000, 2**62, 2**64 - 1],
}


def with_length(kind: str, length: int) -> bytes:
    """A second of noise whose header gives the samples another length."""
    content = bytearray(encoded(*FORMATS[kind]))
    offset, layout = LAYOUTS[kind]
    at = offset if kind == "au" else content.index(b"data") + offset
    content[at : at + struct.calcsize(layout)] = struct.pack(layout, length)
    return bytes(content)


@pytest.mark.parametrize(("kind", "length"), [(kind, length) for kind in LENGTHS for length in LENGTHS[kind]])
def test_samples_are_read_to_the_end_whatever_the_header_says(tmp_path: Path, kind: str, length: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(with_length(kind, length))
    audio = AudioStream(path)

    assert sum(map(len, audio)) == SAMPLE_RATE
    assert audio.warnings == []
    assert not audio.info.truncated


@pytest.mark.parametrize("kind", FORMATS)
def test_wave64_without_its_own_length_and_true_lengths_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    whole = encoded(*FORMATS[kind])
    if kind == "w64":
        path.write_bytes(whole[:16] + bytes(8) + whole[24:])
        assert len(read(path)[0]) == SAMPLE_RATE
    path.write_bytes(whole)
    assert len(read(path)[0]) == SAMPLE_RATE
    path.write_bytes(whole + encoded("flac", "flac"))
    assert len(read(path)[0]) == 2 * SAMPLE_RATE


# Wave64's marker list, whose GUID has another end than those of a WAV's chunks; a chunk of a program's own.
@pytest.mark.parametrize(
    ("kind", "chunk"),
    [
        (
            "w64",
            bytes.fromhex("5662f7ab2d39d21186c700c04f8edb8a") + struct.pack("<Q", 24 + 20000) + bytes(range(200)) * 100,
        ),
        ("caf", b"LGWV" + struct.pack(">Q", 40000) + bytes(range(200)) * 200),
    ],
)
def test_chunk_behind_the_samples_is_no_sound(tmp_path: Path, kind: str, chunk: bytes) -> None:
    path = tmp_path / "a"
    content = bytearray(encoded(*FORMATS[kind]))
    if kind == "caf":
        at = content.index(b"data") + 4
        content[at : at + 8] = struct.pack(">Q", len(content) - at - 8)
    path.write_bytes(bytes(content) + chunk)
    assert len(read(path)[0]) == SAMPLE_RATE


@pytest.mark.parametrize("kind", FORMATS)
def test_cut_off_file_is_truncated(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    content = encoded(*FORMATS[kind])
    path.write_bytes(content[: len(content) - SAMPLE_RATE])
    audio = AudioStream(path)
    assert sum(map(len, audio)) == pytest.approx(SAMPLE_RATE / 2, abs=100)


def test_edit_list_that_leaves_nothing_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = bytearray(encoded("mp4", "aac"))
    at = content.index(b"elst") + 12  # duration of the only edit
    content[at : at + 4] = bytes(4)
    path.write_bytes(content)
    assert len(read(path)[0]) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE / 10)


def ogg(content: bytes, position: int | None, offset: int = 0) -> bytes:
    """An Ogg file whose pages have another granule position, or theirs plus an offset."""
    pages = [match.start() for match in re.finditer(b"OggS", content)]
    changed = bytearray(content)
    for start, end in zip(pages, [*pages[1:], len(content)], strict=True):
        own = int.from_bytes(content[start + 6 : start + 14], "little")
        if own:
            changed[start + 6 : start + 14] = (own + offset if position is None else position).to_bytes(8, "little")
        changed[start + 22 : start + 26] = bytes(4)
        changed[start + 22 : start + 26] = _crc(changed[start:end]).to_bytes(4, "little")
    return bytes(changed)


def _crc(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def test_dump_of_a_radio_that_begins_late_is_not_truncated(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(ogg(encoded("ogg", "libopus", 48_000), None, 10**9))
    audio = AudioStream(path)
    assert sum(map(len, audio)) == pytest.approx(SAMPLE_RATE, abs=500)
    assert not audio.info.truncated


def test_time_stamps_that_stand_still_are_no_overlaps(tmp_path: Path) -> None:
    """A muxer that gives no times: each page would begin at the same one."""
    path = write(tmp_path / "a.ogg", "libopus", [(0.0, 4.0, 0.2)])
    path.write_bytes(ogg(path.read_bytes(), 0))
    # FFmpeg takes the last page's position for the end of the sound, and leaves out what is behind it.
    assert sum(map(len, AudioStream(path))) >= 2.9 * SAMPLE_RATE


def test_header_of_years_is_no_truncation(tmp_path: Path) -> None:
    path = tmp_path / "a"
    content = bytearray(encoded("flac", "flac"))
    content[21] |= 15  # of 36 bits
    path.write_bytes(content)
    audio = AudioStream(path)
    assert sum(map(len, audio)) == SAMPLE_RATE
    assert not audio.info.truncated


def test_voice_alone_on_the_bass_channel_is_decoded() -> None:
    voice, weights = noise(1.0), np.array([1.0, 0.0], np.float32)
    silent = np.zeros_like(voice)
    mixer = Mixer()
    assert np.array_equal(mixer.mix(np.stack([silent, voice]), weights, 16_000), voice)
    assert np.array_equal(mixer.mix(np.stack([voice, voice / 2]), weights, 16_000), voice)
    assert mixer.taken == set()
