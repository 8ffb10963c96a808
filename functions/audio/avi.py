"""AVI headers: the tracks, with duration, channels and sample rate."""

from __future__ import annotations

import struct
from typing import BinaryIO

from functions.audio.tracks import HeaderTrack

_HEADER_BYTES = 1 << 16  # the list of headers, which comes first, is shorter


def is_avi(head: bytes) -> bool:
    """Return whether a file begins as an AVI file does."""
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def read(file: BinaryIO) -> list[HeaderTrack]:
    """Return the tracks in the file's order."""
    file.seek(0)
    data = file.read(_HEADER_BYTES)
    tracks: list[HeaderTrack] = []
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        payload = data[at + 8 : at + 8 + min(length, 64)]
        if kind == b"LIST":
            if payload[:4] == b"movi":
                break
            at += 12  # the list's elements follow
            continue
        if kind == b"strh" and len(payload) >= 36:
            scale, rate, _, count = struct.unpack_from("<4I", payload, 20)
            seconds = count * scale / rate if rate and count and scale else None
            tracks.append(HeaderTrack(is_audio=payload[:4] == b"auds", seconds=seconds))
        elif kind == b"strf" and tracks and tracks[-1].is_audio and len(payload) >= 8:
            channels, sample_rate = struct.unpack_from("<HI", payload, 2)
            tracks[-1].channels, tracks[-1].rate = channels or None, sample_rate or None
        at += 8 + length + length % 2
    return tracks
