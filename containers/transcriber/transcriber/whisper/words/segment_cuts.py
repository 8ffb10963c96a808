"""Segment cuts: segments end where a text does, and where speech that it leaves out is decoded on its own.

A shard's segments are sorted by their starts. The text of the speech that was left out comes between the words around
it only if these are in two segments. A segment's first tokens may belong to a word that begins in the segment before,
so cuts are counted from the first segment on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from transcriber.whisper.words.timestamp_segments import TokenSegment
from transcriber.whisper.words.word_alignment import AlignedWord

_MAX_REPEATED_WORD_START = 0.3  # a word that begins later in a window was said again
_MAX_REPEATED_WORD_PROBABILITY = 0.5  # where it is all that is written: a guess
Regions = Sequence[tuple[float, float]]
SegmentWithWords = tuple[TokenSegment, list[AlignedWord]]


def first_words(segments: Sequence[SegmentWithWords], count: int) -> list[SegmentWithWords]:
    """Cut segments and their words after `count` words; segments without aligned words stay."""
    found: list[SegmentWithWords] = []
    for (segment, words), first_token in zip(segments, _first_tokens(segments), strict=True):
        kept = words[: max(0, count)]
        count -= len(words)
        if words and not kept:
            continue
        end = None if len(kept) == len(words) else first_token + sum(word.tokens for word in kept)
        found.append((replace(segment, tokens=segment.tokens[:end]), kept))
    return found


def without_word_before(segments: Sequence[SegmentWithWords], word_before: str) -> list[SegmentWithWords]:
    """Drop the first word where it is the end of the word before, which a window cut inside speech begins with."""
    if not segments or not segments[0][1] or not (letters := _letters(word_before)):
        return list(segments)
    segment, words = segments[0]
    if _letters(words[0].text) != letters or words[0].start > _MAX_REPEATED_WORD_START:
        return list(segments)
    if len(words) == 1:
        is_kept = len(segments) == 1 and words[0].probability > _MAX_REPEATED_WORD_PROBABILITY
        return list(segments) if is_kept else list(segments[1:])
    rest = replace(segment, start=max(segment.start, words[1].start), tokens=segment.tokens[words[0].tokens :])
    return [(rest, words[1:]), *segments[1:]]


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def split_at_regions(segments: Sequence[SegmentWithWords], regions: Regions) -> list[SegmentWithWords]:
    """Split segments at each region of speech that lies between two of their words.

    Args:
        segments: with their aligned words, all in order; words have their times by the alignment.
        regions: (start, end) of the speech that the text leaves out, in order, in seconds from the window's start. No
            word begins in it.

    Returns:
        Segments with their words. A segment before a region ends with the region's start, and the one behind it starts
        with its end: these times limit words that the alignment stretches over the region.
    """
    found: list[SegmentWithWords] = []
    for (segment, words), first_token in zip(segments, _first_tokens(segments), strict=True):
        rest, rest_words, border = segment, words, first_token
        for start, end in regions:
            count = sum(word.start < (start + end) / 2 for word in rest_words)
            if not 0 < count < len(rest_words):
                continue
            border += sum(word.tokens for word in rest_words[:count])
            before = replace(rest, end=max(rest.start, min(rest.end, start)), tokens=rest.tokens[:border])
            found.append((before, rest_words[:count]))
            rest = replace(rest, start=min(rest.end, max(rest.start, end)), tokens=rest.tokens[border:])
            rest_words, border = rest_words[count:], 0
        found.append((rest, rest_words))
    return found


def _first_tokens(segments: Sequence[SegmentWithWords]) -> Iterator[int]:
    """Yield for each segment the index of its token with which its first word begins."""
    of_segments, of_words = 0, 0
    for segment, words in segments:
        yield max(0, of_words - of_segments)
        of_segments += len(segment.tokens)
        of_words += sum(word.tokens for word in words)
