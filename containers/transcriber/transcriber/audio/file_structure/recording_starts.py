"""Recording starts: where a media file begins inside a larger one, found by the first bytes of its format.

`file_parts` looks for the starts of a file's own format in all of it, and for those of any format where a recording
ends. The byte strings are those of the formats' specifications.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator

from earshot_contract.signatures.container_signatures import container_name, wav_samples
from earshot_contract.signatures.file_signatures import HEAD_BYTES
from earshot_contract.signatures.frame_headers import (
    FRAMES_IN_A_ROW,
    aac_frame_bytes,
    ac3_frame_bytes,
    dts_frame_bytes,
    frames_in_a_row,
    latm_frame_bytes,
    mpeg_frame_bytes,
    transport_packet_bytes,
)
from transcriber.audio.file_structure.mapped_file import matches
from transcriber.audio.file_structure.recording_trailers import padding_end

_WAV_TAIL = rb"....WAVE(?:fmt |JUNK|bext|LIST|ds64)"
_BIT_3 = b"".join(re.escape(bytes([byte])) for byte in range(256) if byte & 8)
# How each format starts. Each pattern begins with fixed bytes: `re` finds those 20 times as fast as a choice of bytes.
_STARTS: tuple[tuple[re.Pattern[bytes], ...], ...] = tuple(
    tuple(re.compile(pattern, re.DOTALL) for pattern in patterns)
    for patterns in (
        (rb"RIFF" + _WAV_TAIL, rb"RF64" + _WAV_TAIL, rb"BW64" + _WAV_TAIL),
        (rb"fLaC[\x00\x80]\x00\x00\x22",),  # then the stream info, of 34 bytes; the first bit: it is the only one
        (rb"\x1a\x45\xdf\xa3.{1,64}?\x42\x82.(?:webm|matroska)",),
        (rb"FLV\x01[\x01\x04\x05]\0\0\0\x09\0{4}",),
        (rb"RIFF....AVI LIST",),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",),  # ASF, as WMA
        (rb"FORM....AIF[FC](?:COMM|FVER|COMT|NAME|SSND|MARK|INST)",),
        (rb"caff\0\x01\0\0desc",),
        (rb"\.snd\0\0[\0-\xff][\x18-\xff].{4}\0\0\0[\x01-\x1b]",),  # AU
        (rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0",),  # Wave64
        (rb"TTA1[\x01-\x03]\0",),
        # WavPack: a block that begins at sample 0, and is the first of those with its channels (bit 11 of the flags)
        (rb"wvpk.{4}[\x02-\x10]\x04.{6}\0{4}.{5}[%b]" % _BIT_3,),
        (rb"nut/multimedia container\0",),
        (rb"\.RMF\0\0\0[\x10-\x12]\0[\0\x01]",),  # RealMedia
        (rb"Creative Voice File\x1a",),
        (rb"\xb7\xd8\x00\x20\x37\x49\xda\x11\xa6\x4e\x00\x07\xe9\x5e\xad\x8d",),  # Windows' recorded TV
        (rb"\0\x0aSMJPEG",),
        (rb"MAC [\x8c-\xff]\x0f\0\0",),  # Monkey's Audio
        (rb"MPCKSH", rb"MP\+[\x07\x17]"),  # Musepack
        (rb"\x80\0\0[\x10-\xff]\x03\x12\x04[\x01\x02]\0",),  # ADX
        (rb"#!AMR\n", rb"#!AMR-WB\n"),
        (rb"MMMD....CNTI",),  # Yamaha SMAF
        (rb"\x64\xa3[\x01-\x04]\0.{4}[\x01-\x10]\0\0\0",),  # IRCAM
        (rb"\.SoX.\0\0\0",),
    )
)
OGG = re.compile(rb"OggS\x00[\x02\x06]\x00{8}")  # a page that begins a logical stream
_MP4 = re.compile(rb"\0\0[\0\x01][\x08-\xff]ftyp[ -~]{4}")
_PROGRAM_STREAM = re.compile(rb"\0\0\x01\xba[\x44-\x7f]....[\x01-\xff]...[\xf8-\xff]", re.DOTALL)
_ONLY_FIRST = (OGG, _MP4, _PROGRAM_STREAM)  # which `parts` finds in another way, or which begin each block of a file
_ID3 = re.compile(rb"ID3[\x02-\x04][\0-\x0f].[\x00-\x7f]{4}", re.DOTALL)
_ID3_HEADER_BYTES = 10
# Formats that are frames and nothing else, by how a frame begins.
FRAMED: tuple[tuple[re.Pattern[bytes], Callable[[bytes], int]], ...] = (
    (re.compile(rb"\xff[\xe2-\xff]"), mpeg_frame_bytes),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), aac_frame_bytes),
    (re.compile(rb"\x56[\xe0-\xff]"), latm_frame_bytes),
    (re.compile(rb"\x0b\x77"), ac3_frame_bytes),
    (re.compile(rb"\x7f\xfe\x80\x01"), dts_frame_bytes),
    (re.compile(rb"\x47[\0-\x1f\x40-\x7f]"), transport_packet_bytes),
)
_LEAD_IN = re.compile(rb"HTTP/1\.[01] .*?\r\n\r\n|[\xef\xbb\xbf\r\n\t \0]+", re.DOTALL)
_MAX_LEAD_IN = 1 << 16  # bytes
_MAX_KNOWN_TAG = 1 << 14  # bytes of ID3 tags behind which FFmpeg knows any frames; of MP3 behind any
_MAX_FRAMES_BYTES = FRAMES_IN_A_ROW * 8192 + 16


def own_pattern(data: mmap.mmap, at: int) -> tuple[re.Pattern[bytes], ...]:
    """Return the patterns of the format that begins at `at`; empty if it has none or is not known."""
    return next((patterns for patterns in _STARTS if any(one.match(data, at) for one in patterns)), ())


def framing_at(data: mmap.mmap, at: int, end: int) -> Callable[[bytes], int] | None:
    """Return the function that gives the length of a frame, if frames follow each other from `at` on."""
    for pattern, length in FRAMED:
        if pattern.match(data, at) and is_framed(data, at, end, length):
            return length
    return None


def is_framed(data: mmap.mmap, at: int, end: int, length: Callable[[bytes], int]) -> bool:
    """Return whether frames follow each other from `at` on, four or as many as there are until `end`."""
    limit = min(end, at + _MAX_FRAMES_BYTES)
    frames, size = frames_in_a_row(data[at:limit], length)
    return frames >= FRAMES_IN_A_ROW or (frames > 1 and at + size >= end)


def tag_end(data: mmap.mmap, at: int, end: int) -> int:
    """Return where the ID3 tags that begin at `at` end; `at` if there is none."""
    while at + _ID3_HEADER_BYTES < end and _ID3.match(data, at):
        size = data[at + 6 : at + 10]
        at += _ID3_HEADER_BYTES + sum(byte << 7 * (3 - n) for n, byte in enumerate(size))
    return at


def lead_in_end(data: mmap.mmap, at: int, end: int) -> int:
    """Return where a recording begins behind bytes that programs put before it by mistake; `at` if there are none.

    Zeros, line ends, a byte order mark, the header of an HTTP answer or of a WAV; and ID3 tags, which FFmpeg knows
    before frames and FLAC only, and only if they are short: a picture of some megabytes is too long.
    """
    body = tag_end(data, at, end)
    if body >= end:  # the tag's length is not true
        limit = min(end, at + _MAX_LEAD_IN)
        framed_starts = (first_framed(data, at + _ID3_HEADER_BYTES, limit, end, framed) for framed in FRAMED)
        return min((start for start in framed_starts if start is not None), default=at)
    if body > at:
        has_format = any(pattern.match(data, body) for patterns in (*_STARTS, _ONLY_FIRST) for pattern in patterns)
        is_known = data[body : body + 4] == b"fLaC" or not has_format
        if is_known and body - at > _MAX_KNOWN_TAG:
            return body if has_format or framing_at(data, body, end) not in (None, mpeg_frame_bytes) else at
        return at if is_known else body
    if (samples := wav_samples(data[at : min(end, at + _MAX_LEAD_IN)])) and _is_container(data, at + samples, end):
        return at + samples
    found = _LEAD_IN.match(data, at, min(end, at + _MAX_LEAD_IN))
    lead_in = max(found.end() if found else at, padding_end(data, at, end))
    for start in range(lead_in, max(lead_in - 4, at), -1):  # an MP4 begins with zeros, too
        if begins_recording(data, start, end):
            return start
    return at


def begins_recording(data: mmap.mmap, at: int, end: int, before: Callable[[bytes], int] | None = None) -> bool:
    """Return whether a media file begins at `at`, with or without a tag before it.

    Args:
        data: the file.
        at: the position.
        end: end of the bytes that belong to it.
        before: framing of the frames that end at `at`; frames of the same format go on with them.
    """
    body = tag_end(data, at, end)
    if body >= end:
        return False
    known = any(pattern.match(data, body) for patterns in (*_STARTS, _ONLY_FIRST) for pattern in patterns)
    if known or (framing := framing_at(data, body, end)):
        return known or framing is not before
    return body == at and _is_container(data, at, end)


def _is_container(data: mmap.mmap, at: int, end: int) -> bool:
    return container_name(data[at : min(end, at + HEAD_BYTES)]) is not None


def recordings_between(
    data: mmap.mmap, start: int, end: int, limit: int, first: int, before: Callable[[bytes], int] | None = None
) -> Iterator[int]:
    """Yield the first start of each format from `start` to before `end`.

    Args:
        data: the file.
        start: first byte that may be a start.
        end: byte from which on none is sought.
        limit: end of the bytes that belong to the recordings.
        first: start of the recording before; blocks of its own format are no starts.
        before: framing of its frames, as in `begins_recording`.
    """
    for patterns in (*_STARTS, _ONLY_FIRST):
        for pattern in patterns:
            found = next(matches(pattern, data, start, min(end + HEAD_BYTES, limit)), None)
            if found is not None and not pattern.match(data, first):
                yield found
    for match in _ID3.finditer(data, start, end):
        if begins_recording(data, match.start(), limit, before):
            yield match.start()
            break


def framed_between(
    data: mmap.mmap, start: int, end: int, limit: int, length_of: Callable[[bytes], int] | None
) -> Iterator[int]:
    """Yield where frames begin to follow each other from `start` to before `end`, those of `length_of` left out."""
    for pattern, length in FRAMED:
        if length is length_of:
            continue
        at = first_framed(data, start, end, limit, (pattern, length))
        if at is not None:
            yield at


def first_framed(
    data: mmap.mmap, start: int, end: int, limit: int, framed: tuple[re.Pattern[bytes], Callable[[bytes], int]]
) -> int | None:
    """Return where frames of one format begin to follow each other from `start` to before `end`; None: nowhere."""
    pattern, length = framed
    for match in pattern.finditer(data, start, end):
        if is_framed(data, match.start(), limit, length):
            return match.start()
    return None
