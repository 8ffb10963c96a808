"""Word fitting: aligned words are moved to where they are heard, and to the edges of speech beside pauses.

All times are seconds from the window's start; `voiced` are the (start, end) of the regions of speech by the VAD.
docs/explanation/accuracy.md#times-of-words says what each step buys.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from transcriber.whisper.windows.log_mel import FRAMES_PER_SECOND
from transcriber.whisper.words.word_alignment import MIN_WORD_SECONDS, AlignedWord, letters_of

Regions = Sequence[tuple[float, float]]

# The alignment is two steps of the encoder early: inside speech starts and ends were 50 ms before known ones (median).
_LATER_SECONDS = 0.04
_VAD_LATE_SECONDS = 0.03  # the VAD finds a region's start this much too late: one of its frames
_MAX_START_MOVE_SECONDS = 0.1  # a region's first word may start later than its speech: after a breath
_MAX_END_MOVE_SECONDS = 0.5  # the alignment ends a region's last word 0.2 s too early, at times 0.4
# The alignment counts the last sounds before a pause, and the pause, to the word behind it ("purpose | may"). The first
# number is the maximum of sound before the pause, for more of it is the word itself; the second the minimum behind it.
_MAX_SOUND_SECONDS, _MIN_SOUND_SECONDS = 0.3, 0.05


def region_of(word: AlignedWord, voiced: Regions) -> tuple[float, float] | None:
    """Return the region of speech that has most of the word; None without speech."""

    def overlap(region: tuple[float, float]) -> float:
        return min(region[1], word.end) - max(region[0], word.start)

    return max(voiced, key=overlap, default=None)


def fit_to_speech(words: Sequence[AlignedWord], voiced: Regions) -> None:
    """Move the words of a window, in place: all later, and those beside a pause to the edge of their speech."""
    regions = _regions_of(words, voiced)
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


def _regions_of(words: Sequence[AlignedWord], voiced: Regions) -> list[tuple[float, float] | None]:
    """Return the region in which each word is said; a pause at its beginning is not its own."""
    found: list[tuple[float, float] | None] = []
    for index, word in enumerate(words):
        region = region_of(word, voiced)
        following = next((other for other in voiced if region and other[0] >= region[1]), None)
        if (
            index
            and region
            and following
            and found[-1] == region
            and region[1] - word.start <= _MAX_SOUND_SECONDS
            and word.end - following[0] >= _MIN_SOUND_SECONDS
        ):
            region = following
        found.append(region)
    return found


# A pause too short for the VAD, which ends a region after 0.3 s of silence: the alignment counts it to the next word.
_MIN_PAUSE_FRAMES = 10
_QUIET_SHARE = 0.35  # of the way from the window's quietest frames to its loudest: below it a frame is a pause
_LOUDEST_BANDS = 20  # the mean of a frame's loudest bands is its loudness
_BEFORE_BORDER_SECONDS = 0.04  # a pause may begin this much before the border of two words
# A short word that follows a long one takes over its last sounds ("confession | of"): the border moves towards where
# it would be if each letter took the same time.
_MAX_EARLY_SECONDS = 0.05
_LETTERS_SHARE = 0.75


def fit_to_sound(words: Sequence[AlignedWord], mel: np.ndarray) -> None:
    """Move the borders of adjoining words later, in place: behind a pause, and to where their letters have time.

    Args:
        words: words of a window, in order.
        mel: log-mel features of the window, shape (mels, frames), without padding.
    """
    pauses = _pauses(mel)
    for word, following in pairwise(words):
        if following.start - word.end > _BEFORE_BORDER_SECONDS:
            continue
        pause = _pause_before(following, pauses)
        if pause is not None:
            word.end, following.start = max(word.end, pause[0]), pause[1]
        elif following.text.startswith(" "):  # a character of a script without spaces takes more time than a letter
            letters, all_letters = letters_of(word.text), letters_of(word.text + following.text)
            expected = word.start + (following.end - word.start) * letters / max(1, all_letters)
            early = expected - following.start - _MAX_EARLY_SECONDS
            if early > 0:
                word.end = following.start = following.start + _LETTERS_SHARE * early


def _pauses(mel: np.ndarray) -> list[tuple[float, float]]:
    """Find the quiet stretches of a window: (start, end) in seconds."""
    if not mel.shape[1]:
        return []
    loudness = np.partition(mel, -_LOUDEST_BANDS, axis=0)[-_LOUDEST_BANDS:].mean(axis=0)
    quietest, loudest = np.percentile(loudness, (5, 90))
    quiet = np.concatenate([[0], loudness < quietest + _QUIET_SHARE * (loudest - quietest), [0]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(quiet))
    return [
        (float(start) / FRAMES_PER_SECOND, float(end) / FRAMES_PER_SECOND)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end - start >= _MIN_PAUSE_FRAMES
    ]


def _pause_before(word: AlignedWord, pauses: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the longest pause that was counted to a word's beginning."""
    earliest = word.start - _BEFORE_BORDER_SECONDS
    latest = word.end - _MIN_SOUND_SECONDS
    found = [
        (max(start, earliest), end)
        for start, end in pauses
        if word.start < end <= latest and start - word.start <= _MAX_SOUND_SECONDS
    ]
    longest = max(found, key=lambda pause: pause[1] - pause[0], default=None)
    return longest if longest and longest[1] - longest[0] >= _MIN_PAUSE_FRAMES / FRAMES_PER_SECOND else None
