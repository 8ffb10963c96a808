"""Part reader: the bytes of one recording inside a file, read as a file of its own; used by `decoding`."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from transcriber.audio.file_structure.damage import NO_DAMAGE, Damage, Replacement

_MAX_POSITION = 1 << 62  # to which a header can send the reader; an operating system refuses more


@dataclass(frozen=True)
class Part:
    """Bytes `start` to `end` of a file.

    Attributes:
        start: first byte.
        end: byte behind the last one.
        head: what stands in place of the first bytes, where the file's own header is wrong.
        unread: number of bytes at the end that are of no known format.
        replaced: number of bytes that `head` replaces.
        damage: bytes between `start` and `end` that are read as others, and what is missing for them.
    """

    start: int
    end: int
    head: bytes = b""
    unread: int = 0
    replaced: int = 0
    damage: Damage = NO_DAMAGE

    @cached_property
    def chunks(self) -> list[tuple[int, bytes | None, int]]:
        """The blocks that are read: position in the part, bytes (None: the file's), position in the file."""
        found: list[tuple[int, bytes | None, int]] = [(0, self.head, 0)] if self.head else []
        position, at = len(self.head), self.start + self.replaced
        for one in (*self.damage.replacements, Replacement(max(self.end, at), max(self.end, at))):
            if one.start > at:
                found.append((position, None, at))
                position += one.start - at
            if one.content:
                found.append((position, one.content, 0))
                position += len(one.content)
            at = one.end
        return [*found, (position, b"", 0)]

    @property
    def size(self) -> int:
        """Number of bytes that are read."""
        return self.chunks[-1][0]


class PartReader(io.RawIOBase):
    """One part as a file of its own, without a name: FFmpeg would draw conclusions from one."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        """Read `part` of an open file; closing the reader leaves the file open."""
        self._file, self._part, self._position = file, part, 0
        self._starts = [position for position, _, _ in part.chunks]

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position, in bytes from the start of the part."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; returns it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence, self._part.size)
        self._position = min(max(0, base + offset), _MAX_POSITION)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; empty at the end of the part."""
        left = max(0, self._part.size - self._position)
        left = left if size < 0 else min(size, left)
        blocks = list[bytes]()
        while left > 0:
            number = bisect_right(self._starts, self._position) - 1
            begin, content, at = self._part.chunks[number]
            offset, count = self._position - begin, min(left, self._starts[number + 1] - self._position)
            if content is None:
                self._file.seek(at + offset)
                block = self._file.read(count)
            else:
                block = content[offset : offset + count]
            if not block:
                break
            blocks.append(block)
            self._position += len(block)
            left -= len(block)
        return b"".join(blocks)
