"""WavPack blocks: followed from one to the next, over damage too, at which FFmpeg ends; used by `parts`."""

from __future__ import annotations

import mmap
import re
import struct

from transcriber.audio.file_structure.damage import NO_DAMAGE, Damage, Followed, Replacement
from transcriber.audio.file_structure.mapped_file import matches

# Size, version, index of the first sample, samples, flags.
_HEADER = struct.Struct("<4sIH6xIII")
_FIRST_BYTES = 32
_BLOCK = re.compile(rb"wvpk..[\0-\x1f]\0[\x02-\x10]\x04", re.DOTALL)
_IS_FIRST = 1 << 11  # flag of the first of the blocks that have the channels of the same samples
_MAX_BREAKS = 1000


def follow_wavpack(data: mmap.mmap, start: int, limit: int) -> Followed | None:
    """Follow the blocks of the WavPack file at `start`; None: there is none.

    Blocks say which sample they begin with: a decoder that is given those that are there places them right.
    """
    if data[start : start + 4] != b"wvpk":
        return None
    at, before, index, replacements = start, start, -1, list[Replacement]()
    while True:
        while at < limit and (found := _block(data, at, limit)):
            before, index = at, found[1]
            at += found[0]
        if at == limit or len(replacements) >= _MAX_BREAKS:
            break
        # The last block may have lost its end, so that its length leads into the next one.
        behind = (n for n in matches(_BLOCK, data, before + _FIRST_BYTES, limit) if _goes_on(data, n, limit, index))
        resumes = next(behind, None)
        if resumes is None:
            break
        begin = before if resumes < at else at
        replacements.append(Replacement(begin, resumes))
        at = resumes
    return Followed(min(at, limit), Damage(tuple(replacements), has_silence=True) if replacements else NO_DAMAGE)


def _block(data: mmap.mmap, at: int, limit: int) -> tuple[int, int, int] | None:
    """Return length, first sample and flags of the block at `at`; None: there is none."""
    if not _BLOCK.match(data, at) or at + _FIRST_BYTES > limit:
        return None
    _, size, _, index, _, flags = _HEADER.unpack_from(data, at)
    return size + 8, index, flags


def _goes_on(data: mmap.mmap, at: int, limit: int, index: int) -> bool:
    """Return whether a later block begins at `at`, with another one behind it."""
    found = _block(data, at, limit)
    if found is None or found[1] <= index or not found[2] & _IS_FIRST:
        return False
    end = at + found[0]
    return end == limit or (end < limit and _BLOCK.match(data, end) is not None)
