"""Pauses in the edit lists of MP4 files: time in which nothing is heard, which FFmpeg fills with the track's beginning.

An edit without media at the start of the list delays the sound, and FFmpeg knows it. One in the middle, which an editor
writes where it removed a scene, or a recorder that was paused, it takes for an edit of the media's first second.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from transcriber.audio.file_structure.mp4_boxes import top_level_boxes
from transcriber.audio.file_structure.part_reader import PartReader

_MAX_INDEX_BYTES = 1 << 26  # of `moov`; that of a day of sound has 15 MB
_MAX_BOXES = 10_000  # of one level
_NO_MEDIA = -1  # of an edit


class Mp4Pauses:
    """Leaves out the packets of a track that stand where its edit list has a pause.

    Args:
        reader: the MP4 file.
        track: index of the track's stream.
    """

    def __init__(self, reader: PartReader, track: int) -> None:
        position = reader.tell()
        self._spans = _pauses(_index(reader), track)
        self._starts = [start for start, _ in self._spans]
        reader.seek(position)

    def __bool__(self) -> bool:
        """Return whether there is a pause behind the first sound."""
        return bool(self._spans)

    def without(self, packets: Iterator[Packet[AvAudioStream]]) -> Iterator[Packet[AvAudioStream]]:
        """Yield the packets that are heard, and those that a decoder needs before them."""
        for packet in packets:
            time = float(packet.pts * packet.time_base) if packet.pts is not None else None
            if time is None or not self._is_pause(time) or packet.is_discard:
                yield packet

    def _is_pause(self, time: float) -> bool:
        """Return whether a time, in seconds, lies in a pause; pauses do not overlap, and come in their order."""
        number = bisect_right(self._starts, time) - 1
        return number >= 0 and time < self._spans[number][1]


def _index(reader: PartReader) -> bytes:
    """Return the content of `moov`; empty if there is none."""
    for box in top_level_boxes(reader):
        if box.kind == b"moov":
            reader.seek(box.start + box.header)
            return reader.read(min(max(0, box.size - box.header), _MAX_INDEX_BYTES))
    return b""


def _boxes(data: bytes, name: bytes) -> Iterator[bytes]:
    """Yield the content of each box of a name."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == name:
            yield data[at + 8 : at + max(size, 8)]
        if size < 8:
            return
        at += size


def _pauses(index: bytes, track: int) -> list[tuple[float, float]]:
    """Return start and end, in seconds, of each pause of a track behind its first sound."""
    header = next(_boxes(index, b"mvhd"), b"")
    scale_at = 20 if header[:1] == b"\1" else 12
    tracks = list(_boxes(index, b"trak"))
    edits = _edit_list(tracks[track]) if track < len(tracks) else []
    if len(header) < scale_at + 4 or not (scale := struct.unpack_from(">I", header, scale_at)[0]):
        return []
    spans, time, has_sound = [], 0.0, False
    for length, media in edits:
        end = time + length / scale
        if media == _NO_MEDIA and has_sound:
            spans.append((time, end))
        has_sound |= media != _NO_MEDIA
        time = end
    return spans


def _edit_list(track: bytes) -> list[tuple[int, int]]:
    """Return the edits of a track: the length in units of the film, and the first sample."""
    found = next(_boxes(next(_boxes(track, b"edts"), b""), b"elst"), b"")
    if len(found) < 8:
        return []
    layout = struct.Struct(">Qq4x" if found[0] == 1 else ">Ii4x")
    count = min(int.from_bytes(found[4:8], "big"), (len(found) - 8) // layout.size)
    return [layout.unpack_from(found, 8 + number * layout.size) for number in range(count)]
