"""MP4 and QuickTime headers: duration, channels and sample rate of the default audio track."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

FIRST_BOXES = {b"ftyp", b"moov", b"styp"}  # names of the boxes with which a file begins
_MASTERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}  # boxes whose payload is boxes
_HEADERS = {b"tkhd", b"mdhd", b"hdlr", b"stsd"}  # boxes that are read
_MAX_BOXES = 10_000  # a guard against hostile files
_TRACK_IS_ENABLED = 1  # flag of `tkhd`; FFmpeg and players take such a track as default
_STSD_CHANNELS, _STSD_RATE = 32, 40  # offsets in the payload of `stsd`: of its first entry, an audio sample entry


@dataclass
class _Track:
    is_enabled: bool = False
    is_audio: bool = False
    seconds: float | None = None
    channels: int | None = None
    rate: int | None = None


def read(file: BinaryIO, size: int) -> tuple[float | None, int | None, int | None]:
    """Return seconds, channels and sample rate (Hz) of the default audio track; None where the header has no value.

    Args:
        file: the file.
        size: its length in bytes.
    """
    tracks: list[_Track] = []
    for kind, payload in _boxes(file, size):
        if kind == b"trak":
            tracks.append(_Track())
        elif tracks:
            _read_box(tracks[-1], kind, payload)
    audio = [track for track in tracks if track.is_audio]
    found = next((track for track in audio if track.is_enabled), audio[0] if audio else _Track())
    return found.seconds, found.channels, found.rate


def _read_box(track: _Track, kind: bytes, payload: bytes) -> None:
    if kind == b"tkhd" and len(payload) >= 4:
        track.is_enabled = bool(payload[3] & _TRACK_IS_ENABLED)
    elif kind == b"hdlr" and payload[8:12] == b"soun":
        track.is_audio = True
    elif kind == b"mdhd" and len(payload) >= (32 if payload[:1] == b"\1" else 20):
        scale, duration = struct.unpack_from(
            ">IQ" if payload[0] == 1 else ">II", payload, 20 if payload[0] == 1 else 12
        )
        track.seconds = duration / scale if scale and duration else None
    elif kind == b"stsd" and len(payload) >= _STSD_RATE + 4:
        (track.channels,) = struct.unpack_from(">H", payload, _STSD_CHANNELS)
        track.channels = track.channels or None
        track.rate = struct.unpack_from(">I", payload, _STSD_RATE)[0] >> 16 or None


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes of the header in order; master boxes have an empty payload and are descended into."""
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack_from(">I4s", head)
        header_bytes = 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            header_bytes = 16
        if kind in _MASTERS:
            yield kind, b""
            at += header_bytes
            continue
        if length < header_bytes or at + length > size:
            return
        if kind in _HEADERS:
            file.seek(at + header_bytes)
            yield kind, file.read(min(length - header_bytes, 256))
        at += length
