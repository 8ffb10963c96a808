"""Boxes at the top level of an MP4 file. `recording_ends` walks those of bytes that may be no MP4."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

_MAX_BOXES = 200_000  # fragments of half a second of 12 hours, of two boxes each
_MIN_BYTES = 8  # of a box: its length and its type


class Box(NamedTuple):
    """A box: type, position, length as claimed (0: until the file's end), and its header's length; all in bytes."""

    kind: bytes
    start: int
    size: int
    header: int

    @property
    def end(self) -> int:
        """Position behind the box, if its length is true."""
        return self.start + self.size


def top_level_boxes(file: io.RawIOBase) -> Iterator[Box]:
    """Yield the boxes from the file's beginning, up to one without a header or with a length that no box has.

    That one is yielded, too, if it has a header. Between two boxes the caller may read elsewhere in the file.
    """
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(16) or b""
        if len(head) < _MIN_BYTES:
            return
        size, kind = struct.unpack_from(">I4s", head)
        header = _MIN_BYTES
        if size == 1 and len(head) == 16:  # the length follows in 64 bits
            (size,), header = struct.unpack_from(">Q", head, 8), 16
        yield Box(kind, at, size, header)
        if size < _MIN_BYTES:
            return
        at += size
