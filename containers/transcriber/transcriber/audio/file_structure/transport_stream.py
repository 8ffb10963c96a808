"""MPEG transport streams: where the list of audio streams changes, as in files that were joined with `cat`.

FFmpeg decodes what follows with the first stream's decoder. `parts` opens it as a file of its own.
"""

from __future__ import annotations

import mmap
import re
from functools import lru_cache

import numpy as np

from transcriber.audio.file_structure.mapped_file import give_back

PACKET_BYTES = 188
START = re.compile(rb"(?:G.{187}){4}", re.DOTALL)
_BLOCK_PACKETS = 1 << 16  # packets that are looked at together: 12 MB
_KEPT_TABLES = 64  # packets that are parsed once: tables come ten times a second, and hardly ever change
_PAT_PID = 0
_MAX_PAT_DISTANCE = 8  # packets from a program association table to the map that belongs to it
# Stream types of ISO/IEC 13818-1 and ATSC that are audio. Private data is audio with one of the descriptors only.
_AUDIO_TYPES = {0x03, 0x04, 0x0F, 0x11, 0x1C, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87}
_PRIVATE_TYPE = 0x06
_AUDIO_DESCRIPTORS = {0x6A, 0x7A, 0x7B, 0x7C}  # AC-3, E-AC-3, DTS, AAC (ETSI EN 300 468)
_REGISTRATION, _AUDIO_REGISTRATIONS = 0x05, {b"Opus", b"AC-3", b"EAC3", b"DTS1", b"DTS2", b"DTS3", b"BSSD"}

AudioStreams = tuple[tuple[int, int], ...]  # (stream type, PID) of each audio stream of a program


def starts(data: mmap.mmap, start: int, limit: int) -> list[int]:
    """Return the first byte of the stream at `start`, and of each place where its audio streams become others."""
    found, maps = [start], dict[int, AudioStreams]()
    map_pids, last_pat = set[int](), 0
    packets = (limit - start) // PACKET_BYTES
    for first in range(0, packets, _BLOCK_PACKETS):
        count = min(_BLOCK_PACKETS, packets - first)
        for number, pid in _table_packets(data, start, first, count, map_pids):
            packet = data[start + number * PACKET_BYTES : start + (number + 1) * PACKET_BYTES]
            if pid == _PAT_PID:
                last_pat = number
                continue
            streams = _audio_streams(_uncounted(packet))
            if streams is None:
                continue
            if maps.get(pid, streams) != streams:
                begin = last_pat if number - last_pat <= _MAX_PAT_DISTANCE else number
                if start + begin * PACKET_BYTES > found[-1]:
                    found.append(start + begin * PACKET_BYTES)
            maps[pid] = streams
        give_back(data, start + first * PACKET_BYTES, count * PACKET_BYTES)
    return found


def _table_packets(data: mmap.mmap, start: int, first: int, count: int, map_pids: set[int]) -> list[tuple[int, int]]:
    """Return number and PID of the packets in which programs' tables begin, in order; adds to `map_pids`."""
    block = np.frombuffer(
        data[start + first * PACKET_BYTES : start + (first + count) * PACKET_BYTES], np.uint8, count * PACKET_BYTES
    ).reshape(count, PACKET_BYTES)
    begins = (block[:, 0] == 0x47) & (block[:, 1] & 0x40 != 0)
    pids = (block[:, 1].astype(np.int32) & 0x1F) << 8 | block[:, 2]
    for number in np.flatnonzero(begins & (pids == _PAT_PID)):
        map_pids |= _map_pids(_uncounted(block[number].tobytes()))
    chosen = np.flatnonzero(begins & np.isin(pids, [_PAT_PID, *map_pids]))
    return [(first + int(number), int(pids[number])) for number in chosen]


def _uncounted(packet: bytes) -> bytes:
    """Return a packet without its continuity counter, by which each repetition of a table is another packet."""
    return packet[:3] + bytes((packet[3] & 0xF0,)) + packet[4:]


def _section(packet: bytes, table: int) -> bytes:
    """Return the table's section that begins in a packet, without its checksum; empty if none does."""
    at = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)  # behind the adaptation field
    if not packet[3] & 0x10 or at >= PACKET_BYTES:
        return b""
    section = packet[at + 1 + packet[at] :]
    if len(section) < 12 or section[0] != table or not section[5] & 1:  # the last: applies now, not later
        return b""
    return section[: max(0, 3 + (int.from_bytes(section[1:3], "big") & 0xFFF) - 4)]


@lru_cache(_KEPT_TABLES)
def _map_pids(packet: bytes) -> frozenset[int]:
    """Return the PIDs of the program maps that a program association table names."""
    section = _section(packet, 0)
    entries = [section[at : at + 4] for at in range(8, len(section) - 3, 4)]
    return frozenset(int.from_bytes(entry[2:], "big") & 0x1FFF for entry in entries if any(entry[:2]))


@lru_cache(_KEPT_TABLES)
def _audio_streams(packet: bytes) -> AudioStreams | None:
    """Return the audio streams of a program map; None: it is none. Only the first packet of a map counts."""
    section = _section(packet, 2)
    if not section:
        return None
    found = []
    at = 12 + (int.from_bytes(section[10:12], "big") & 0xFFF)
    while at + 5 <= len(section):
        kind, pid = section[at], int.from_bytes(section[at + 1 : at + 3], "big") & 0x1FFF
        end = at + 5 + (int.from_bytes(section[at + 3 : at + 5], "big") & 0xFFF)
        if kind in _AUDIO_TYPES or (kind == _PRIVATE_TYPE and _has_audio_descriptor(section[at + 5 : end])):
            found.append((kind, pid))
        at = end
    return tuple(found)


def _has_audio_descriptor(descriptors: bytes) -> bool:
    at = 0
    while at + 2 <= len(descriptors):
        tag, content = descriptors[at], descriptors[at + 2 : at + 2 + descriptors[at + 1]]
        if tag in _AUDIO_DESCRIPTORS or (tag == _REGISTRATION and content[:4] in _AUDIO_REGISTRATIONS):
            return True
        at += 2 + len(content) if len(content) == descriptors[at + 1] else len(descriptors)
    return False
