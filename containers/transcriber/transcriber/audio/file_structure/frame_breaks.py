"""Frame breaks: where a stream of frames without a length (MP3, AAC, AC-3, DTS, FLAC, MPEG-TS) may end inside a file.

Such a stream goes on as long as its frames do: they are followed from the first to the last, 400 to 1,400 MB a second.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from typing import Protocol

from earshot_contract.signatures.frame_headers import seconds_of_frame
from transcriber.audio.file_structure.mapped_file import give_back
from transcriber.audio.file_structure.recording_starts import FRAMED, first_framed

_KEPT_BYTES = 1 << 24  # of the frames behind one another that stay in memory
_FLAC_HEADER = re.compile(rb"\xff[\xf8\xf9][\x10-\xef][\x00-\xae]")
_MAX_FLAC_FRAME = 1 << 18  # bytes; what a header may claim at most
_USUAL_FLAC_FRAME = 1 << 16  # bytes; of a file that does not say
_MAX_FLAC_SKIP = 50  # damaged frames in a row


class Frames(Protocol):
    """How the frames of one format are found."""

    def find(self, data: mmap.mmap, start: int, end: int, limit: int) -> int | None:
        """Return where frames begin to follow each other from `start` to before `end`; None: nowhere."""

    def follow(self, data: mmap.mmap, at: int, limit: int) -> int:
        """Return where the frames that follow each other from `at` on end."""


class FixedHeaders:
    """Frames whose header gives their length.

    Attributes:
        count: number of the frames that were followed.
        frame_seconds: length of the first of them; 0: not known, or of a format with a clock.
    """

    def __init__(self, length: Callable[[bytes], int]) -> None:
        """Create them by the function that gives the length of a frame."""
        self._framed = next(framed for framed in FRAMED if framed[1] is length)
        self.count, self.frame_seconds = 0, 0.0

    def find(self, data: mmap.mmap, start: int, end: int, limit: int) -> int | None:
        """See `Frames`."""
        return first_framed(data, start, end, limit, self._framed)

    def follow(self, data: mmap.mmap, at: int, limit: int) -> int:
        """See `Frames`."""
        length, kept = self._framed[1], at
        self.frame_seconds = self.frame_seconds or seconds_of_frame(data[at : at + 16], length)
        while at < limit and (size := length(data[at : at + 16])):
            at += size
            self.count += 1
            if at - kept > _KEPT_BYTES:
                give_back(data, kept, at - kept)
                kept = at
        return min(at, limit)


class FlacFrames:
    """Frames of FLAC: they have a number and a checksum, and no length."""

    def __init__(self, data: mmap.mmap, start: int) -> None:
        """Read the length of the longest frame from the stream info of the FLAC file at `start`."""
        longest = int.from_bytes(data[start + 15 : start + 18], "big") or _USUAL_FLAC_FRAME
        self._window = 3 * min(longest, _MAX_FLAC_FRAME) + 64

    def find(self, data: mmap.mmap, start: int, end: int, limit: int) -> int | None:
        """See `Frames`."""
        seen: dict[int, int] = {}
        for match in _FLAC_HEADER.finditer(data, start, min(end + self._window, limit)):
            number = _flac_number(data[match.start() : match.start() + 16])
            if number is None:
                continue
            for earlier, at in seen.items():
                if at < end and earlier < number <= earlier + _MAX_FLAC_SKIP:
                    return at
            seen[number] = match.start()
        return None

    def follow(self, data: mmap.mmap, at: int, limit: int) -> int:
        """Return the start of the last frame that follows: where that ends, only a decoder knows."""
        last, kept = _flac_number(data[at : at + 16]), at
        for match in _FLAC_HEADER.finditer(data, at + 1, limit):
            number = _flac_number(data[match.start() : match.start() + 16])
            if number is None or last is None or not last < number <= last + _MAX_FLAC_SKIP:
                continue
            if match.start() > at + self._window * _MAX_FLAC_SKIP:
                break
            at, last = match.start(), number
            if at - kept > _KEPT_BYTES:
                give_back(data, kept, at - kept)
                kept = at
        return at + 1


def breaks(data: mmap.mmap, start: int, limit: int, frames: Frames) -> Iterator[tuple[int, int]]:
    """Yield the ranges of bytes in which the frames of a stream are interrupted, and the one in which they end.

    The last one is empty and at the limit where the frames go on to there.

    Args:
        data: the file.
        start: where the first frame is.
        limit: end of the bytes that may belong to the stream.
        frames: frames of its format.
    """
    at: int | None = start
    while at is not None and (end := frames.follow(data, at, limit)) < limit:
        at = frames.find(data, end, limit, limit)
        yield end, at or limit
    if at is not None:
        yield limit, limit


def _flac_number(header: bytes) -> int | None:
    """Return the number of the FLAC frame, or of its first sample, whose header begins `header`; None: it is none.

    The number is coded as UTF-8 codes letters, in up to seven bytes (RFC 9639, section 9.1). With samples the numbers
    of two frames are too far apart to be counted; they are divided by the block's size.
    """
    if len(header) < 16:
        return None
    first = header[4]
    more = 0 if first < 0x80 else 7 - (first ^ 0xFF).bit_length()
    if (more == 0 and first >= 0x80) or first == 0xFF:
        return None
    number = first if not more else first & (0x3F >> more)
    for byte in header[5 : 5 + more]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    block, rate = header[2] >> 4, header[2] & 15
    at = 5 + more
    size = {1: 192, 6: header[at] + 1, 7: int.from_bytes(header[at : at + 2], "big") + 1}.get(block, 0)
    size = size or (576 << (block - 2) if block < 6 else 256 << (block - 8))
    at += {6: 1, 7: 2}.get(block, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    return number // size if header[1] & 1 else number


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x107) if value & 0x80 else value << 1
    return value
