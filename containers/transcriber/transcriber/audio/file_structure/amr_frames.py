"""AMR frames: followed from one to the next by their first bytes, over damage too; used by `parts` and the decoder.

AMR has no time stamps, and FFmpeg reads a frame at whatever bytes it comes to: zeros are frames of 13 bytes for it, and
what follows them is noise until it happens to come to a frame again. (RFC 4867, sections 5.1 and 5.3.)
"""

from __future__ import annotations

import mmap
import re
from collections import Counter, deque

from transcriber.audio.file_structure.damage import NO_DAMAGE, Damage, Followed, Loss, Replacement
from transcriber.audio.file_structure.recording_starts import recordings_between

_WIDE_MAGIC, _MAGIC = b"#!AMR-WB\n", b"#!AMR\n"
# Bytes of a frame, the first included, by its type; 0: no such type.
_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1)
_WIDE_BYTES = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1)
_PADDING_BITS = 0x83  # of a frame's first byte, which are 0
FRAME_SECONDS = 0.02
_NO_DATA = b"\x7c"  # a frame of type 15: nothing was sent for these 20 ms
# After damage, with first bytes that were there before it: other bytes are so once in 10^12.
_FRAMES_IN_A_ROW = 8
_SEARCHED = 1 << 22  # bytes behind damage, or behind zeros, in which the frames may go on: an hour
_MAX_BREAKS = 1000
_MAX_SILENCE = 180_000  # frames, of an hour; a longer hole is of no known length
_RARE = 0.01  # share of the frames so far; frames that are as rare belong to the damage that they lie before
OVERRUN = 512  # bytes, at most, that look like frames behind the last one
_NOT_ZERO = re.compile(rb"[^\0]")


def follow_amr(data: mmap.mmap, start: int, limit: int) -> Followed | None:
    """Follow the frames of the AMR file at `start`; None: there is none."""
    is_wide = data[start : start + len(_WIDE_MAGIC)] == _WIDE_MAGIC
    if not is_wide and data[start : start + len(_MAGIC)] != _MAGIC:
        return None
    sizes = _WIDE_BYTES if is_wide else _BYTES
    at, frames, heads = start + len(_WIDE_MAGIC if is_wide else _MAGIC), 0, Counter[int]()
    replacements, losses = list[Replacement](), list[Loss]()
    while True:
        at, added = _follow(data, at, limit, sizes, heads)
        frames += added
        found = _resumes(data, at, limit, sizes, heads) if at < limit and len(losses) < _MAX_BREAKS else None
        if found is None or any(recordings_between(data, max(start + 1, at - OVERRUN), found, limit, start)):
            break
        lost = _lost_frames(data, at, found, sizes, heads)
        replacements.append(Replacement(at, found, _NO_DATA * (lost or 0)))
        losses.append(Loss(frames * FRAME_SECONDS, None if lost is None else lost * FRAME_SECONDS))
        at, frames = found, frames + (lost or 0)
    has_silence = all(loss.seconds is not None for loss in losses)
    return Followed(at, Damage(tuple(replacements), tuple(losses), has_silence) if losses else NO_DAMAGE)


def is_whole_amr(packet: bytes, *, is_wide: bool) -> bool:
    """Return whether a packet of another container is filled by its frames; zeros in their place are not."""
    at, sizes = 0, _WIDE_BYTES if is_wide else _BYTES
    while at < len(packet) and (size := _frame_bytes(packet, at, sizes)):
        at += size
    return at == len(packet)


def _frame_bytes(data: mmap.mmap | bytes, at: int, sizes: tuple[int, ...]) -> int:
    """Return the length of the frame at `at`; 0: there is none."""
    first = data[at]
    size = 0 if first & _PADDING_BITS else sizes[first >> 3 & 15]
    return size if first or data[at : at + size].strip(b"\0") else 0


def _follow(data: mmap.mmap, at: int, limit: int, sizes: tuple[int, ...], heads: Counter[int]) -> tuple[int, int]:
    """Return where the frames that follow each other from `at` on end, and their number; counts their first bytes."""
    begin, count, last = at, 0, deque[tuple[int, int]](maxlen=_FRAMES_IN_A_ROW)
    while at < limit and (size := _frame_bytes(data, at, sizes)):
        heads[data[at]] += 1
        last.append((at, data[at]))
        at, count = at + size, count + 1
    total = heads.total()
    while at < limit and last and last[-1][0] > begin and heads[last[-1][1]] <= _RARE * total:
        at, head = last.pop()
        heads[head] -= 1
        count -= 1
    return min(at, limit), count


def _resumes(data: mmap.mmap, at: int, limit: int, sizes: tuple[int, ...], heads: Counter[int]) -> int | None:
    """Return where the frames go on behind `at`; None: nowhere."""
    known = {head for head, count in heads.items() if count}
    known = known or {kind << 3 | 4 for kind, size in enumerate(sizes) if size > 1}  # encoders set the bit of quality
    content = _NOT_ZERO.search(data, at + 1, limit)
    if not content:
        return None
    begin = content.start()
    first = re.compile(b"[" + b"".join(re.escape(bytes([head])) for head in known) + b"]")
    for match in first.finditer(data, begin, min(begin + _SEARCHED, limit)):
        end, frames = match.start(), 0
        while frames < _FRAMES_IN_A_ROW and end < limit and data[end] in known:
            size = _frame_bytes(data, end, sizes)
            if not size:
                break
            end, frames = end + size, frames + 1
        if frames == _FRAMES_IN_A_ROW and end <= limit:
            return match.start()
    return None


def _lost_frames(data: mmap.mmap, start: int, end: int, sizes: tuple[int, ...], heads: Counter[int]) -> int | None:
    """Return how many frames the bytes between two frames were; None: they are not known, or bytes are missing.

    Bytes that were written over are as many as before; so a rate that never changes gives a whole number. Zeros are
    written over a file, not into it, by what leaves them: then the usual length of a frame counts.
    """
    total = heads.total()
    if not total:
        return None
    usual = sum(sizes[head >> 3 & 15] * count for head, count in heads.items()) / total
    content = _NOT_ZERO.search(data, start, end)
    is_zeros = not content or end - content.start() < content.start() - start
    head, count = heads.most_common(1)[0]
    one_rate = count > (1 - _RARE) * total
    lost = round((end - start) / usual)
    is_exact = one_rate and (end - start) % sizes[head >> 3 & 15] == 0
    return lost if (is_zeros or is_exact) and 0 < lost <= _MAX_SILENCE else None
