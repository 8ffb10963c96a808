"""WAV headers: duration (from the size of the file, not from the length in the header), channels, sample rate."""

from __future__ import annotations

import struct
from typing import BinaryIO

MAGICS = {b"RIFF", b"RF64", b"BW64"}
_MAX_CHUNKS = 100  # before the samples


def read(file: BinaryIO, size: int) -> tuple[float | None, int | None, int | None]:
    """Return seconds, channels and sample rate (Hz); None where the header has no value.

    Args:
        file: the file.
        size: its length in bytes.
    """
    channels: int | None = None
    rate: int | None = None
    at, bytes_per_second = 12, 0
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        kind, length = struct.unpack("<4sI", head)
        if kind == b"data":
            seconds = (size - at - 8) / bytes_per_second if bytes_per_second else None
            return seconds or None, channels or None, rate or None
        if kind == b"fmt " and len(form := file.read(16)) == 16:
            _, channels, rate, bytes_per_second = struct.unpack_from("<HHII", form)
        at += 8 + length + length % 2
    return None, channels or None, rate or None
