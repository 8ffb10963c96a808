"""Matroska and WebM headers: the duration, and the tracks with their channels, sample rate and language.

Only elements before the first cluster are read. Recordings of browsers have no duration there.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import BinaryIO

from functions.audio.tracks import HeaderTrack

EBML_MAGIC = b"\x1a\x45\xdf\xa3"
# Element ids of the Matroska specification.
SEGMENT, INFO, TIMESTAMP_SCALE, DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
TRACKS, TRACK_ENTRY, AUDIO, CHANNELS, SAMPLING_FREQUENCY = 0x1654AE6B, 0xAE, 0xE1, 0x9F, 0xB5
TRACK_TYPE, FLAG_DEFAULT, LANGUAGE = 0x83, 0x88, 0x22B59C
CONTENT_ENCODINGS, CONTENT_ENCODING, CONTENT_ENCRYPTION = 0x6D80, 0x6240, 0x5035
AUDIO_TRACK = 2  # value of TRACK_TYPE
CLUSTER = 0x1F43B675
# Elements whose payload is elements.
MASTERS = {SEGMENT, INFO, TRACKS, TRACK_ENTRY, AUDIO, CONTENT_ENCODINGS, CONTENT_ENCODING, CONTENT_ENCRYPTION}
HEADER_BYTES = 1 << 20  # no header is searched further than this


def read(file: BinaryIO) -> list[HeaderTrack]:
    """Return the tracks in the file's order; the duration of each is that of the file."""
    scale, ticks = 1_000_000, None  # scale: nanoseconds a tick, 1 ms by default
    tracks: list[HeaderTrack] = []
    for element, payload in _elements(file):
        track = tracks[-1] if tracks else HeaderTrack()
        if element == TIMESTAMP_SCALE:
            scale = int.from_bytes(payload, "big")
        elif element == DURATION:
            ticks = _float(payload)
        elif element == TRACK_ENTRY:
            tracks.append(HeaderTrack(is_default=True, language="eng"))  # the specification's values for missing ones
        elif element == TRACK_TYPE:
            track.is_audio = int.from_bytes(payload, "big") == AUDIO_TRACK
        elif element == FLAG_DEFAULT:
            track.is_default = any(payload)
        elif element == LANGUAGE:
            track.language = _language(payload)
        elif element == AUDIO:
            track.channels = 1  # the specification's default for a missing CHANNELS
        elif element == CHANNELS:
            track.channels = int.from_bytes(payload, "big") or track.channels
        elif element == CONTENT_ENCRYPTION:
            track.is_encrypted = True
        elif element == SAMPLING_FREQUENCY:
            rate = _float(payload)
            track.rate = int(rate) if rate and math.isfinite(rate) else None
    for track in tracks:
        track.seconds = ticks * scale / 1e9 if ticks else None
    return tracks


def _language(payload: bytes) -> str | None:
    language = payload.rstrip(b"\0").decode("ascii", "replace")
    return language if language not in ("", "und") else None


def _elements(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield ids and payloads up to the first cluster; master elements have an empty payload and are descended into."""
    while file.tell() < HEADER_BYTES:
        element = _vint(file, keep_marker=True)
        size = _vint(file, keep_marker=False)
        if element is None or size is None or element == CLUSTER:
            return
        if element in MASTERS:
            yield element, b""
        elif size <= 8:
            yield element, file.read(size)
        elif size > HEADER_BYTES:  # a length that no operating system may seek to
            return
        else:
            file.seek(size, 1)


def _vint(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Read a variable-size integer, whose length is the number of leading zero bits of its first byte, plus one."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    head = first[0] if keep_marker else first[0] & ((1 << (8 - length)) - 1)
    return int.from_bytes(bytes([head]) + rest, "big")


def _float(payload: bytes) -> float | None:
    layout = {4: ">f", 8: ">d"}.get(len(payload))
    if layout is None:
        return None
    (value,) = struct.unpack(layout, payload)
    return float(value)
