"""Stray words: aligned in speech that the text leaves out, though they were said before or after it.

The alignment gives every stretch of the audio to some word. Where a text leaves a sentence out, a short word beside it
seems to last as long as the sentence, or to begin in it. All times are seconds from the window's start; `voiced` are
the (start, end) of the regions of speech that the VAD found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from transcriber.whisper.words.speech_support import MIN_REGION_SECONDS
from transcriber.whisper.words.word_alignment import MIN_WORD_SECONDS, AlignedWord, letters_of

Regions = Sequence[tuple[float, float]]

_MIN_SECONDS = 1.0  # in less speech a word or two may be all that was said
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
        if not count or count == len(words) or seconds < MIN_REGION_SECONDS:
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
    """Move stray words, in place, to the speech of the next word, or of the one before.

    To that of the one before if they do not reach their region's end. They get the time between that speech's edge and
    the neighbouring word, or a part of that word's time if there is too little. Regions without words between them stay
    without. Words without such a neighbour stay.
    """
    moved = words[stray.first : stray.first + stray.count]
    behind = stray.first + stray.count
    needed = MIN_WORD_SECONDS * stray.count
    following = words[behind] if behind < len(words) else None
    next_region = None if following is None else _region_of(following, voiced)
    reaches_end = moved[-1].end >= voiced[stray.region][1] - _EDGE_SECONDS
    if following and next_region and (reaches_end or not stray.first):
        start = next_region[0]
        if following.start - start >= needed:
            _spread(moved, start, following.start)
        elif following.end > start:
            _spread([*moved, following], start, following.end)
    elif stray.first and stray.region:
        before = words[stray.first - 1]
        end = (_region_of(before, voiced[: stray.region]) or voiced[stray.region - 1])[1]
        if end - before.end >= needed:
            _spread(moved, before.end, end)
        elif end > before.start:
            _spread([before, *moved], before.start, end)


def is_written_in(text: str, words: Sequence[AlignedWord]) -> bool:
    """Return whether a text has these words in a row: "it" is not in "with". Case and punctuation are ignored.

    Words of a script without spaces are only letters of the text.
    """
    of_words = "".join(word.text for word in words)
    if not of_words[:1].isspace():
        return _letters(of_words) in _letters(text)
    sought, found = (f" {' '.join(filter(None, map(_letters, part.split())))} " for part in (of_words, text))
    return sought in found


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _region_of(word: AlignedWord, voiced: Regions) -> tuple[float, float] | None:
    """Return the region in which a word begins, or that follows its beginning."""
    return next((region for region in voiced if region[1] > word.start), None)


def _spread(words: Sequence[AlignedWord], start: float, end: float) -> None:
    """Give each word its part of the time by its letters."""
    letters = [max(1, letters_of(word.text)) for word in words]
    for index, word in enumerate(words):
        word.start, word.end = (
            start + (end - start) * sum(letters[:position]) / sum(letters) for position in (index, index + 1)
        )


def _seconds(region: tuple[float, float]) -> float:
    return region[1] - region[0]
