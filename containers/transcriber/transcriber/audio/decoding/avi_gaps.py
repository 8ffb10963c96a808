"""Gaps of AVI files: chunks without a byte stand for sound that is missing, and FFmpeg leaves them out of its clock.

Muxers write them where compressed sound begins late or was lost; players count them. They are read from the index.
FFmpeg also counts bytes where the header counts chunks, if the header has a wrong block size (E-AC-3: 192 s a second),
or if some chunks are longer than the block size (AAC: they count twice).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from transcriber.audio.file_structure.part_reader import PartReader

_INDEX_ENTRY = np.dtype([("name", "S4"), ("flags", "<u4"), ("offset", "<u4"), ("size", "<u4")])
_MAX_CHUNKS = 64  # of the file's top level: the index is the third, or the fourth
_MAX_INDEX_BYTES = 1 << 28  # 16 million chunks


class AviGaps:
    """Shifts the time stamps of a track's packets by the empty chunks before each of them.

    Args:
        reader: the AVI file.
        track: index of the track's stream.
        length: length of the track by its header, in units of its clock.
    """

    def __init__(self, reader: PartReader, track: int, length: int) -> None:
        sizes = _chunk_sizes(reader, track)
        is_empty = sizes == 0
        self._counts_chunks = len(sizes) == length > 0
        # Of each empty chunk, the number of chunks with sound before it.
        self._before = (np.cumsum(~is_empty)[is_empty]) if is_empty.any() else np.zeros(0, np.int64)

    def __bool__(self) -> bool:
        """Return whether time stamps may have to be shifted."""
        return self._counts_chunks or len(self._before) > 0

    def shifted(self, packets: Iterator[Packet[AvAudioStream]]) -> Iterator[Packet[AvAudioStream]]:
        """Yield all packets of the track, which is read from its beginning."""
        counts_bytes = False  # by FFmpeg, where the header counts chunks
        for number, packet in enumerate(packets):
            counts_bytes |= self._counts_chunks and (packet.pts or 0) > number
            if packet.pts == number or counts_bytes:  # else the header counts bytes, or the index has given the time
                packet.pts = packet.dts = number + int(np.searchsorted(self._before, number, side="right"))
            yield packet


def _chunk_sizes(reader: PartReader, track: int) -> np.ndarray:
    """Return the bytes of each chunk of a track in the file's order, shape (chunks,); none without an index."""
    position, at, end = reader.tell(), 12, reader.seek(0, 2)
    index = b""
    for _ in range(_MAX_CHUNKS):
        reader.seek(at)
        head = reader.read(8)
        if len(head) < 8 or at >= end:
            break
        name, size = struct.unpack("<4sI", head)
        if name == b"idx1":
            index = reader.read(min(size, _MAX_INDEX_BYTES))
            break
        at += 8 + size + size % 2
    reader.seek(position)
    entries = np.frombuffer(index[: len(index) // _INDEX_ENTRY.itemsize * _INDEX_ENTRY.itemsize], _INDEX_ENTRY)
    return np.asarray(entries["size"][entries["name"] == b"%02dwb" % track], np.int64)
