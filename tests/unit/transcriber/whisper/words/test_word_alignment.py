"""Word times: each word has a length, and words stay in order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcriber.whisper.words.word_alignment import MIN_WORD_SECONDS, AlignedWord, give_length


def words_at(*times: tuple[float, float]) -> list[AlignedWord]:
    return [AlignedWord(" word", 1, start, end, 0.9) for start, end in times]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(0.0, 0.5), (0.5, 0.5), (0.6, 1.0)], [(0.0, 0.5), (0.5, 0.54), (0.6, 1.0)]),
        ([(0.2, 0.2), (0.2, 0.8)], [(0.2, 0.24), (0.24, 0.8)]),
        ([(1.0, 1.0)], [(1.0, 1.04)]),
        ([(2.0, 2.0)], [(1.96, 2.0)]),  # at the end of the audio
    ],
)
def test_word_without_length_gets_time_from_the_next(
    times: list[tuple[float, float]], expected: list[tuple[float, float]]
) -> None:
    words = words_at(*times)

    give_length(words, 2.0)

    assert [(round(word.start, 3), round(word.end, 3)) for word in words] == expected


@given(st.lists(st.sampled_from([0.0, 0.02, 0.3]), min_size=1, max_size=12))
def test_lengthened_words_are_ordered_and_long_enough(lengths: list[float]) -> None:
    start, times = 0.5, []
    for length in lengths:
        times.append((start, start + length))
        start += length
    words = words_at(*times)

    give_length(words, 20.0)

    assert all(word.end - word.start >= MIN_WORD_SECONDS - 1e-9 for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))
