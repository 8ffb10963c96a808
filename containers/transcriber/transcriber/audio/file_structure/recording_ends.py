"""Recording ends: where the bytes of a media file end inside a larger one, by its own structure; used by `parts`.

Each function takes the file, where the recording starts, and a limit that it cannot pass, and returns the end of its
bytes, or None where the format, or this file of it, does not say: a recorder that was killed, a stream without length.
None of them reads samples: the cost is that of some headers.
"""

from __future__ import annotations

import mmap
import re
import struct

from earshot_contract.audio_limits import MAX_SECONDS
from transcriber.audio.file_structure import wav_header
from transcriber.audio.file_structure.ebml import CLUSTER, SEGMENT, element_at

_OGG_HEADER_BYTES = 27  # before a page's table of lacing values
_UNKNOWN_SIZE = 0xFFFF_FFFF
_PACK = b"\0\0\x01\xba"  # of an MPEG program stream, as DVDs and camcorders write
# First bytes of the ASF objects' GUIDs: header, data, and the four kinds of index.
_ASF_DATA = b"\x36\x26\xb2\x75"
_ASF_OBJECTS = (
    b"\x30\x26\xb2\x75",
    _ASF_DATA,
    b"\x90\x08\x00\x33",
    b"\xd3\x29\xe2\xd6",
    b"\xf8\x03\xb1\xfe",
    b"\xd0\x3f\xb7\x3c",
)
_MP4_BOXES = frozenset(b"ftyp moov mdat moof free skip wide styp sidx ssix mfra uuid meta pdin emsg prft".split())
_MAX_STEPS = 5_000_000  # blocks, tags or frames: those of a day of audio


def end_of(data: mmap.mmap, start: int, limit: int) -> int | None:
    """Return where the recording that starts at `start` ends by its structure; None: it does not say, or is cut off."""
    head = data[start : start + 12]
    for signature, find in _ENDS:
        if signature.match(head):
            try:
                end = find(data, start, limit)
            except struct.error:  # cut off inside its header
                return None
            return end if end is not None and start < end <= limit else None
    return None


def ogg_page_end(data: mmap.mmap, page: int) -> int:
    """Return where the Ogg page at `page` ends."""
    table = page + _OGG_HEADER_BYTES
    lacing = data[table : table + data[table - 1]] if table <= len(data) else b""
    return table + len(lacing) + sum(lacing)


def mp4_boxes(data: mmap.mmap, start: int, limit: int) -> list[tuple[int, bytes, int]]:
    """Return position, type and length of the boxes of an MP4 file's top level, as long as they look like boxes."""
    boxes: list[tuple[int, bytes, int]] = []
    at = start
    while at + 8 <= limit and len(boxes) < _MAX_STEPS:
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= limit:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size == 0:
            size = limit - at
        if size < 8 or not re.fullmatch(rb"[ -~\xa9]{4}", kind) or not any(byte > 0x40 for byte in kind):
            break
        if at + size > limit and kind not in _MP4_BOXES:  # text behind a file reads like a box of a gigabyte
            break
        boxes.append((at, kind, size))
        at += size
    return boxes


def _ogg(data: mmap.mmap, start: int, limit: int) -> int | None:
    return ogg_page_end(data, max(data.rfind(b"OggS\0", start, limit), start))


def _mp4(data: mmap.mmap, start: int, limit: int) -> int | None:
    boxes = mp4_boxes(data, start, limit)
    return boxes[-1][0] + boxes[-1][2] if boxes else None


def _wav(data: mmap.mmap, start: int, limit: int) -> int | None:
    return wav_header.samples_end(data, start, limit)


def _avi(data: mmap.mmap, start: int, limit: int) -> int | None:
    at = start
    while data[at : at + 4] == b"RIFF" and data[at + 8 : at + 12] in (b"AVI ", b"AVIX"):
        (size,) = struct.unpack_from("<I", data, at + 4)
        if not 0 < size < _UNKNOWN_SIZE:
            return None
        at += 8 + size + size % 2
    return at


def _aiff(data: mmap.mmap, start: int, limit: int) -> int | None:
    (size,) = struct.unpack_from(">I", data, start + 4)
    return int(start + 8 + size + size % 2) if 4 < size < _UNKNOWN_SIZE else None


def _au(data: mmap.mmap, start: int, limit: int) -> int | None:
    header, size = struct.unpack_from(">II", data, start + 4)
    return int(start + header + size) if 0 < size < _UNKNOWN_SIZE else None


