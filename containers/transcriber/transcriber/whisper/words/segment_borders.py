"""Segment borders: no segment begins before the one before it ends.

A window of speech that another window's text left out begins with the audio around it, and so with the last sounds of
the word before: both windows gave these to a word of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from earshot_contract.documents.shard_results import Segment
from transcriber.whisper.words.word_alignment import MIN_WORD_SECONDS


def without_overlaps(segments: Sequence[Segment]) -> list[Segment]:
    """Move the border of segments that overlap to the middle, and with it the words beside it.

    Both words keep at least `MIN_WORD_SECONDS`. A segment that lies wholly inside the words of the one before it stays.

    Args:
        segments: segments of one recording's channel, in order of their starts; times in seconds.
    """
    edited = list(segments)
    for index in range(1, len(edited)):
        before, after = edited[index - 1], edited[index]
        if after.start >= before.end:
            continue
        earliest = (before.words[-1].start if before.words else before.start) + MIN_WORD_SECONDS
        latest = (after.words[0].end if after.words else after.end) - MIN_WORD_SECONDS
        if earliest <= latest:
            border = round(min(max((after.start + before.end) / 2, earliest), latest), 3)
            edited[index - 1] = _ending_at(before, border)
            edited[index] = _starting_at(after, border)
    return edited


def _ending_at(segment: Segment, seconds: float) -> Segment:
    last = [replace(word, end=seconds) for word in segment.words[-1:]]
    return replace(segment, end=seconds, words=[*segment.words[:-1], *last])


def _starting_at(segment: Segment, seconds: float) -> Segment:
    first = [replace(word, start=seconds) for word in segment.words[:1]]
    return replace(segment, start=seconds, words=[*first, *segment.words[1:]])
