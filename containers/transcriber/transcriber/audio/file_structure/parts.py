"""Parts of a file: recordings that lie one after another in it (chained Ogg, concatenated WAV, FLAC, WebM, MP4 …).

FFmpeg decodes the first of them and leaves the rest out, or reads it with the first one's decoder. `AudioStream` opens
each part as a file of its own. A part whose header has no true length (WAV, AIFF, AU, Wave64, CAF) gets
the length of its bytes.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from earshot_contract.signatures.frame_headers import HEADER_BYTES
from transcriber.audio.file_structure import ebml, transport_stream
from transcriber.audio.file_structure.aiff_header import aiff_head
from transcriber.audio.file_structure.amr_frames import OVERRUN, follow_amr
from transcriber.audio.file_structure.damage import NO_DAMAGE, Damage, Followed, Loss
from transcriber.audio.file_structure.frame_breaks import FixedHeaders, FlacFrames, breaks
from transcriber.audio.file_structure.mapped_file import matches
from transcriber.audio.file_structure.part_reader import Part
from transcriber.audio.file_structure.recording_ends import end_of, mp4_boxes, ogg_page_end
from transcriber.audio.file_structure.recording_starts import (
    OGG,
    begins_recording,
    framed_between,
    framing_at,
    lead_in_end,
    own_pattern,
    recordings_between,
    tag_end,
)
from transcriber.audio.file_structure.recording_trailers import padding_end, trailers_end
from transcriber.audio.file_structure.rifx_header import rifx_head
from transcriber.audio.file_structure.untrue_lengths import true_head
from transcriber.audio.file_structure.wav_header import sample_chunks, wav_head
from transcriber.audio.file_structure.wavpack_blocks import follow_wavpack

MAX_PARTS = 10_000  # a guard against hostile files; an archive of an Internet radio has a part for each song
_MAX_DEPTH = 30  # formats that lie in one another's ranges; there are not more of them
_HEADER_BYTES = 64  # of a recording without a known end, behind which another one may begin
_BEHIND = 1 << 16  # bytes behind a recording's end in which the next one may begin: padding, tags, damage
_SEARCHED_WHOLE = 1 << 28  # bytes of a recording without a known end that are searched for another one: 4 s
# Files that may hold frames of MP3, AC-3 or AAC, one behind another: Matroska, MP4, AVI, FLV, ASF; Flash,
# RealMedia, Windows' recorded TV, Nullsoft video, MXF, GXF, NuppelVideo, PVA, and MPEG without packs.
_WRAPPED = re.compile(
    rb"\x1a\x45\xdf\xa3|....ftyp|RIFF....AVI |FLV\x01|\x30\x26\xb2\x75\x8e\x66|[FC]WS[\x01-\x40]|\.RMF"
    rb"|\xb7\xd8\x00\x20\x37\x49|NSV[fs]|\x06\x0e\x2b\x34|\0\0\0\0\x01\xbc|NuppelVideo|AV[\x01\x02].\x55|\0\0\x01[\xbd-\xef]",
    re.DOTALL,
)
# Before the header of FLAC that another container holds: Ogg's mapping, and Matroska's CodecPrivate with its size.
_WRAPPED_FLAC = re.compile(rb"(?:\x7fFLAC....|\x63\xa2(?:[\x80-\xff]|[\x40-\x7f].|\x01.{7}))\Z", re.DOTALL)
_FRAMES_SEARCHED = 1 << 25  # bytes of it that are searched for frames as well: 1 s


class _Rest(NamedTuple):
    """The bytes behind a recording.

    Attributes:
        start: where the next recording begins; None: there is none.
        unread: bytes that are of no known format.
        sound_end: where the sound ends: before bytes that are no part of a frame, which a decoder would take for the
            beginning of one.
        damage: damage inside the recording.
    """

    start: int | None
    unread: int
    sound_end: int
    damage: Damage = NO_DAMAGE


def file_parts(path: Path) -> list[Part]:
    """Return the parts of a file, at least one, in order."""
    size = path.stat().st_size
    if not size:
        return [Part(0, 0)]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return parts_of(data)


def parts_of(data: mmap.mmap) -> list[Part]:
    """Return the parts of a mapped file, at least one, in order."""
    return list(islice(_parts(data, 0, len(data), 0), MAX_PARTS))


def _parts(data: mmap.mmap, start: int, limit: int, depth: int) -> Iterator[Part]:
    """Yield the parts between two positions: those of the first one's format, and what lies behind each of them."""
    start = lead_in_end(data, start, limit)
    starts = _starts(data, tag_end(data, start, limit), limit)[:MAX_PARTS]
    for first, end in pairwise((start, *starts[1:], limit)):
        found = _behind(data, first, end) if depth < _MAX_DEPTH else _Rest(None, 0, end)
        behind = found.start
        head, replaced = _head(data, first, behind or end)
        # A dump of an Internet radio begins in the middle of a frame: its rest is no part.
        is_rest = (
            behind is not None and depth == 0 and behind - first <= _BEHIND and not begins_recording(data, first, limit)
        )
        if chunks := sample_chunks(data, first, behind or end):
            yield from (Part(samples, until, header) for header, samples, until in chunks)
        elif not is_rest:
            unread = 0 if head else found.unread
            yield Part(first, behind or found.sound_end, head, unread, replaced, found.damage)
        if behind:
            yield from _parts(data, behind, end, depth + 1)


