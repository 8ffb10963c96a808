"""As much of Matroska and WebM as tells how long a file is and how many channels its audio has.

The header only: elements in front of the first cluster. Browsers' recordings have no duration there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

MAGIC = b"\x1a\x45\xdf\xa3"
SEGMENT, INFO, SCALE, DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
TRACKS, TRACK, AUDIO, CHANNELS, RATE, CLUSTER = 0x1654AE6B, 0xAE, 0xE1, 0x9F, 0xB5, 0x1F43B675
MASTERS = {SEGMENT, INFO, TRACKS, TRACK, AUDIO}  # elements that hold elements: walked into, not over
HEADER_BYTES = 1 << 20


def read(file: BinaryIO) -> tuple[float | None, int | None, int | None]:
    """Seconds, channels, sample rate in Hz of the first audio track; None for what the header does not say."""
    scale, ticks, channels, rate = 1_000_000, None, None, None
    for element, payload in _elements(file):
        if element == SCALE:
            scale = int.from_bytes(payload, "big")
        elif element == DURATION:
            ticks = _real(payload)
        elif element == AUDIO and channels is None:
            channels = 1  # the element's default when CHANNELS is absent
        elif element == CHANNELS:
            channels = int.from_bytes(payload, "big") or channels
        elif element == RATE:
            rate = rate or _real(payload)
    return ticks * scale / 1e9 if ticks else None, channels, int(rate) if rate else None


def _elements(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Ids and payloads (empty for elements that hold others) up to the first cluster."""
    while file.tell() < HEADER_BYTES:
        element = _number(file, keep_marker=True)
        size = _number(file, keep_marker=False)
        if element is None or size is None or element == CLUSTER:
            return
        if element in MASTERS:
            yield element, b""
        elif size <= 8:
            yield element, file.read(size)
        else:
            file.seek(size, 1)


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """A variable-length integer: the leading zero bits of its first byte tell how many bytes follow."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    head = first[0] if keep_marker else first[0] & ((1 << (8 - length)) - 1)
    return int.from_bytes(bytes([head]) + rest, "big")


def _real(payload: bytes) -> float | None:
    kind = {4: ">f", 8: ">d"}.get(len(payload))
    return struct.unpack(kind, payload)[0] if kind else None
