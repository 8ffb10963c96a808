"""Transport streams: where their audio streams change."""

from __future__ import annotations

import mmap
import tempfile

import numpy as np

from tests.fixtures.rows import each_row
from transcriber.audio.file_structure import transport_stream

PACKET = transport_stream.PACKET_BYTES
AAC, MP2, PRIVATE, VIDEO = 0x0F, 0x03, 0x06, 0x1B


def packet(pid: int, section: bytes = b"", adaptation: int = 0) -> bytes:
    """One packet; with a section it begins one, behind an adaptation field of some bytes."""
    flags = 0x30 if adaptation else 0x10
    head = bytes([0x47, (0x40 if section else 0) | pid >> 8, pid & 0xFF, flags])
    head += bytes([adaptation - 1]) + bytes(adaptation - 1) if adaptation else b""
    return (head + b"\0" + section).ljust(PACKET, b"\xff")


def table(number: int, content: bytes, applies: bool = True) -> bytes:
    length = 5 + len(content) + 4
    return bytes([number, 0xB0 | length >> 8, length & 0xFF, 0, 1, 0xC0 | applies, 0, 0]) + content + b"CRC!"


def pat(*pids: int) -> bytes:
    return packet(0, table(0, b"".join(bytes([0, n, 0xE0 | pid >> 8, pid & 0xFF]) for n, pid in enumerate(pids, 1))))


def pmt(
    pid: int, *streams: tuple[int, int], descriptors: bytes = b"", applies: bool = True, adaptation: int = 0
) -> bytes:
    entries = b"".join(
        bytes([kind, 0xE0 | stream >> 8, stream & 0xFF, 0xF0, len(descriptors)]) + descriptors
        for kind, stream in streams
    )
    return packet(pid, table(2, b"\xe1\0\xf0\0" + entries, applies), adaptation)


DATA = packet(0x100)
FIRST = pat(0x1000) + pmt(0x1000, (VIDEO, 0x101), (AAC, 0x100)) + DATA * 3
AC3 = b"\x6a\x01\0"
SUBTITLE = b"\x59\x01\0"


@each_row(
    ("content", "packets"),
    [
        (FIRST + FIRST, [0]),
        (FIRST + pat(0x1000) + pmt(0x1000, (MP2, 0x100)), [0, 5]),
        (FIRST + pat(0x1000) + pmt(0x1000, (VIDEO, 0x101), (AAC, 0x102)) + FIRST, [0, 5, 7]),
        (FIRST + pmt(0x1000, (VIDEO, 0x109), (AAC, 0x100)), [0]),  # only the picture changes
        (FIRST + pmt(0x1000, (MP2, 0x100), applies=False), [0]),  # announced, not in force
        (FIRST + DATA * 9 + pmt(0x1000, (MP2, 0x100)), [0, 14]),  # the last association table is far away
        (FIRST + pat(0x1000) + pmt(0x1000, (MP2, 0x100), adaptation=9), [0, 5]),
        (FIRST + pat(0x1000, 0x1001) + pmt(0x1001, (MP2, 0x200)) + FIRST, [0]),  # a second program begins
        (FIRST + pat(0x1000) + pmt(0x1000, (PRIVATE, 0x100), descriptors=AC3), [0, 5]),
        (pat(0x20) + pmt(0x20, (PRIVATE, 0x100), descriptors=AC3) + pmt(0x20, (AAC, 0x100)), [0]),
        (pat(0x20) + pmt(0x20, (AAC, 0x100)) + DATA * 9 + pmt(0x20, (AAC, 0x100), (PRIVATE, 0x105)), [0]),
        (pat(0x20) + pmt(0x20, (PRIVATE, 9), descriptors=SUBTITLE) + DATA + pmt(0x20), [0]),
    ],
)
def test_change_of_audio_streams_begins_a_part(content: bytes, packets: list[int]) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(content + b"G")  # half a packet at the end
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert transport_stream.starts(data, 0, len(data)) == [number * PACKET for number in packets]


def test_random_packets_raise_nothing() -> None:
    random = np.random.default_rng(3)
    packets = random.integers(0, 256, (400, PACKET), np.uint8)
    packets[:, 0] = 0x47
    packets[::2, 1:3] = (0x40, 0)  # association tables
    packets[1::2, 1] |= 0x40
    for fill in (0, 2):
        packets[:, 4:6] = (0, fill)
        with tempfile.TemporaryFile() as file:
            file.write(packets.tobytes())
            file.flush()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found = transport_stream.starts(data, 0, len(data))
        assert found[0] == 0
        assert all(at % PACKET == 0 for at in found)
