"""AIFF headers with false lengths, as a recorder leaves that died before it wrote the true ones."""

from __future__ import annotations

import mmap
import re
import struct

from transcriber.audio.file_structure.recording_trailers import trailers_end

_AIFF = re.compile(rb"FORM....AIF[FC]", re.DOTALL)
_MAX_HEADER = 1 << 20  # bytes; no header is this long, and `Part.head` is kept in memory
_CHUNK = re.compile(rb"[A-Z(][A-Za-z0-9() ]{2}[A-Za-z0-9) ]")
_SSND_FIELDS = 8  # bytes before the samples: offset and block size


def aiff_head(data: mmap.mmap, start: int, end: int) -> bytes:
    """Return an AIFF header with the true lengths of the samples; empty if the header's own can be true."""
    if not _AIFF.match(data, start):
        return b""
    at, common = start + 12, None
    while at + 8 <= end and at - start <= _MAX_HEADER:
        kind, size = struct.unpack_from(">4sI", data, at)
        if kind == b"COMM":
            common = at
        if kind == b"SSND":
            break
        at += 8 + size + size % 2
    else:
        return b""
    left = end - at - 8
    if common is None or left <= _SSND_FIELDS or _can_be_true(data, at, size, end):
        return b""
    head = bytearray(data[start : at + 8])
    struct.pack_into(">I", head, 4, min(end - start - 8, 0x7FFF_FFFF))
    struct.pack_into(">I", head, at + 4 - start, min(left, 0x7FFF_FFFF))
    channels, _, bits = struct.unpack_from(">hIh", data, common + 8)
    if width := channels * ((bits + 7) // 8):
        struct.pack_into(">I", head, common + 10 - start, min((left - _SSND_FIELDS) // width, 0xFFFF_FFFF))
    return bytes(head)


def _can_be_true(data: mmap.mmap, sound: int, size: int, end: int) -> bool:
    """Return whether the chunk of samples at `sound` can have `size` bytes: it reaches the end, or a chunk follows."""
    left = end - sound - 8
    if size > left:
        return size < 0x7F00_0000  # cut off; a greater number was written before the length was known
    if size <= _SSND_FIELDS:
        return False
    if left - size < 8:
        return True
    after = sound + 8 + size
    if trailers_end(data, after, end) == end:
        return True
    return any(_CHUNK.match(data, at) or not any(data[at : at + 64]) for at in (after, after + size % 2))
