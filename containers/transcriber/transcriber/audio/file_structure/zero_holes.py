"""Zero holes: stretches of zeros inside a file, as an unfinished download or copy leaves."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

from transcriber.audio.file_structure.mapped_file import matches

_MIN_HOLE = 4096  # bytes: a page of memory, a block of a disk, a quarter of a torrent's smallest piece
_ZEROS = re.compile(bytes(_MIN_HOLE))


def zero_bytes(path: Path, start: int, end: int) -> int:
    """Return how many bytes between two positions lie in runs of at least `_MIN_HOLE` zeros, counted in such runs."""
    if end - start < _MIN_HOLE:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _MIN_HOLE * sum(1 for _ in matches(_ZEROS, data, start, min(end, len(data))))
