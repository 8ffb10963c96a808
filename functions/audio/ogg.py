"""Ogg headers: channels and sample rate of the first audio stream, and its duration by the file's last page.

Only the beginning and the end of the file are read, whatever its length.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

MAGIC = b"OggS"
_OPUS_RATE = 48_000  # Hz, of Opus's positions, whatever was recorded
_READ_BYTES = 1 << 17  # from the start and from the end; a page has at most 65,307
_PAGE = re.compile(rb"OggS\0[\0-\x07]")
_NO_POSITION = 0xFFFF_FFFF_FFFF_FFFF  # of a page on which no packet ends


def read(file: BinaryIO, size: int) -> tuple[float | None, int | None, int | None]:
    """Return seconds, channels and sample rate (Hz); None where the file has no value.

    Args:
        file: the file.
        size: its length in bytes.
    """
    file.seek(0)
    head = file.read(_READ_BYTES)
    for page in _PAGE.finditer(head):
        stream = _audio_stream(head[page.start() + 26 :])
        if stream is None:
            continue
        channels, rate, delay = stream
        serial = head[page.start() + 14 : page.start() + 18]
        file.seek(max(0, size - _READ_BYTES))
        first, last = _positions(head, serial), _positions(file.read(_READ_BYTES), serial)
        # A dump of a radio begins anywhere on the stream's clock, and a page has at most some seconds.
        start = first[0] if first and first[0] > 10 * rate else 0
        samples = last[-1] - start - delay if last else 0
        return samples / rate if samples > 0 else None, channels or None, rate
    return None, None, None


def _audio_stream(page: bytes) -> tuple[int, int, int] | None:
    """Return channels, sample rate and the samples that are left out at the start, by a stream's first packet.

    Args:
        page: the stream's first page, from the number of its lengths on.
    """
    lengths = page[1 : 1 + page[0]] if page else b""
    packet = page[1 + len(lengths) :][: sum(lengths)]
    try:
        if packet[:8] == b"OpusHead":
            return packet[9], _OPUS_RATE, int.from_bytes(packet[10:12], "little")
        if packet[:7] == b"\x01vorbis":
            channels, rate = struct.unpack_from("<BI", packet, 11)
        elif packet[:8] == b"Speex   ":
            rate, _, _, channels = struct.unpack_from("<IIII", packet, 36)
        elif packet[:5] == b"\x7fFLAC":
            fields = int.from_bytes(packet[27:35], "big")
            rate, channels = fields >> 44, (fields >> 41 & 7) + 1
        else:
            return None
    except (struct.error, IndexError):
        return None
    return (channels, rate, 0) if rate else None


def _positions(data: bytes, serial: bytes) -> list[int]:
    """Return the positions, in samples, of the ends of a stream's pages; without those of its headers."""
    starts = [match.start() for match in _PAGE.finditer(data)]
    ends = [int.from_bytes(data[at + 6 : at + 14], "little") for at in starts if data[at + 14 : at + 18] == serial]
    return [position for position in ends if 0 < position < _NO_POSITION]
