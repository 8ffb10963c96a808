"""The rest of a file behind its ID3 tags or another header, as a file of its own."""

from __future__ import annotations

import io
from typing import BinaryIO

_HEADER_BYTES = 10
_MAX_TAGS = 10


def tags_end(file: BinaryIO) -> int:
    """Return where the ID3 tags at the beginning of a file end, 0 without any; the file's position is changed."""
    at = 0
    for _ in range(_MAX_TAGS):
        file.seek(at)
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or header[:3] != b"ID3" or max(header[6:]) > 0x7F:
            break
        at += _HEADER_BYTES + sum(byte << 7 * (3 - n) for n, byte in enumerate(header[6:]))
    return at


class BehindTags(io.BytesIO):
    """The bytes of an open file from `start` on; closing it leaves the file open."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        """Begin at `start`."""
        super().__init__()
        self._file, self._start = file, start
        file.seek(start)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; return it."""
        base = self._start if whence == io.SEEK_SET else 0
        return max(0, self._file.seek(base + offset, whence) - self._start)

    def tell(self) -> int:
        """Return the position, in bytes from `start`."""
        return self._file.tell() - self._start

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        return self._file.read(-1 if size is None else size)
