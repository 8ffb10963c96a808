"""Recording trailers: tags and padding that programs write behind the audio of a file; used by `parts`."""

from __future__ import annotations

import mmap
import re
import struct

_PADDING = re.compile(rb"\0+")
_MIN_PADDING, _MAX_PADDING = 64, 1 << 26  # bytes; behind more of them nothing is sought
_MAX_ZEROS_AT_START = 3  # with which a file may begin: the length of an MP4's first box


def trailers_end(data: mmap.mmap, at: int, limit: int) -> int:
    """Return where the tags and the padding that programs write behind a recording end: APE, Lyrics3, ID3v1, zeros."""
    while True:
        before = at
        if data[at : at + 8] == b"APETAGEX" and at + 32 <= limit:
            size, flags = struct.unpack_from("<I4xI", data, at + 12)
            at += size + (32 if flags >> 31 else 0) if flags >> 29 & 1 else 32
        elif data[at : at + 11] == b"LYRICSBEGIN" and (end := data.find(b"LYRICS200", at, limit)) > 0:
            at = end + 9
        elif data[at : at + 3] == b"TAG":
            at += 128
        elif (zeros := padding_end(data, at, limit)) - at >= _MIN_PADDING:
            at = zeros if zeros == limit else zeros - _MAX_ZEROS_AT_START
        if at <= before or at >= limit:
            return min(max(at, before), limit)


def padding_end(data: mmap.mmap, at: int, limit: int) -> int:
    """Return where the zeros that begin at `at` end; after the most that are looked at, `limit`."""
    zeros = _PADDING.match(data, at, min(limit, at + _MAX_PADDING))
    end = zeros.end() if zeros else at
    return limit if end - at == _MAX_PADDING else end
