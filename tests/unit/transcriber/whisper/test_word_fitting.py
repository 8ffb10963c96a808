"""Word fitting: words move to where they are heard, and to the edges of speech beside pauses."""

from __future__ import annotations

import pytest

from transcriber.whisper.word_alignment import AlignedWord
from transcriber.whisper.word_fitting import fit_to_speech

VOICED = [(1.0, 3.0), (5.0, 7.0)]


def fitted(*times: tuple[float, float]) -> list[tuple[float, float]]:
    words = [AlignedWord(" word", 1, start, end, 0.9) for start, end in times]
    fit_to_speech(words, VOICED)
    return [(round(word.start, 3), round(word.end, 3)) for word in words]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        # Inside speech: later. The first starts and the last ends with its speech.
        ([(1.0, 1.5), (1.5, 2.0), (2.0, 2.7)], [(0.97, 1.54), (1.54, 2.04), (2.04, 3.0)]),
        ([(3.9, 5.4), (5.4, 6.9)], [(4.97, 5.44), (5.44, 7.0)]),  # stretched back over the pause
        ([(1.5, 1.8)], [(1.54, 1.84)]),  # far from both edges of its speech
        ([(2.4, 3.6), (5.1, 5.4)], [(2.44, 3.0), (5.14, 5.44)]),  # stretched over the pause behind it
        ([(3.4, 3.5)], [(3.44, 3.54)]),  # in the pause
    ],
)
def test_words_are_fitted_to_their_speech(
    times: list[tuple[float, float]], expected: list[tuple[float, float]]
) -> None:
    assert fitted(*times) == expected


def test_words_without_speech_are_moved_only() -> None:
    words = [AlignedWord(" word", 1, 1.0, 2.0, 0.9)]

    fit_to_speech(words, [])

    assert (words[0].start, words[0].end) == (1.04, 2.04)
