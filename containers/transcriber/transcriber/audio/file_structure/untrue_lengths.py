"""AU, Wave64 and CAF headers with false lengths, as a recorder leaves that died before it wrote the true ones."""

from __future__ import annotations

import mmap
import re
import struct

from transcriber.audio.file_structure.recording_trailers import trailers_end

_MAX_HEADER = 1 << 20  # bytes; no header is this long, and `Part.head` is kept in memory
_UNKNOWN = 0xFFFF_FFFF  # AU: the length is not known, which FFmpeg understands
_CUT_OFF = 1 << 40  # bytes; a longer file does not exist, so the number was written before the length was known
_MIN_LEFT = 64  # bytes behind the samples that may be padding
_WAVE64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0"
_WAVE64_CHUNK = re.compile(rb"[a-z ]{4}\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a")
_WAVE64_HEADER = 24  # bytes of a chunk before its content; they count in its length
_CAF_CHUNK = re.compile(rb"[ -~]{4}\0\0")  # name, and the first bytes of a length
_CAF_EDITS = 4  # bytes of the samples' chunk before the samples


def true_head(data: mmap.mmap, start: int, end: int) -> bytes:
    """Return a header of the same size with true lengths; empty if the file's own can be true.

    Args:
        data: the file.
        start: first byte of the header.
        end: byte behind the last one that may be a sample.
    """
    for magic, head in ((b".snd", _au_head), (_WAVE64, _wave64_head), (b"caff", _caf_head)):
        if data[start : start + len(magic)] == magic:
            return head(data, start, end)
    return b""


def _au_head(data: mmap.mmap, start: int, end: int) -> bytes:
    if start + 24 > end:
        return b""
    header, size = struct.unpack_from(">II", data, start + 4)
    left = end - start - header
    if not 24 <= header <= _MAX_HEADER or left <= 0 or size in (left, _UNKNOWN):
        return b""
    is_padded = 0 < size < left and trailers_end(data, start + header + size, end) == end
    is_cut_off = left < size < 1 << 31 or is_padded
    return (
        b"" if is_cut_off else data[start : start + 8] + struct.pack(">I", _UNKNOWN) + data[start + 12 : start + header]
    )


def _wave64_head(data: mmap.mmap, start: int, end: int) -> bytes:
    at = start + 40
    while at + _WAVE64_HEADER <= end and at - start <= _MAX_HEADER and _WAVE64_CHUNK.match(data, at):
        (size,) = struct.unpack_from("<Q", data, at + 16)
        if data[at : at + 4] == b"data":
            (riff,) = struct.unpack_from("<Q", data, start + 16)
            after = at + size
            is_followed = end - after < _MIN_LEFT or _is_wave64_chunk(data, after + -size % 8, end)
            is_followed |= size > _WAVE64_HEADER and after < end and trailers_end(data, after, end) == end
            is_true = _WAVE64_HEADER < size < _CUT_OFF and (after >= end or is_followed)
            if is_true and _WAVE64_HEADER < riff < _CUT_OFF:
                return b""
            length = struct.pack("<Q", size if is_true else end - at)
            return data[start : start + 16] + struct.pack("<Q", end - start) + data[start + 24 : at + 16] + length
        if not _WAVE64_HEADER <= size <= _MAX_HEADER:
            return b""
        at += size + -size % 8
    return b""


def _is_wave64_chunk(data: mmap.mmap, at: int, end: int) -> bool:
    """Return whether the bytes behind the samples are a chunk of any name, with a length that fits into the file."""
    if at + _WAVE64_HEADER > end:
        return False
    (size,) = struct.unpack_from("<Q", data, at + 16)
    return bool(_WAVE64_HEADER <= size <= end - at)


def _caf_head(data: mmap.mmap, start: int, end: int) -> bytes:
    at = start + 8
    while at + 12 <= end and at - start <= _MAX_HEADER:
        kind, size = struct.unpack_from(">4sq", data, at)
        if kind == b"data":
            after = at + 12 + size
            is_followed = end - after < _MIN_LEFT or _CAF_CHUNK.match(data, after)
            is_followed = is_followed or (size > _CAF_EDITS and after < end and trailers_end(data, after, end) == end)
            if _CAF_EDITS < size < _CUT_OFF and (after >= end or is_followed):
                return b""
            return data[start : at + 4] + struct.pack(">q", end - at - 12)
        if not 0 <= size <= _MAX_HEADER:
            return b""
        at += 12 + size
    return b""