def _head(data: mmap.mmap, start: int, end: int) -> tuple[bytes, int]:
    """Return what stands in place of a part's header, and how many bytes that replaces."""
    if head := aiff_head(data, start, end) or true_head(data, start, end):
        return head, len(head)
    if data[start : start + 4] == b"RIFX":
        return rifx_head(data, start, end)
    return wav_head(data, start, end)


def _starts(data: mmap.mmap, start: int, limit: int) -> list[int]:
    """Return where recordings of the format begin that begins at `start`, that included."""
    if data[start + 4 : start + 8] == b"ftyp":
        return _mp4_starts(data, start, limit)
    if data[start : start + 4] == b"OggS":
        return _ogg_starts(data, start, limit)
    if transport_stream.START.match(data, start):
        return transport_stream.starts(data, start, limit)
    found = (at for one in own_pattern(data, start) for at in matches(one, data, start, limit))
    return sorted({start, *(at for at in found if not _WRAPPED_FLAC.search(data, max(start, at - 12), at))})


def _ogg_starts(data: mmap.mmap, start: int, limit: int) -> list[int]:
    """Return the starts of an Ogg file's chain; the first pages of streams that play together follow each other."""
    starts, next_page = [], -1
    for at in matches(OGG, data, start, limit):
        if at != next_page:
            starts.append(at)
        next_page = ogg_page_end(data, at)
    return starts or [start]


def _mp4_starts(data: mmap.mmap, start: int, limit: int) -> list[int]:
    """Return the starts of MP4 files: each `ftyp` box after another file's samples."""
    starts, has_samples = [start], False
    for at, kind, _ in mp4_boxes(data, start, limit):
        if kind == b"ftyp" and has_samples:
            starts.append(at)
            has_samples = False
        has_samples |= kind in (b"mdat", b"moof")
    return starts


def _behind(data: mmap.mmap, start: int, limit: int) -> _Rest:
    """Return what is behind the recording at `start`, and the damage inside it."""
    body = tag_end(data, start, limit)
    framing = framing_at(data, body, limit)
    is_flac = data[body : body + 4] == b"fLaC"
    followed = None if framing or is_flac else follow_amr(data, body, limit) or follow_wavpack(data, body, limit)
    frames = FixedHeaders(framing) if framing else None
    if frames or is_flac:
        found = breaks(data, body, limit, frames or FlacFrames(data, body))
    else:
        end = followed.end if followed else end_of(data, body, limit)
        if end is None:
            return _Rest(_somewhere(data, body, limit), 0, limit)
        found = iter([(end, min(end + _BEHIND, limit))] if end < limit else [])
    end = sound_end = limit
    losses = list[Loss]()
    for end, until in found:
        ends_here = framing is not None and not framing(data[end : end + HEADER_BYTES])
        if not framing and not is_flac:
            ends_here = followed is not None or trailers_end(data, end, limit) == limit
        sound_end = end if ends_here else limit
        at = trailers_end(data, end, limit)
        starts = [at] if at < limit and begins_recording(data, at, limit, framing) else []
        since = max(body + 1, at - OVERRUN) if followed else at
        starts = starts or [
            *recordings_between(data, since, until, limit, body, framing),
            *framed_between(data, at, until, limit, framing),
        ]
        if starts:
            return _Rest(min(starts), 0, min(starts), _damage(followed, losses))
        if frames and until < limit and frames.frame_seconds and _has_damage(data, at, until):
            losses.append(Loss(frames.count * frames.frame_seconds))
        end = at
    unread = 0 if is_flac else limit - padding_end(data, end, limit)
    return _Rest(None, unread, sound_end, _damage(followed, losses))


def _has_damage(data: mmap.mmap, start: int, end: int) -> bool:
    """Return whether the bytes between two frames are others than padding and tags."""
    return bool(data[tag_end(data, padding_end(data, start, end), end) : end].strip(b"\0"))


def _damage(followed: Followed | None, losses: list[Loss]) -> Damage:
    return followed.damage if followed else Damage(losses=tuple(losses)) if losses else NO_DAMAGE


def _somewhere(data: mmap.mmap, start: int, limit: int) -> int | None:
    """Return where another recording begins behind one whose end is not known."""
    starts = list[int]()
    first = start + (_HEADER_BYTES if begins_recording(data, start, limit) else 1)
    is_wrapped = _WRAPPED.match(data, start) is not None
    if data[start : start + 4] == b"\x1a\x45\xdf\xa3":
        first = max(first, data.find(ebml.CLUSTER, start, limit))  # a track's header may be that of a FLAC file
    if limit - start <= _SEARCHED_WHOLE:
        starts += recordings_between(data, first, limit, limit, start)
    if limit - start <= _FRAMES_SEARCHED and not is_wrapped:
        starts += framed_between(data, first, limit, limit, None)
    return min(starts, default=None)
