"""Fragments of an MP4 that are missing: sound is lost, and the warning says from where to where."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.fixtures.audio_files.bursts import write
from tests.fixtures.rows import each_row
from transcriber.audio.stream import AudioStream

_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}


@pytest.fixture
def recording(tmp_path: Path) -> tuple[bytes, list[tuple[int, int]]]:
    """A recording of four seconds, and where each of its fragments' headers begins and ends."""
    content = write(tmp_path / "a.mp4", "aac", [(0.0, 4.0)], 48_000, **_FRAGMENTS).read_bytes()
    at, found = 0, []
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        found += [(at, at + size)] if kind == b"moof" else []
        at += size
    return content, found


def read(path: Path, content: bytes) -> tuple[list[str], bool]:
    path.write_bytes(content)
    audio = AudioStream(path)
    for _ in audio:
        pass
    return [warning.message for warning in audio.warnings], audio.info.truncated


def test_header_of_a_fragment_that_is_missing_is_reported(
    tmp_path: Path, recording: tuple[bytes, list[tuple[int, int]]]
) -> None:
    content, headers = recording
    start, end = headers[3]

    warnings, _ = read(tmp_path / "b.mp4", content[:start] + content[end:])

    assert "From 1.5 s to 2.0 s sound is missing" in warnings[0]
    assert read(tmp_path / "c.mp4", content) == ([], False)


@each_row("step", [1, 2])
def test_fragment_that_is_missing_is_reported(
    tmp_path: Path, recording: tuple[bytes, list[tuple[int, int]]], step: int
) -> None:
    content, headers = bytearray(recording[0]), recording[1]
    for number, (start, _) in enumerate(headers):
        struct.pack_into(">I", content, start + 20, 1 + number * step)

    warnings, _ = read(tmp_path / "b.mp4", content[: headers[3][0]] + content[headers[4][0] :])

    assert "From 1.5 s to 2.0 s sound is missing" in warnings[0]
    assert read(tmp_path / "c.mp4", bytes(content)) == ([], False)


def test_last_header_that_is_missing_is_a_truncation(
    tmp_path: Path, recording: tuple[bytes, list[tuple[int, int]]]
) -> None:
    content, headers = recording
    start, end = headers[-1]

    assert read(tmp_path / "b.mp4", content[:start] + content[end:]) == ([], True)
