"""Stray words: aligned in speech that the text leaves out, though they were said before or after it.

The alignment gives every stretch of the audio to some word. Where a text leaves a sentence out, a short word beside it
seems to last as long as the sentence, or to begin in it. All times are seconds from the window's start; `voiced` are
the (start, end) of the regions of speech that the VAD found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from transcriber.whisper.word_alignment import MIN_WORD_SECONDS, AlignedWord, letters_of

Regions = Sequence[tuple[float, float]]

_MIN_SECONDS = 1.0  # in less speech a word or two may be all that was said
_MIN_REGION_SECONDS = 0.6  # a shorter region is not decoded again
# Slow speech has 8 letters a second. A word said alone may have fewer: the audio decides (`OutcomeMaker`).
_MIN_LETTERS_PER_SECOND = 4.0
_EDGE_SECONDS = 0.3  # words that end this much before their region's end belong to what was said before it


@dataclass(frozen=True)
class StrayWords:
    """Words that are too few for the region of speech in which they begin.

    Attributes:
        first: index of the first word.
        count: how many words.
        region: index of the region.
    """

    first: int
    count: int
    region: int


def find_stray_words(words: Sequence[AlignedWord], voiced: Regions) -> list[StrayWords]:
    """Find the regions with speech for many more letters than the words that begin in them have.

    The speech of a region without words counts to that of its neighbours: what is left out may have pauses.
    """
    firsts = [0]
    for _, end in voiced:
        firsts.append(next((i for i in range(firsts[-1], len(words)) if words[i].start >= end), len(words)))
    counts = [following - first for first, following in pairwise(firsts)]
    found: list[StrayWords] = []
    for region, count in enumerate(counts):
        seconds = _seconds(voiced[region])
        if not count or count == len(words) or seconds < _MIN_REGION_SECONDS:
            continue
        seconds += sum(
            _seconds(voiced[other])
            for other in (region - 1, region + 1)
            if 0 <= other < len(voiced) and not counts[other]
        )
        letters = sum(letters_of(word.text) for word in words[firsts[region] : firsts[region + 1]])
        if seconds >= _MIN_SECONDS and letters < _MIN_LETTERS_PER_SECOND * seconds:
            found.append(StrayWords(firsts[region], count, region))
    return found


def move_out(stray: StrayWords, words: Sequence[AlignedWord], voiced: Regions) -> None:
    """Move stray words, in place, to the speech behind their region, or before it if they do not reach its end.

    They get the time between that speech's edge and the neighbouring word, or a part of that word's time if there is
    too little. Words without such a neighbour stay.
    """
    moved = words[stray.first : stray.first + stray.count]
    behind = stray.first + stray.count
    needed = MIN_WORD_SECONDS * stray.count
    reaches_end = moved[-1].end >= voiced[stray.region][1] - _EDGE_SECONDS
    if (reaches_end or not stray.first) and behind < len(words) and stray.region + 1 < len(voiced):
        start, following = voiced[stray.region + 1][0], words[behind]
        if following.start - start >= needed:
            _spread(moved, start, following.start)
        elif following.end > start:
            _spread([*moved, following], start, following.end)
    elif stray.first and stray.region:
        end, before = voiced[stray.region - 1][1], words[stray.first - 1]
        if end - before.end >= needed:
            _spread(moved, before.end, end)
        elif end > before.start:
            _spread([before, *moved], before.start, end)


def _spread(words: Sequence[AlignedWord], start: float, end: float) -> None:
    """Give each word its part of the time by its letters."""
    letters = [max(1, letters_of(word.text)) for word in words]
    for index, word in enumerate(words):
        word.start, word.end = (
            start + (end - start) * sum(letters[:position]) / sum(letters) for position in (index, index + 1)
        )


def _seconds(region: tuple[float, float]) -> float:
    return region[1] - region[0]
