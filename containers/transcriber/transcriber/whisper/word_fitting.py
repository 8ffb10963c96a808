"""Word fitting: aligned words are moved to where they are heard, and to the edges of speech beside pauses.

All times are seconds from the window's start; `voiced` are the (start, end) of the regions of speech by the VAD.
"""

from __future__ import annotations

from collections.abc import Sequence

from transcriber.whisper.word_alignment import MIN_WORD_SECONDS, AlignedWord

Regions = Sequence[tuple[float, float]]

# The alignment is two steps of the encoder early: inside speech starts and ends were 50 ms before known ones (median).
_LATER_SECONDS = 0.04
_VAD_LATE_SECONDS = 0.03  # the VAD finds a region's start this much too late: one of its frames
_MAX_START_MOVE_SECONDS = 0.1  # a region's first word may start later than its speech: after a breath
_MAX_END_MOVE_SECONDS = 0.5  # the alignment ends a region's last word 0.2 s too early, at times 0.4


def region_of(word: AlignedWord, voiced: Regions) -> tuple[float, float] | None:
    """Return the region of speech that has most of the word; None without speech."""

    def overlap(region: tuple[float, float]) -> float:
        return min(region[1], word.end) - max(region[0], word.start)

    return max(voiced, key=overlap, default=None)


def fit_to_speech(words: Sequence[AlignedWord], voiced: Regions) -> None:
    """Move the words of a window, in place: all later, and those beside a pause to the edge of their speech."""
    regions = [region_of(word, voiced) for word in words]
    for word in words:
        word.start, word.end = word.start + _LATER_SECONDS, word.end + _LATER_SECONDS
    for index, (word, region) in enumerate(zip(words, regions, strict=True)):
        if region is None:
            continue
        start, end = region[0] - _VAD_LATE_SECONDS, region[1]
        if (index == 0 or regions[index - 1] != region) and word.start <= start + _MAX_START_MOVE_SECONDS:
            word.start = max(0.0, min(start, word.end - MIN_WORD_SECONDS))
        is_last = index + 1 == len(words) or regions[index + 1] != region
        if is_last and word.start + MIN_WORD_SECONDS <= end <= word.end + _MAX_END_MOVE_SECONDS:
            word.end = end
