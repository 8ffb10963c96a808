"""WAV headers: where the samples are, and whether the length that the header gives them can be true."""

from __future__ import annotations

import mmap
import re
import struct

from transcriber.audio.file_structure.recording_trailers import trailers_end
from transcriber.audio.file_structure.wav_format import true_format

_WAV = re.compile(rb"(?:RIFF|RF64|BW64)....WAVE", re.DOTALL)
_STREAMED_LENGTH = (
    0x7F00_0000  # bytes; a WAV length from here on in a smaller file was written before the end was known
)
_COUNTED_HEADER = 64  # bytes; some programs write the file's length as that of the samples
_MAX_WAV_HEADER = 1 << 20  # bytes; no header is this long, and `Part.head` is kept in memory
_WHOLE_SAMPLES = 10_080  # bytes: whole samples of 2, 3 or 4 bytes in 1 to 8 channels
_READ_BYTES = 2 * _WHOLE_SAMPLES  # of samples that are looked at
_SHARES = tuple((n + 0.5) / 16 for n in range(16))  # of the samples, where they are: a recording has pauses
_MAX_CHUNKS = 10_000  # of a file: a guard against hostile ones, which may have millions of empty chunks
# Chunks that programs write behind a WAV file's samples.
_TRAILERS = {
    *(b"LIST", b"id3 ", b"ID3 ", b"fact", b"cue ", b"smpl", b"bext", b"iXML", b"JUNK", b"PEAK", b"afsp", b"_PMX"),
    *(b"axml", b"chna", b"inst", b"note", b"labl", b"plst", b"PAD ", b"FLLR", b"junk", b"DISP", b"cart", b"RIFF"),
}
_CHUNK_NAME = re.compile(rb"[ -~]{4}")
_TEXT = re.compile(rb"[\t\n\r -~]{256}")  # samples are no text: a remark, or a web page, stands behind them
_HEADER_CHUNKS = _TRAILERS | {b"fmt ", b"data", b"ds64", b"mext", b"levl", b"strc", b"umid", b"minf", b"elm1", b"regn"}


def wav_head(data: mmap.mmap, start: int, end: int) -> tuple[bytes, int]:
    """Return a WAV header that is true, and how many bytes it replaces; nothing if the file's own can be true.

    It has the true length of the samples, and behind chunks of odd length the byte of padding that RIFF asks for:
    without it FFmpeg misses the samples.
    """
    found = _samples(data, start, end)
    if found is None:
        return b"", 0
    at, size, chunks = found
    left = end - at
    is_true = not left or _is_true_length(data, at, size, end)
    chunks, zeros = true_format(chunks, _looks(data, at, end))
    if is_true and chunks == data[start + 8 : at - 4]:
        return b"", 0
    length = struct.pack("<I", min(size if is_true else left, 0xFFFF_FFFF))
    riff = struct.pack("<I", min(end - start - 8, 0xFFFF_FFFF))
    # Without RF64's name the lengths of its chunk `ds64` do not count.
    return b"RIFF" + riff + chunks + length + bytes(zeros), at - start


def sample_chunks(data: mmap.mmap, start: int, end: int) -> list[tuple[bytes, int, int]]:
    """Return each chunk of samples of a WAV that has several: a header for it, and where it begins and ends.

    FFmpeg reads the last of them. Empty: the WAV has one.
    """
    found = _samples(data, start, end)
    if found is None or not _are_chunks(data, found[0] + found[1], end):
        return []
    chunks: list[tuple[bytes, int, int]] = []
    at = found[0] - 8
    header, zeros = true_format(found[2], _looks(data, found[0], found[0] + found[1]))
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        size = size if chunks else found[1]  # of the first, a long file has the true length elsewhere
        if kind == b"data" and size:
            length = struct.pack("<I", min(size, 0xFFFF_FFFF))
            riff = struct.pack("<I", min(len(header) + len(length) + size, 0xFFFF_FFFF))
            chunks.append((b"RIFF" + riff + header + length + bytes(zeros), at + 8, at + 8 + size))
        at += 8 + size
        at += size % 2 and not _CHUNK_NAME.match(data, at)
    return chunks if len(chunks) > 1 else []


