"""Segment borders: neighbouring segments, and the words beside their border, do not overlap."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest

from earshot_contract.documents.shard_results import Segment, Word
from transcriber.whisper.words.segment_borders import without_overlaps
from transcriber.whisper.words.word_alignment import MIN_WORD_SECONDS

Times = list[tuple[float, float]]


def segment(times: Times) -> Segment:
    return Segment(times[0][0], times[-1][1], "a", words=[Word("a", start, end, 0.9) for start, end in times])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([(2.1, 2.4), (2.4, 2.61)], [(2.54, 2.9), (2.9, 3.1)]),
        ([(2.1, 2.4), (2.4, 2.61)], [(2.36, 2.9), (2.9, 3.1)]),  # begins before the last word does
        ([(2.1, 2.4), (2.4, 2.61)], [(2.36, 2.5), (2.5, 3.1)]),  # and ends before it ends
    ],
)
def test_words_at_a_border_share_its_time(before: Times, after: Times) -> None:
    segments = without_overlaps([segment(before), segment(after)])
    words = list(chain(*(segment.words for segment in segments)))
    assert all(following.start >= word.end for word, following in pairwise(words))
    assert all(word.end - word.start >= MIN_WORD_SECONDS - 1e-9 for word in words)
    assert [(s.start, s.end) for s in segments] == [(s.words[0].start, s.words[-1].end) for s in segments]


def test_segments_without_words_share_the_overlap() -> None:
    before, after = without_overlaps([Segment(0.0, 2.0, "a"), Segment(1.8, 3.0, "b")])
    assert (before.end, after.start) == (1.9, 1.9)


def test_segments_that_do_not_overlap_stay() -> None:
    segments = [segment([(0.0, 1.0)]), segment([(1.0, 2.0)]), segment([(2.5, 3.0)])]
    assert without_overlaps(segments) == segments


def test_segment_inside_the_last_word_before_it_stays() -> None:
    segments = [segment([(0.0, 1.0), (1.0, 4.0)]), segment([(0.5, 0.9)])]
    assert without_overlaps(segments) == segments
