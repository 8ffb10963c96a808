"""Parts of a file: recordings that lie one after another in it (chained Ogg, concatenated WAV, FLAC, WebM, MP4 …).

FFmpeg decodes the first of them and leaves the rest out, or reads it with the first one's decoder. `AudioStream` opens
each part as a file of its own. A WAV part whose header has no true length gets the length of its bytes.
"""

from __future__ import annotations

import io
import mmap
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from earshot_contract.file_signatures import HEAD_BYTES, container_name
from transcriber.audio import transport_stream
from transcriber.audio.mapped_file import matches

_WAV_HEADER = rb"....WAVE(?:fmt |JUNK|bext|LIST|ds64)"
_WAV = re.compile(rb"(?:RIFF|RF64|BW64)" + _WAV_HEADER, re.DOTALL)
_WAV_NAMES = [re.compile(name + _WAV_HEADER, re.DOTALL) for name in (b"RIFF", b"RF64", b"BW64")]
_BIT_3 = b"".join(re.escape(bytes([byte])) for byte in range(256) if byte & 8)
# How each format starts; the first line that matches the file's beginning is searched in the rest of it.
_STARTS = (
    _WAV,
    re.compile(rb"fLaC\x00\x00\x00\x22"),  # then the stream info, of 34 bytes
    re.compile(rb"\x1a\x45\xdf\xa3.{1,64}?\x42\x82.(?:webm|matroska)", re.DOTALL),
    re.compile(rb"FLV\x01[\x01\x04\x05]\0\0\0\x09\0{4}"),
    re.compile(rb"RIFF....AVI LIST", re.DOTALL),
    re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"),  # ASF, as WMA
    re.compile(rb"FORM....AIF[FC](?:COMM|FVER|COMT|NAME|SSND|MARK|INST)", re.DOTALL),
    re.compile(rb"caff\0\x01\0\0desc"),
    re.compile(rb"\.snd\0\0[\0-\xff][\x18-\xff].{4}\0\0\0[\x01-\x1b]", re.DOTALL),  # AU
    re.compile(rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0"),  # Wave64
    re.compile(rb"TTA1[\x01-\x03]\0"),
    # WavPack: a block that begins at sample 0, and is the first of those that hold its channels (bit 11 of the flags)
    re.compile(rb"wvpk.{4}[\x02-\x10]\x04.{6}\0{4}.{5}[%b]" % _BIT_3, re.DOTALL),
    re.compile(rb"nut/multimedia container\0"),
    re.compile(rb"\.RMF\0\0\0[\x10-\x12]\0[\0\x01]"),  # RealMedia
    re.compile(rb"Creative Voice File\x1a"),
    re.compile(rb"\xb7\xd8\x00\x20\x37\x49\xda\x11\xa6\x4e\x00\x07\xe9\x5e\xad\x8d"),  # Windows' recorded TV
    re.compile(rb"\0\x0aSMJPEG"),
    re.compile(rb"MAC [\x8c-\xff]\x0f\0\0"),  # Monkey's Audio
    re.compile(rb"MPCKSH|MP\+[\x07\x17]"),  # Musepack
    re.compile(rb"\x80\0\0[\x10-\xff]\x03\x12\x04[\x01\x02]\0"),  # ADX
)
_OGG_START = re.compile(rb"OggS\x00[\x02\x06]\x00{8}")  # a page that begins a logical stream
_OGG_HEADER_BYTES = 27  # before a page's table of lacing values
MAX_PARTS = 10_000  # a guard against hostile files; an archive of an Internet radio has a part for each song
_STREAMED_LENGTH = (
    0x7F00_0000  # bytes; a WAV length from here on in a smaller file was written before the end was known
)
_MAX_WAV_HEADER = 1 << 20  # bytes; no header is this long, and `Part.head` is kept in memory
# Chunks that programs write behind a WAV file's samples.
_WAV_TRAILERS = {
    *(b"LIST", b"id3 ", b"ID3 ", b"fact", b"cue ", b"smpl", b"bext", b"iXML", b"JUNK", b"PEAK", b"afsp", b"_PMX"),
    *(b"axml", b"chna", b"inst", b"note", b"labl", b"plst", b"PAD ", b"FLLR", b"junk", b"DISP", b"cart", b"RIFF"),
}


@dataclass(frozen=True)
class Part:
    """Bytes `start` to `end` of a file; `head` replaces the first of them."""

    start: int
    end: int
    head: bytes = b""


class PartReader(io.RawIOBase):
    """One part as a file of its own, without a name: FFmpeg would draw conclusions from one."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        """Read `part` of an open file; closing the reader leaves the file open."""
        self._file, self._part, self._position = file, part, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position, in bytes from the start of the part."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; returns it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence, self._part.end - self._part.start)
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; empty at the end of the part."""
        part = self._part
        left = max(0, part.end - part.start - self._position)
        size = left if size < 0 else min(size, left)
        self._file.seek(part.start + self._position)
        data = self._file.read(size)
        if self._position < len(part.head):
            data = part.head[self._position : self._position + len(data)] + data[len(part.head) - self._position :]
        self._position += len(data)
        return data


def file_parts(path: Path) -> list[Part]:
    """Return the parts of a file, at least one, in order."""
    size = path.stat().st_size
    if not size:
        return [Part(0, 0)]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        starts = _starts(data)[:MAX_PARTS]
        if len(starts) < 2:
            starts = [0]
        ends = [*starts[1:], size]
        return [Part(start, end, _wav_head(data, start, end)) for start, end in zip(starts, ends, strict=True)]


def _starts(data: mmap.mmap) -> list[int]:
    """Return where recordings begin, if the file begins with one; else one position or none."""
    if data[4:8] == b"ftyp":
        return _mp4_starts(data)
    if data[:4] == b"OggS":
        return _ogg_starts(data)
    if transport_stream.START.match(data):
        return transport_stream.starts(data)
    pattern = next((start for start in _STARTS if start.match(data)), None)
    searched = _WAV_NAMES if pattern is _WAV else [pattern] if pattern else []
    starts = sorted(at for each in searched for at in matches(each, data))
    if pattern is _WAV and (end := _samples_end(data, starts[-1], len(data))) and _is_other_file(data, end):
        starts.append(end)
    return starts


def _ogg_starts(data: mmap.mmap) -> list[int]:
    """Return the starts of an Ogg file's chain; the first pages of streams that play together follow each other."""
    starts, next_page = [], -1
    for at in matches(_OGG_START, data):
        if at != next_page:
            starts.append(at)
        lacing = _lacing(data, at)
        next_page = at + _OGG_HEADER_BYTES + len(lacing) + sum(lacing)
    last = max(data.rfind(b"OggS\0"), 0)
    lacing = _lacing(data, last)
    end = last + _OGG_HEADER_BYTES + len(lacing) + sum(lacing)
    return [*starts, end] if _is_other_file(data, end) else starts


def _is_other_file(data: mmap.mmap, at: int) -> bool:
    """Return whether a file with a header of its own begins at `at`: an MP3 that `cat` put behind an Ogg file."""
    return container_name(data[at : at + HEAD_BYTES]) is not None


def _lacing(data: mmap.mmap, page: int) -> bytes:
    """Return the lacing values of the Ogg page at `page`: the lengths of its segments."""
    table = page + _OGG_HEADER_BYTES
    return data[table : table + data[table - 1]] if table <= len(data) else b""


def _mp4_starts(data: mmap.mmap) -> list[int]:
    """Return the starts of MP4 files: each `ftyp` box after another file's samples."""
    starts, at, has_samples = [0], 0, False
    while at + 8 <= len(data) and len(starts) <= MAX_PARTS:
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if has_samples and not kind.isalnum() and _is_other_file(data, at):
            return [*starts, at]
        if kind == b"ftyp" and has_samples:
            starts.append(at)
            has_samples = False
        has_samples |= kind in (b"mdat", b"moof")
        if size < 8:
            break
        at += size
    return starts


def _wav_head(data: mmap.mmap, start: int, end: int) -> bytes:
    """Return a WAV header with the true length of the samples; empty if the header's own can be true."""
    found = _samples(data, start, end)
    if found is None:
        return b""
    at, size = found
    left = end - at
    if not left or _is_true_length(data, at, size, end):
        return b""
    length = struct.pack("<I", min(left, 0xFFFF_FFFF))
    riff = struct.pack("<I", min(end - start - 8, 0xFFFF_FFFF))
    # Without RF64's name the lengths of its chunk `ds64` do not count.
    return b"RIFF" + riff + bytes(data[start + 8 : at - 4]) + length


def _samples_end(data: mmap.mmap, start: int, end: int) -> int:
    """Return where the samples of a WAV part end by its header; 0 if it does not say."""
    found = _samples(data, start, end)
    return sum(found) if found else 0


def _samples(data: mmap.mmap, start: int, end: int) -> tuple[int, int] | None:
    """Return where the samples of a WAV part begin, and their length in bytes by its header; None if it is no WAV."""
    if not _WAV.match(data, start):
        return None
    at, long_size = start + 12, 0
    while at + 8 <= end and at - start <= _MAX_WAV_HEADER:
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind == b"ds64" and at + 24 <= end:
            (long_size,) = struct.unpack_from("<Q", data, at + 16)
        if kind == b"data":
            return at + 8, long_size if long_size and size == 0xFFFF_FFFF else size
        at += 8 + size + size % 2
    return None


def _is_true_length(data: mmap.mmap, samples: int, size: int, end: int) -> bool:
    """Return whether `size` bytes of samples can be meant: they reach the end, or other chunks follow."""
    left = end - samples
    if size > left:  # cut off, unless the number says that the length was not known
        return size < _STREAMED_LENGTH
    after = samples + size
    if left - size < 8:
        return True
    for chunk in (after, after + size % 2):
        if data[chunk : chunk + 4] in _WAV_TRAILERS or not any(data[chunk : min(chunk + 4096, end)]):
            return size > 0
    return False
