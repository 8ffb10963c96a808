"""Sentence segments: a text without timestamps is split after sentences and at long pauses."""

from __future__ import annotations

import pytest

from transcriber.whisper.words.sentence_segments import split_at_sentences
from transcriber.whisper.words.timestamp_segments import TokenSegment
from transcriber.whisper.words.word_alignment import AlignedWord

VOICED = [(0.0, 3.0), (3.4, 6.0), (8.0, 10.0)]


def words(*texts_and_starts: tuple[str, float]) -> list[AlignedWord]:
    """Words of two tokens each that end where the next one starts, as the alignment has them."""
    starts = [start for _, start in texts_and_starts]
    ends = [*starts[1:], starts[-1] + 0.5]
    return [
        AlignedWord(f" {text}", 2, start, end, 0.9) for (text, start), end in zip(texts_and_starts, ends, strict=True)
    ]


def texts_of(aligned: list[AlignedWord]) -> list[str]:
    segment = TokenSegment(0.0, 10.0, list(range(2 * len(aligned))))
    return ["".join(word.text for word in group).strip() for _, group in split_at_sentences(segment, aligned, VOICED)]


@pytest.mark.parametrize(
    ("aligned", "expected"),
    [
        ([("Come", 0.1), ("here.", 0.6), ("Now", 1.2)], ["Come here.", "Now"]),
        ([("Really?", 0.1), ('"Yes."', 0.6), ("He", 1.2)], ["Really?", '"Yes."', "He"]),
        ([("Mr.", 0.1), ("Smith", 0.6)], ["Mr. Smith"]),  # an abbreviation, inside speech
        ([("No.", 2.5), ("Smith", 3.5)], ["No.", "Smith"]),  # as short, but a pause follows
        ([("well...", 0.1), ("Yes", 0.6)], ["well... Yes"]),
        ([("come", 3.5), ("here", 8.1)], ["come", "here"]),  # a pause of two seconds
        ([("come", 2.5), ("here", 3.5)], ["come here"]),  # a pause of 0.4 s inside a sentence
    ],
)
def test_text_is_split_after_sentences_and_long_pauses(aligned: list[tuple[str, float]], expected: list[str]) -> None:
    assert texts_of(words(*aligned)) == expected


def test_segments_keep_all_tokens_and_end_with_their_speech() -> None:
    segment = TokenSegment(0.0, 10.0, [1, 2, 3, 4, 5])

    found = split_at_sentences(segment, words(("Come.", 2.0), ("Here", 3.5)), VOICED)

    assert [part for part, _ in found] == [TokenSegment(0.0, 3.0, [1, 2]), TokenSegment(3.4, 6.0, [3, 4, 5])]


def test_segment_without_words_stays_whole() -> None:
    segment = TokenSegment(0.0, 10.0, [1, 2])

    assert split_at_sentences(segment, [], VOICED) == [(segment, [])]