def _caf(data: mmap.mmap, start: int, limit: int) -> int | None:
    at, last = start + 8, b""
    while at + 12 <= limit:
        kind, size = struct.unpack_from(">4sq", data, at)
        if not re.fullmatch(rb"[a-z ]{4}", kind) or kind == b"caff":
            break
        if size < 0:
            return None
        at, last = at + 12 + size, kind
    return at if last else None


def _wave64(data: mmap.mmap, start: int, limit: int) -> int | None:
    (size,) = struct.unpack_from("<Q", data, start + 16)
    return int(start + size) if size < 1 << 62 else None


def _flv(data: mmap.mmap, start: int, limit: int) -> int | None:
    at = start + 13
    for _ in range(_MAX_STEPS):
        header = data[at : at + 4]
        size = 11 + int.from_bytes(header[1:], "big")
        back = data[at + size : at + size + 4]
        if len(header) < 4 or header[0] not in (8, 9, 18) or int.from_bytes(back, "big") not in (size, 0):
            break
        at += size + 4
    return at


def _asf(data: mmap.mmap, start: int, limit: int) -> int | None:
    at = start
    while at + 24 <= limit:
        kind, size = struct.unpack_from("<4s12xQ", data, at)
        if kind == _ASF_DATA and size < 50:
            return None
        if kind not in _ASF_OBJECTS or size < 24:
            break
        at += size
    return at if at > start else None


def _tta(data: mmap.mmap, start: int, limit: int) -> int | None:
    rate, samples = struct.unpack_from("<II", data, start + 10)
    if not rate or samples > rate * MAX_SECONDS:
        return None
    frames = -(-samples * 245 // (rate * 256))
    table = data[start + 22 : start + 22 + 4 * frames]
    if len(table) < 4 * frames:
        return None
    return int(start + 22 + 4 * frames + 4 + sum(struct.unpack(f"<{frames}I", table)))


def _voc(data: mmap.mmap, start: int, limit: int) -> int | None:
    at = start + int.from_bytes(data[start + 20 : start + 22], "little")
    while at < limit and 0 < data[at] < 10:
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "little")
    return at + 1 if at < limit and data[at] == 0 else at


def _matroska(data: mmap.mmap, start: int, limit: int) -> int | None:
    header_end, _ = element_at(data, start, limit)
    if header_end is None or data[header_end : header_end + 4] != SEGMENT:
        return None
    end, content = element_at(data, header_end, limit)
    if end is not None:
        return end
    # A segment that was streamed: from its last cluster on, element after element.
    at = data.rfind(CLUSTER, content, limit)
    if at < 0:
        return None
    for _ in range(_MAX_STEPS):
        end, content = element_at(data, at, limit)
        if content == at:
            break
        at = content if end is None else end
    return at


def _program_stream(data: mmap.mmap, start: int, limit: int) -> int | None:
    """Follow the packs and packets; behind damage the file goes on with the next pack."""
    at = start
    for _ in range(_MAX_STEPS):
        kind = data[at : at + 4]
        if kind == _PACK:
            # 14 bytes and stuffing, whose length is in the last three bits; in MPEG-1 12 bytes.
            at += 14 + (data[at + 13] & 7) if at + 14 <= limit and data[at + 4] >> 6 == 1 else 12
        elif kind == b"\0\0\x01\xb9":  # the program's end
            at += 4
        elif kind[:3] == b"\0\0\x01" and len(kind) == 4 and kind[3] > 0xB9:
            at += 6 + int.from_bytes(data[at + 4 : at + 6], "big")
        else:
            found = data.find(_PACK, at, limit)
            if found < 0:
                break
            at = found
    return min(at, limit)


_ENDS = tuple(
    (re.compile(signature, re.DOTALL), find)
    for signature, find in (
        (rb"OggS\0", _ogg),
        (rb"\0...(?:ftyp|moov|mdat|wide|free|skip|styp|moof|uuid|pdin|sidx|emsg|prft)", _mp4),
        (rb"RIFF....AVI ", _avi),
        (rb"(?:RIFF|RF64|BW64)....WAVE", _wav),
        (rb"FORM....AIF[FC]", _aiff),
        (rb"\.snd", _au),
        (rb"caff", _caf),
        (rb"riff\x2e\x91\xcf\x11", _wave64),
        (rb"FLV\x01", _flv),
        (rb"\x30\x26\xb2\x75", _asf),
        (rb"TTA1", _tta),
        (rb"Creative Voi", _voc),
        (_PACK, _program_stream),
        (rb"\x1a\x45\xdf\xa3", _matroska),
    )
)
