"""MP4 and QuickTime headers: the tracks, with duration, channels, sample rate and language."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from functions.audio.frame_channels import aac_config
from functions.audio.tracks import HeaderTrack

# Names of the boxes with which a file begins.
FIRST_BOXES = frozenset(b"ftyp moov styp wide free skip uuid pdin sidx emsg prft mdat".split())
_MASTERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}  # boxes whose payload is boxes
_HEADERS = {b"tkhd", b"mdhd", b"hdlr", b"stsd"}  # boxes that are read
_MAX_BOXES = 10_000  # a guard against hostile files
_TRACK_IS_ENABLED = 1  # flag of `tkhd`; FFmpeg and players take such a track as default
_STSD_FORMAT, _ENCRYPTED = slice(12, 16), (b"enca", b"drms")  # of a first entry whose samples are encrypted
_STSD_CHANNELS, _STSD_RATE = 32, 40  # offsets in the payload of `stsd`: of its first entry, an audio sample entry
_STSD_VERSION, _STSD_CHANNELS_2 = 24, 56  # the entry's version, and the channels where that is QuickTime's 2
# Descriptors of `esds` (ISO/IEC 14496-1), and how many bytes those have before the descriptors in them.
_DECODER_DESCRIPTION, _DECODER_CONFIG, _AAC_OBJECT = 4, 5, b"\x40"
_OUTER_DESCRIPTORS = {3: 3, _DECODER_DESCRIPTION: 13}
_MDHD_LANGUAGE = {0: 20, 1: 32}  # offset in the payload of `mdhd`, by its version
_LANGUAGE_CODES = range(0x400, 0x7FFF)  # three letters of five bits; lower ones are QuickTime's own numbers:
_QUICKTIME_LANGUAGES = (
    *("eng", "fra", "deu", "ita", "nld", "swe", "spa", "dan", "por", "nor", "heb", "jpn", "ara", "fin", "ell", "isl"),
    *("mlt", "tur", "hrv", "zho", "urd", "hin", "tha", "kor", "lit", "pol", "hun", "est", "lav"),
)


def read(file: BinaryIO, size: int) -> list[HeaderTrack]:
    """Return the tracks in the file's order.

    Args:
        file: the file.
        size: its length in bytes.
    """
    tracks: list[HeaderTrack] = []
    for kind, payload in _boxes(file, size):
        if kind == b"trak":
            tracks.append(HeaderTrack())
        elif tracks:
            _read_box(tracks[-1], kind, payload)
    return tracks


def _read_box(track: HeaderTrack, kind: bytes, payload: bytes) -> None:
    if kind == b"tkhd" and len(payload) >= 4:
        track.is_default = bool(payload[3] & _TRACK_IS_ENABLED)
    elif kind == b"hdlr" and payload[8:12] == b"soun":
        track.is_audio = True
    elif kind == b"mdhd" and len(payload) >= (32 if payload[:1] == b"\1" else 20):
        scale, duration = struct.unpack_from(
            ">IQ" if payload[0] == 1 else ">II", payload, 20 if payload[0] == 1 else 12
        )
        track.seconds = duration / scale if scale and duration else None
        track.language = _language(payload)
    elif kind == b"stsd" and len(payload) >= _STSD_RATE + 4:
        track.is_encrypted = payload[_STSD_FORMAT] in _ENCRYPTED
        (track.channels,) = struct.unpack_from(">H", payload, _STSD_CHANNELS)
        track.channels = track.channels or None
        track.rate = struct.unpack_from(">I", payload, _STSD_RATE)[0] >> 16 or None
        if payload[_STSD_VERSION : _STSD_VERSION + 2] == b"\0\2" and len(payload) >= _STSD_CHANNELS_2 + 4:
            (track.channels,) = struct.unpack_from(">I", payload, _STSD_CHANNELS_2)
            track.rate = None
        channels, rate = _decoder_config(payload)
        track.channels, track.rate = channels or track.channels, rate or track.rate


def _decoder_config(stsd: bytes) -> tuple[int | None, int | None]:
    """Return channels and sample rate (Hz) by AAC's own header, since many files claim two channels before it.

    None: there is no such header.
    """
    at = stsd.find(b"esds") + 8
    while 8 <= at < len(stsd) - 2:
        kind, at = stsd[at], at + 1
        while at < len(stsd) and stsd[at] & 0x80:  # the length has up to four bytes
            at += 1
        if kind == _DECODER_CONFIG:
            return aac_config(stsd[at + 1 :])
        if kind not in _OUTER_DESCRIPTORS or (kind == _DECODER_DESCRIPTION and stsd[at + 1 : at + 2] != _AAC_OBJECT):
            break
        at += 1 + _OUTER_DESCRIPTORS[kind]
    return None, None


def _language(mdhd: bytes) -> str | None:
    """Return the language of an `mdhd` box as a code of ISO 639-2; None: none is named."""
    packed = int.from_bytes(mdhd[(at := _MDHD_LANGUAGE.get(mdhd[0], 20)) : at + 2], "big")
    if packed < len(_QUICKTIME_LANGUAGES):
        return _QUICKTIME_LANGUAGES[packed]
    code = "".join(chr(0x60 + (packed >> shift & 0x1F)) for shift in (10, 5, 0))
    return code if packed in _LANGUAGE_CODES and code.isalpha() and code != "und" else None


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes of the header in order; master boxes have an empty payload and are descended into."""
    at, index_end = 0, size
    for _ in range(_MAX_BOXES):
        if at >= index_end:  # a fragmented file goes on with thousands of boxes
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack_from(">I4s", head)
        header_bytes = 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            header_bytes = 16
        if kind == b"moov":
            index_end = at + length if length else size
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
