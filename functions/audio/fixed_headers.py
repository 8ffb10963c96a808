"""Headers of a fixed form: AU, CAF, Wave64, WavPack, TTA and AMR files.

Each function returns seconds, channels and sample rate (Hz), None where the file has no value. The duration of
uncompressed samples follows from the size of the file, not from the length in the header.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO

Values = tuple[float | None, int | None, int | None]

_AU_BYTES = {1: 1, 27: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8}  # of a sample, by encoding
_MAX_CHUNKS = 100
_WAVPACK_RATES = (6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000)
_WAVPACK_MONO, _WAVPACK_WHOLE = 4, 0x1800  # flags: one channel; the block has all channels there are
_UNKNOWN_SAMPLES = 0xFFFF_FFFF


def read(file: BinaryIO, size: int, head: bytes) -> Values | None:
    """Return the values of a file of one of these formats; None for any other file.

    Args:
        file: the file.
        size: its length in bytes.
        head: its first 64 bytes or more, or all of a shorter file.
    """
    find = next((find for magic, find in _FORMATS if head.startswith(magic)), None)
    if find is None:
        return None
    try:
        return find(file, size, head)
    except (struct.error, IndexError):  # cut off in its header
        return None, None, None


def _au(file: BinaryIO, size: int, head: bytes) -> Values:
    start, _, encoding, rate, channels = struct.unpack_from(">5I", head, 4)
    return _seconds(size - start, rate * channels * _AU_BYTES.get(encoding, 0)), channels or None, rate or None


def _caf(file: BinaryIO, size: int, head: bytes) -> Values:
    rate, _, _, packet_bytes, packet_frames, channels = struct.unpack_from(">d4s4I", head, 20)
    at = 8
    for _ in range(_MAX_CHUNKS):
        file.seek(min(at, size))
        kind, length = struct.unpack(">4sq", file.read(12))
        if kind == b"data" or length < 0:
            break
        at += 12 + length
    per_second = rate * packet_bytes / packet_frames if packet_frames else 0
    return _seconds(size - at - 16, per_second), channels or None, int(rate) if 0 < rate < 1 << 31 else None


def _wave64(file: BinaryIO, size: int, head: bytes) -> Values:
    at, per_second = 40, 0
    channels: int | None = None
    rate: int | None = None
    for _ in range(_MAX_CHUNKS):
        file.seek(min(at, size))
        chunk = file.read(40)
        kind, length = struct.unpack_from("<4s12xQ", chunk)
        if kind == b"data":
            return _seconds(size - at - 24, per_second), channels, rate
        if kind == b"fmt ":
            channels, rate, per_second = struct.unpack_from("<HII", chunk, 26)
        at += max(length + -length % 8, 24)
    return None, channels or None, rate or None


def _wavpack(file: BinaryIO, size: int, head: bytes) -> Values:
    samples, flags = struct.unpack_from("<I8xI", head, 12)
    index = flags >> 23 & 15
    rate = _WAVPACK_RATES[index] if index < len(_WAVPACK_RATES) else None
    channels = (1 if flags & _WAVPACK_MONO else 2) if flags & _WAVPACK_WHOLE == _WAVPACK_WHOLE else None
    return samples / rate if rate and 0 < samples < _UNKNOWN_SAMPLES else None, channels, rate


def _tta(file: BinaryIO, size: int, head: bytes) -> Values:
    channels, _, rate, samples = struct.unpack_from("<HHII", head, 6)
    return _seconds(samples, rate), channels or None, rate or None


def _seconds(count: float, per_second: float) -> float | None:
    return count / per_second if count > 0 and per_second > 0 else None


_FORMATS: tuple[tuple[bytes, Callable[[BinaryIO, int, bytes], Values]], ...] = (
    (b".snd", _au),
    (b"caff", _caf),
    (b"riff\x2e\x91\xcf\x11", _wave64),
    (b"wvpk", _wavpack),
    (b"TTA1", _tta),
    (b"#!AMR-WB\n", lambda *_: (None, 1, 16_000)),
    (b"#!AMR\n", lambda *_: (None, 1, 8_000)),
)
