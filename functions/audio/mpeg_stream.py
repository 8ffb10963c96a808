"""MPEG transport and program streams: the sound tracks, with language and channels by the first frame of each."""

from __future__ import annotations

import re
from collections import Counter
from typing import BinaryIO

from earshot_contract.signatures.frame_headers import HEADER_BYTES
from functions.audio.frame_channels import frame_channels
from functions.audio.tracks import HeaderTrack

_READ_BYTES = 1 << 20  # from the start of the file
# The first byte of a packet, and the lengths of packets: camcorders put a time stamp of four bytes before each of 188,
_SYNC, _PACKET_SIZES = 0x47, (188, 192, 204)  # broadcasters 16 bytes of error correction behind it
_PACKETS_IN_A_ROW = 4
_MAX_LEAD_IN = 2 * 204  # bytes before the first packet: a recording may begin inside one
_SOUND_TYPES = {0x03, 0x04, 0x0F, 0x11, 0x80, 0x81, 0x84, 0x87, 0x06}  # of a stream in the program's table
_PRIVATE_TYPE, _SOUND_TAGS = 0x06, {0x6A, 0x7A, 0x7B, 0x7C}  # with one of these descriptors it is sound: AC-3, DTS, AAC
_LANGUAGE_TAG = 0x0A
_FRAME_START = re.compile(rb"\xff[\xe2-\xff]|\x0b\x77")
_PROGRAM_SOUND = re.compile(rb"\0\0\x01([\xc0-\xdf\xbd])")
_MAX_LATE_FRAME = 4096  # bytes of a packet's payload in which its first frame begins
_DVD_FORMAT_AT = 5  # in a packet of samples: bits, rate and channels
_MAX_TRIED = 8  # packets of one number in which a frame is looked for: a hostile file has a packet every few bytes


def is_transport_stream(head: bytes) -> bool:
    """Return whether a file begins as an MPEG transport stream does."""
    return _packet_form(head) is not None


def is_program_stream(head: bytes) -> bool:
    """Return whether a file begins as an MPEG program stream does."""
    return head.startswith(b"\0\0\x01\xba")


def read(file: BinaryIO) -> list[HeaderTrack]:
    """Return the sound tracks of either kind of stream."""
    file.seek(0)
    data = file.read(_READ_BYTES)
    form = _packet_form(data)
    if form is None:
        return _program_tracks(data)
    return [
        HeaderTrack(
            is_audio=True,
            language=language,
            channels=_channels(_first_payload(data, form, pid)),
            is_encrypted=_is_scrambled(data, form, pid),
        )
        for pid, language in _table(data, form)
    ]


def _packet_form(data: bytes) -> tuple[int, int] | None:
    """Return the offset of a packet's first byte and the distance of packets; None: these are none."""
    for offset in range(min(len(data), _MAX_LEAD_IN)):
        for size in _PACKET_SIZES if data[offset] == _SYNC else ():
            packets = _PACKETS_IN_A_ROW if offset < size else 2 * _PACKETS_IN_A_ROW
            starts = data[offset : offset + packets * size : size]
            if len(starts) == packets and set(starts) == {_SYNC}:
                return offset, size
    return None


def _payloads(data: bytes, form: tuple[int, int], pid: int) -> list[tuple[bool, bytes]]:
    """Return the payloads of a stream's packets, each with whether something begins in it."""
    found = []
    for at in range(form[0], len(data) - 187, form[1]):
        packet = data[at : at + 188]
        if packet[0] != _SYNC or int.from_bytes(packet[1:3], "big") & 0x1FFF != pid or not packet[3] & 0x10:
            continue
        start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        found.append((bool(packet[1] & 0x40), packet[start:]))
    return found


def _is_scrambled(data: bytes, form: tuple[int, int], pid: int) -> bool:
    """Return whether most packets of a stream are scrambled, as those of pay television."""
    packets = (data[at : at + 4] for at in range(form[0], len(data) - 187, form[1]))
    flags = [head[3] >> 6 for head in packets if int.from_bytes(head[1:3], "big") & 0x1FFF == pid]
    return sum(map(bool, flags)) * 2 > len(flags)


