"""RIFX headers: WAV files whose numbers are big-endian, samples included, read as Sun's AU, whose samples are, too.

FFmpeg reads their header, and then the samples as little-endian. Single bytes (8 bits, µ-law, A-law) have no order.
"""

from __future__ import annotations

import mmap
import re
import struct

_RIFX = re.compile(rb"RIFX....WAVE", re.DOTALL)
_MAX_HEADER = 1 << 20  # bytes; no header is this long
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# Format tag of WAV and bits a sample → encoding number of AU (https://en.wikipedia.org/wiki/Au_file_format).
_ENCODINGS = {(_PCM, 16): 3, (_PCM, 24): 4, (_PCM, 32): 5, (_FLOAT, 32): 6, (_FLOAT, 64): 7}
_UNKNOWN_SIZE = 0xFFFF_FFFF


def rifx_head(data: mmap.mmap, start: int, end: int) -> tuple[bytes, int]:
    """Return an AU header in place of a RIFX one, and how many bytes it replaces; nothing if it is none."""
    if not _RIFX.match(data, start):
        return b"", 0
    at, layout = start + 12, (0, 0, 0)
    while at + 8 <= end and at - start <= _MAX_HEADER:
        kind, size = struct.unpack_from(">4sI", data, at)
        if kind == b"fmt " and size >= 16 and at + 24 <= end:
            tag, channels, rate, _, _, bits = struct.unpack_from(">HHIIHH", data, at + 8)
            if tag == _EXTENSIBLE and size >= 40 and at + 34 <= end:
                (tag,) = struct.unpack_from(">H", data, at + 32)  # the first bytes of the sub-format's GUID
            layout = (_ENCODINGS.get((tag, bits), 0), rate, channels)
        if kind == b"data":
            left = end - at - 8
            length = size if 0 < size <= left else min(left, _UNKNOWN_SIZE)
            head = struct.pack(">4sIIIII4x", b".snd", 28, length, *layout)
            return (head, at + 8 - start) if layout[0] else (b"", 0)
        at += 8 + size + size % 2
    return b"", 0
