"""Search through a mapped file: block by block it finds what a search through the whole finds, in little memory."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from transcriber.audio.file_structure import mapped_file

PATTERN = re.compile(rb"RIFF....WAVE", re.DOTALL)
START = b"RIFF\0\0\0\0WAVE"


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


@pytest.mark.parametrize("before", range(len(START) + 1))  # bytes of it that are in the first block
def test_match_across_two_blocks_is_found_once(tmp_path: Path, before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_file, "BLOCK_BYTES", mmap.PAGESIZE)
    path = tmp_path / "a.wav"
    path.write_bytes(START.ljust(mmap.PAGESIZE - before, b".") + START.ljust(mmap.PAGESIZE, b".") + START)

    with mapped(path) as data:
        assert list(mapped_file.matches(PATTERN, data)) == [match.start() for match in PATTERN.finditer(data)]


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads Linux's account of a process's memory")
def test_searched_pages_leave_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(4 * mapped_file.BLOCK_BYTES)

    with mapped(path) as data:
        before = mapped_kib()
        assert list(mapped_file.matches(PATTERN, data)) == []
        assert mapped_kib() - before < mapped_file.BLOCK_BYTES / 1024


def mapped_kib() -> int:
    """Memory of this process that holds pages of files, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssFile:")).split()[1])
