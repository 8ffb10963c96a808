"""Mapped file: a search through a file of gigabytes that leaves none of its pages in the process's memory."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator

BLOCK_BYTES = 1 << 24  # searched at once, and then given back; a multiple of every system's page
_LONGEST_MATCH = 4096  # bytes; a match may reach this far into the next block


def matches(pattern: re.Pattern[bytes], data: mmap.mmap, start: int = 0, limit: int | None = None) -> Iterator[int]:
    """Yield where the pattern, which begins with the same bytes everywhere, matches from `start` to `limit`; in order.

    `re` looks for such bytes as fast as memory is read, for a choice of bytes twenty times slower.
    """
    limit = len(data) if limit is None else limit
    for first in range(start, limit, BLOCK_BYTES):
        end = first + BLOCK_BYTES
        for match in pattern.finditer(data, first, min(end + _LONGEST_MATCH, limit)):
            if match.start() < end:
                yield match.start()
        give_back(data, first, BLOCK_BYTES)


def give_back(data: mmap.mmap, first: int, size: int) -> None:
    """Take pages out of the process's memory; they are read again if they are needed.

    Args:
        data: a mapped file.
        first: first of the bytes; of its page, which begins before it, nothing is given back.
        size: number of bytes.
    """
    begin = first + -first % mmap.PAGESIZE
    end = min(first + size, len(data))
    if hasattr(mmap, "MADV_DONTNEED") and begin < end:  # not on Windows
        data.madvise(mmap.MADV_DONTNEED, begin, end - begin)
