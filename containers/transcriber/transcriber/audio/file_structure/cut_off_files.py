"""Cut-off files: whether a file ends inside an element, as an unfinished copy or upload does.

FFmpeg drops the rest of an Ogg page, which may hold a second of sound, of a fragment of MP4 and of an AVI's list
without an error. Other formats say how long they are.
"""

from __future__ import annotations

import io
import re
import struct

from transcriber.audio.file_structure.mp4_boxes import top_level_boxes

_TAIL_BYTES = 1 << 17  # an Ogg page has at most 65,307
_PAGE, _SEGMENTS_AT = b"OggS\0", 26
_HEAD_BYTES = 20
_ADX, _ADX_SAMPLES, _ADX_BLOCK = re.compile(rb"\x80\0..\x03\x12\x04", re.DOTALL), 32, 18  # a block, of one channel
_ROQ, _ROQ_HEADER = b"\x84\x10\xff\xff\xff\xff", 8
# Rate, sizes, flags (stereo, 16 bits), codec; then the first chunk, with its mark.
_WESTWOOD, _WESTWOOD_HEADER = re.compile(rb".{10}[\0-\x03][\x01\x63].{4}\xaf\xde\0\0", re.DOTALL), 12
_MAX_ELEMENTS = 100_000  # of a file's top level: chunks, or RIFF lists of a gigabyte
_STREAMED = 0x7F00_0000  # bytes; a list that claims more was written before its length was known


def is_cut_off(file: io.RawIOBase) -> bool:
    """Return whether the last Ogg page, fragment of MP4, list of AVI or chunk of others lacks bytes.

    Or a fragment its header. False for any other file. The file's position is kept.
    """
    position = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(12) or b""
    if head.startswith(_PAGE):
        found = _is_cut_off(file, size)
    elif head[4:8] in (b"ftyp", b"styp", b"moof"):
        found = _ends_inside_fragment(file, size)
    elif head[:4] == b"RIFF" and head[8:] == b"AVI ":
        found = _ends_inside_list(file, size)
    else:
        found = has_its_end(file) is False
    file.seek(position)
    return found


def has_its_end(file: io.RawIOBase) -> bool | None:
    """Return whether a file of ADX, Westwood or RoQ reaches its end; None for any other file.

    FFmpeg takes the end of a whole one for a packet that is cut off. The file's position is kept.
    """
    position = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD_BYTES) or b""
    found = None
    if _ADX.match(head):
        offset, channels, samples = struct.unpack_from(">2xH3xB4xI", head)
        found = size >= offset + 4 + samples // _ADX_SAMPLES * _ADX_BLOCK * channels if samples else None
    elif head[: len(_ROQ)] == _ROQ:
        found = _ends_with_chunk(file, _ROQ_HEADER, size, struct.Struct("<2xI2x"))
    elif _WESTWOOD.match(head):
        found = _ends_with_chunk(file, _WESTWOOD_HEADER, size, struct.Struct("<H2x4x"))
    file.seek(position)
    return found


def _ends_with_chunk(file: io.RawIOBase, at: int, size: int, header: struct.Struct) -> bool:
    """Return whether the chunks from `at` on, whose headers have their length, end where the file does."""
    for _ in range(_MAX_ELEMENTS):
        file.seek(at)
        head = file.read(header.size) or b""
        if len(head) < header.size:
            return at == size
        at += header.size + header.unpack(head)[0]
    return False


def _is_cut_off(file: io.RawIOBase, size: int) -> bool:
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read() or b""
    page = tail.rfind(_PAGE)
    header = page + _SEGMENTS_AT
    if page < 0:
        return False
    if header >= len(tail):
        return True
    lengths = tail[header + 1 : header + 1 + tail[header]]
    return header + 1 + tail[header] + sum(lengths) > len(tail)


def _ends_inside_fragment(file: io.RawIOBase, size: int) -> bool:
    end, is_fragmented, is_orphan, before = 0, False, False, b""
    for box in top_level_boxes(file):
        is_fragmented |= box.kind == b"moof"
        if box.kind in (b"moof", b"mdat"):
            is_orphan, before = box.kind == before == b"mdat", box.kind
        if box.end > size:
            return is_fragmented and box.kind in (b"moof", b"mdat")
        if box.size < box.header:
            return False
        end = box.end
    return is_fragmented and (0 < size - end < 8 or (is_orphan and end == size))  # a box whose header is cut off


def _ends_inside_list(file: io.RawIOBase, size: int) -> bool:
    at = 0
    for _ in range(_MAX_ELEMENTS):
        file.seek(at)
        head = file.read(8) or b""
        if len(head) < 8 or head[:4] != b"RIFF":
            return False
        (length,) = struct.unpack_from("<I", head, 4)
        if at + length > size:  # some writers count the list's own header of 8 bytes, too
            return bool(length < _STREAMED)
        at += 8 + length + length % 2
    return False
