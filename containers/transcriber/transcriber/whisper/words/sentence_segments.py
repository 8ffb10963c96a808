"""Segments of a text without timestamps: it is split after sentences and at long pauses, by its aligned words."""

from __future__ import annotations

from collections.abc import Sequence

from transcriber.whisper.words.timestamp_segments import TokenSegment
from transcriber.whisper.words.word_alignment import SENTENCE_ENDS, AlignedWord
from transcriber.whisper.words.word_fitting import Regions, region_of

_CLOSING_MARKS = "\"'”’»)]"  # may follow the sign that ends a sentence
_LONG_PAUSE_SECONDS = 1.0  # between two words: a new segment, also inside a sentence
_MIN_LETTERS = 3  # a shorter word with a full stop is an abbreviation ("Mr.", "z. B.") unless a pause follows it


def split_at_sentences(
    segment: TokenSegment, words: Sequence[AlignedWord], voiced: Regions
) -> list[tuple[TokenSegment, list[AlignedWord]]]:
    """Split a segment by its words.

    Args:
        segment: a segment whose text is without timestamps.
        words: its aligned words, in order; without words nothing is split.
        voiced: (start, end) of the regions of speech, in seconds from the window's start.

    Returns:
        Segments with their words. Each begins and ends with the regions of speech that its first and its last word lie
        in: as timestamps do, they limit words that the alignment stretches over a pause.
    """
    groups: list[list[AlignedWord]] = []
    for word in words:
        if groups and not _ends_segment(groups[-1][-1], word, voiced):
            groups[-1].append(word)
        else:
            groups.append([word])
    if not groups:
        return [(segment, [])]
    found: list[tuple[TokenSegment, list[AlignedWord]]] = []
    first = 0
    for group in groups:
        # The last one also gets the tokens that belong to no word.
        end = len(segment.tokens) if group is groups[-1] else first + sum(word.tokens for word in group)
        start, _ = region_of(group[0], voiced) or (group[0].start, 0.0)
        _, stop = region_of(group[-1], voiced) or (0.0, group[-1].end)
        found.append((TokenSegment(start, stop, segment.tokens[first:end]), group))
        first = end
    return found


def _ends_segment(word: AlignedWord, following: AlignedWord, voiced: Regions) -> bool:
    # Of the regions of speech, not of the words: the alignment counts a pause to one of its words.
    before, after = region_of(word, voiced), region_of(following, voiced)
    pause = after[0] - before[1] if before and after else 0.0
    if pause >= _LONG_PAUSE_SECONDS:
        return True
    text = word.text.strip().rstrip(_CLOSING_MARKS)
    if text[-1:] not in tuple(SENTENCE_ENDS) or text.endswith("...") or following.text.strip()[:1].islower():
        return False
    return text[-1] != "." or pause > 0 or sum(character.isalpha() for character in text) >= _MIN_LETTERS
