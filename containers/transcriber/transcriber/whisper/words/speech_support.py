"""Speech and text held against each other: speech that no word covers, and words that no speech supports.

Whisper may write a sentence once that was said twice, and may end with a polite phrase that was not said. Its text and
timestamps do not show either; the alignment of its words with the audio does. All times are seconds from the window's
start; `voiced` are the (start, end) of the regions of speech that the VAD found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from transcriber.whisper.words.word_alignment import SENTENCE_ENDS, AlignedWord, letters_of

Regions = Sequence[tuple[float, float]]

# Fast speech has 15 letters a second, the fastest about 20. The VAD cuts speech short by up to 0.1 s on each side.
_MAX_LETTERS_PER_SECOND = 25.0
_TOLERANCE_SECONDS = 0.1
_MIN_LETTERS = 1  # supported by any speech at all
_MIN_WORD_SECONDS = 0.16  # less speech than this is no word, but a click of a key or a cut-off sound
MIN_REGION_SECONDS = 0.6  # a shorter region without a word may be a breath: not decoded again
_MIN_REST_SECONDS = 1.2  # speech after the last word in its own region; the alignment ends words this much too early
_SLOW_LETTERS_PER_SECOND = 8.0  # a word has time for more speech than this only if it is stretched
_MAX_SQUEEZED_SHARE = 0.1  # words of no length in a text that was said
_SQUEEZED_SECONDS = 0.03
_MIN_MEDIAN_PROBABILITY = 0.5  # of the words of a text that was said
_ENDS_WITH_AMOUNT = re.compile(r"([$€£¥]\s?\d[\d.,]*|\d\s?[$€£¥%°])\W*$")


def uncovered_regions(words: Sequence[AlignedWord], voiced: Regions) -> list[tuple[float, float]]:
    """Find the speech in which no word starts, and which no longer word before it fills; neighbours are joined.

    Args:
        words: in order, as aligned; empty: nothing is known, so nothing is returned.
        voiced: regions of speech.

    Returns:
        (start, end) of each stretch of speech that the text leaves out.
    """
    if not words:
        return []
    found: list[tuple[float, float]] = []
    previous_end, joins = 0.0, False
    for start, end in voiced:
        # The pause before a region may be counted to its first word, and the last sounds before that pause.
        covered = any(
            previous_end - _TOLERANCE_SECONDS <= word.start < end or _goes_on(word, previous_end, start, end)
            for word in words
        )
        rest = end - words[-1].end if covered and words[-1].start < end else 0.0
        if not covered and end - start >= MIN_REGION_SECONDS:
            found = [*found[:-1], (found[-1][0], end)] if joins and found else [*found, (start, end)]
            joins = True
        elif rest >= _MIN_REST_SECONDS:
            found.append((max(start, words[-1].end), end))
            joins = True
        else:
            joins = joins and not covered
        previous_end = end
    return found


def is_rest_of_amount(words: Sequence[AlignedWord], position: float, voiced: Regions) -> bool:
    """Return whether the speech from `position` on is a part of the amount that the text ends with.

    Of "$3.50", said "three dollars and fifty cents", the model's last timestamp leaves "cents" out.
    """
    rest = [(start, end) for start, end in voiced if end > position]
    return (
        len(rest) == 1
        and rest[0][0] <= position
        and rest[0][1] - position < _MIN_REST_SECONDS
        and _ENDS_WITH_AMOUNT.search("".join(word.text for word in words)) is not None
    )


def has_time_in_speech(words: Sequence[AlignedWord], voiced: Regions) -> bool:
    """Return whether a text that repeats itself was said so: each word has its time in the speech.

    A loop of the decoder has more words than the speech has room for: they are squeezed to no length, or lie after it.
    """
    if not words:
        return False
    squeezed = sum(word.end - word.start < _SQUEEZED_SECONDS for word in words)
    outside = sum(not _overlap(word.start, word.end, voiced) for word in words)
    return (
        max(squeezed, outside) <= _MAX_SQUEEZED_SHARE * len(words)
        and median(word.probability for word in words) >= _MIN_MEDIAN_PROBABILITY
        and _is_supported(words, voiced)
    )


def supported_words(words: Sequence[AlignedWord], voiced: Regions, *, confident: bool = False) -> int:
    """Count the words up to the last sentence that speech supports.

    Only whole sentences at the end are judged: inside a text the alignment is too rough.

    Args:
        words: in order, as aligned.
        voiced: regions of speech.
        confident: the model does not guess. Then a sentence is supported by all regions that begin after the word
            before it: the alignment ends a short one ("What's the weather?") up to 0.4 s too early.
    """
    if sum(end - start for start, end in voiced) < _MIN_WORD_SECONDS:
        return 0
    count = len(words)
    while count:
        first = count - 1
        while first and words[first - 1].text.rstrip()[-1:] not in SENTENCE_ENDS:
            first -= 1
        if _is_supported(words[first:count], voiced):
            break
        before = words[first - 1].end - _TOLERANCE_SECONDS if first else 0.0
        own_speech = [(start, end) for start, end in voiced if start >= before]
        if confident and own_speech and _letters(words[first:count]) <= _most_letters(own_speech):
            break
        count = first
    return count


def _goes_on(word: AlignedWord, previous_end: float, start: float, end: float) -> bool:
    """Return whether a word that begins before a pause is the one that is said behind it, from `start` to `end`.

    It has more letters than the speech before the pause has room for, and as many as the speech behind it needs. A
    word that was said before the pause has its room there, also where the alignment stretches it over what follows.
    """
    begins_before = word.start < previous_end - _TOLERANCE_SECONDS and start < word.end
    return (
        begins_before
        and _letters([word]) > _most_letters([(word.start, previous_end + _TOLERANCE_SECONDS)])
        and letters_of(word.text) >= _SLOW_LETTERS_PER_SECOND * (end - start)
    )


def _is_supported(words: Sequence[AlignedWord], voiced: Regions) -> bool:
    seconds = _overlap(words[0].start, words[-1].end, voiced)
    return _letters(words) <= _most_letters([(0.0, seconds)])


def _letters(words: Sequence[AlignedWord]) -> int:
    return sum(character.isalnum() for word in words for character in word.text)


def _most_letters(voiced: Regions) -> float:
    return _MIN_LETTERS + _MAX_LETTERS_PER_SECOND * sum(end - start for start, end in voiced)


def _overlap(start: float, end: float, voiced: Regions) -> float:
    """Return the seconds of speech between `start` and `end`, give or take the tolerance."""
    start, end = start - _TOLERANCE_SECONDS, end + _TOLERANCE_SECONDS
    return sum(max(0.0, min(end, b) - max(start, a)) for a, b in voiced)