def _section(data: bytes, form: tuple[int, int], pid: int) -> bytes:
    """Return the first table of a stream, from its number on, without its check sum; empty: none."""
    payloads = _payloads(data, form, pid)
    first = next((number for number, (begins, _) in enumerate(payloads) if begins), None)
    if first is None or not payloads[first][1]:
        return b""
    joined = b"".join(payload for _, payload in payloads[first : first + 6])
    section = joined[1 + joined[0] :]
    return section[: 3 + (int.from_bytes(section[1:3], "big") & 0x0FFF) - 4]


def _table(data: bytes, form: tuple[int, int]) -> list[tuple[int, str | None]]:
    """Return number and language of each sound stream of the first program."""
    programs = _section(data, form, 0)[8:]
    numbered = (programs[at : at + 4] for at in range(0, len(programs) - 3, 4))
    program = next((entry for entry in numbered if entry[:2] != b"\0\0"), None)
    table = _section(data, form, int.from_bytes(program[2:], "big") & 0x1FFF) if program else b""
    found = []
    at = 12 + (int.from_bytes(table[10:12], "big") & 0x0FFF)
    while at + 5 <= len(table):
        kind, pid = table[at], int.from_bytes(table[at + 1 : at + 3], "big") & 0x1FFF
        length = int.from_bytes(table[at + 3 : at + 5], "big") & 0x0FFF
        described = _descriptors(table[at + 5 : at + 5 + length])
        at += 5 + length
        if kind in _SOUND_TYPES and (kind != _PRIVATE_TYPE or not _SOUND_TAGS.isdisjoint(described)):
            language = described.get(_LANGUAGE_TAG, b"")[:3].decode("ascii", "replace")
            found.append((pid, language if language.isalpha() and language != "und" else None))
    return found


def _descriptors(data: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 2 <= len(data):
        found[data[at]] = data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found


def _first_payload(data: bytes, form: tuple[int, int], pid: int) -> bytes:
    """Return the beginning of a stream's sound, behind the header of its first packet."""
    payloads = _payloads(data, form, pid)
    first = next((number for number, (begins, _) in enumerate(payloads) if begins), len(payloads))
    return _without_header(b"".join(payload for _, payload in payloads[first : first + 20]))


def _without_header(packet: bytes) -> bytes:
    return packet[9 + packet[8] :] if len(packet) > 9 and packet[6] >> 6 == 2 else packet[6:]


def _channels(sound: bytes) -> int | None:
    """Return the channels of the first frame that begins in a stretch of sound."""
    frames = (
        sound[match.start() : match.start() + HEADER_BYTES]
        for match in _FRAME_START.finditer(sound, 0, _MAX_LATE_FRAME)
    )
    return next((channels for frame in frames if (channels := frame_channels(frame))), None)


def _program_tracks(data: bytes) -> list[HeaderTrack]:
    """Return the sound tracks of a program stream in the order in which they first occur."""
    tracks: dict[bytes, HeaderTrack] = {}
    tried: Counter[bytes] = Counter()
    for match in _PROGRAM_SOUND.finditer(data):
        payload = _without_header(data[match.start() : match.start() + _MAX_LATE_FRAME])
        is_private = match[1] == b"\xbd"
        number = match[1] + (payload[:1] if is_private else b"")  # private sound has a number of its own
        if is_private and not 0x80 <= int.from_bytes(payload[:1], "big") < 0xA8:
            continue  # subtitles
        tried[number] += 1
        if number in tracks or tried[number] > _MAX_TRIED:
            continue
        # Samples of a DVD have a header of their own; in AC-3 and DTS a frame begins behind four bytes.
        has_samples = is_private and payload[0] >= 0xA0 and len(payload) > _DVD_FORMAT_AT
        channels = 1 + (payload[_DVD_FORMAT_AT] & 7) if has_samples else _channels(payload)
        if channels:
            tracks[number] = HeaderTrack(is_audio=True, channels=channels)
    return list(tracks.values())