def samples_of(head: bytes) -> tuple[bytes, int, int] | None:
    """Return the chunk `fmt ` of a WAV, and where its samples begin and end by the header; None: it is no WAV.

    Args:
        head: the first bytes of the file, up to the samples and more.
    """
    found = _samples(head, 0, len(head))
    if found is None:
        return None
    at, size, chunks = found
    form = chunks.find(b"fmt ", 4) + 8
    return (chunks[form:], at, at + size) if form >= 12 else None


def _looks(data: mmap.mmap, samples: int, end: int) -> bytes:
    """Return some of the samples from everywhere between two positions."""
    looks = (samples + int((end - samples) * share) // _WHOLE_SAMPLES * _WHOLE_SAMPLES for share in _SHARES)
    return b"".join(data[look : min(look + _READ_BYTES, end)] for look in looks)


def samples_end(data: mmap.mmap, start: int, end: int) -> int | None:
    """Return where the samples of a WAV, and the chunks behind them, end by its header; None: it does not say."""
    found = _samples(data, start, end)
    if found is None or not found[1]:
        return None
    at = found[0] + found[1]
    if _are_chunks(data, at, end):
        return end
    while at + 8 <= end:
        chunk = at + 1 if at % 2 != start % 2 and data[at + 1 : at + 5] in _TRAILERS else at
        kind, size = struct.unpack_from("<4sI", data, chunk)
        if kind not in _TRAILERS or kind == b"RIFF" or chunk + 8 + size > end:
            break
        at = chunk + 8 + size
    return at


def _samples(data: mmap.mmap | bytes, start: int, end: int) -> tuple[int, int, bytes] | None:
    """Return where the samples of a WAV begin, their length in bytes by the header, and the chunks before them.

    The chunks are the bytes from `WAVE` to the name of the samples' chunk, with padding. None: it is no WAV.
    """
    if not _WAV.match(data, start):
        return None
    at, long_size, chunks = start + 12, 0, b"WAVE"
    while at + 8 <= end and at - start <= _MAX_WAV_HEADER:
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind == b"ds64" and at + 24 <= end:
            (long_size,) = struct.unpack_from("<Q", data, at + 16)
        if kind == b"data":
            return at + 8, long_size if long_size and size == 0xFFFF_FFFF else size, chunks + kind
        after = at + 8 + size
        if after - start > _MAX_WAV_HEADER:
            return None
        is_padded = size % 2 and (
            data[after : after + 4] not in _HEADER_CHUNKS or data[after + 1 : after + 5] == b"data"
        )
        chunks += data[at:after] + (b"\0" if size % 2 else b"")
        at = after + (1 if is_padded else 0)
    return None


def _are_chunks(data: mmap.mmap, at: int, end: int) -> bool:
    """Return whether at most `_MAX_CHUNKS` chunks of any name follow each other to the end, with or without padding."""
    for start in (at, at + at % 2):
        chunk, count = start, 0
        while (
            count < _MAX_CHUNKS
            and chunk + 8 <= end
            and _CHUNK_NAME.match(data, chunk)
            and data[chunk : chunk + 4] != b"RIFF"
        ):
            size = int.from_bytes(data[chunk + 4 : chunk + 8], "little")
            after = chunk + 8 + size
            chunk = after + 1 if size % 2 and not (after == end or _CHUNK_NAME.match(data, after)) else after
            count += 1
        if chunk in (end, end + 1):
            return True
    return False


def _is_true_length(data: mmap.mmap, samples: int, size: int, end: int) -> bool:
    """Return whether `size` bytes of samples can be meant: they reach the end, or other chunks follow."""
    left = end - samples
    if size > left:  # cut off, unless the number says that the length was not known, or counts the header, too
        return left + _COUNTED_HEADER < size < _STREAMED_LENGTH
    after = samples + size
    if left - size < 8:
        return True
    if size > 0 and (_are_chunks(data, after, end) or _TEXT.match(data, after, end)):
        return True
    if size > 0 and trailers_end(data, after, end) == end:
        return True
    for chunk in (after, after + size % 2):
        if data[chunk : chunk + 4] in _TRAILERS or not any(data[chunk : min(chunk + 4096, end)]):
            return size > 0
    return False
