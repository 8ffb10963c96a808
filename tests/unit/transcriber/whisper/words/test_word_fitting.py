"""Word fitting: words move to where they are heard, and to the edges of speech beside pauses."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.rows import each_row
from transcriber.whisper.words.word_alignment import AlignedWord
from transcriber.whisper.words.word_fitting import fit_to_sound, fit_to_speech

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
        # "purpose | may be": the last sounds before the pause, and the pause, were counted to the word behind it.
        ([(2.3, 2.8), (2.8, 5.1), (5.1, 5.4)], [(2.34, 3.0), (4.97, 5.14), (5.14, 5.44)]),
        ([(2.3, 2.6), (2.6, 5.1), (5.1, 5.4)], [(2.34, 2.64), (2.64, 3.0), (5.14, 5.44)]),  # too much sound before it
        ([(2.3, 2.8), (2.8, 5.03), (5.1, 5.4)], [(2.34, 2.84), (2.84, 3.0), (5.14, 5.44)]),  # too little behind it
        ([(2.8, 5.1), (5.1, 5.4)], [(2.84, 3.0), (5.14, 5.44)]),  # the only word of its speech
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


def sounding(*pauses: tuple[float, float], seconds: float = 4.0) -> np.ndarray:
    """Make features of a sound with pauses."""
    mel = np.ones((80, round(100 * seconds)), np.float32)
    mel[:, :10] = -1  # before the speech
    for start, end in pauses:
        mel[:, round(100 * start) : round(100 * end)] = -1
    return mel


@each_row(
    ("first", "second", "pauses", "expected"),
    [
        ((" bags", 1.0, 1.4), (" and", 1.4, 2.2), [(1.5, 2.0)], (1.5, 2.0)),  # the pause was counted to the next word
        ((" bags", 1.0, 1.4), (" and", 1.4, 2.2), [(1.3, 2.0)], (1.4, 2.0)),  # it began before the border
        ((" bags", 1.0, 1.4), (" also", 1.4, 1.9), [(1.8, 2.4)], (1.4, 1.4)),  # the next word's end lies in it
        ((" bags", 1.0, 1.4), (" also", 1.4, 1.9), [(1.5, 1.56)], (1.4, 1.4)),  # a consonant's closure
        ((" confession", 1.0, 1.4), (" of", 1.4, 2.2), [], (1.8125, 1.8125)),  # "of" took over the end of the long word
        ((" to", 1.0, 1.25), (" Egypt", 1.25, 1.9), [(1.6, 1.75)], (1.25, 1.25)),  # inside the next word
        ((" of", 1.0, 1.2), (" 1961", 1.2, 2.0), [], (1.2, 1.2)),  # digits are read aloud
        ((" of", 1.0, 1.5), (" confession", 1.5, 2.2), [], (1.5, 1.5)),  # never earlier
        (("告白", 1.0, 1.1), ("の", 1.1, 2.0), [], (1.1, 1.1)),  # no letters
        ((" confession", 1.0, 1.4), (" of", 1.6, 2.2), [], (1.4, 1.6)),  # apart
    ],
)
def test_borders_move_to_pauses_and_letters(
    first: tuple[str, float, float],
    second: tuple[str, float, float],
    pauses: list[tuple[float, float]],
    expected: tuple[float, float],
) -> None:
    words = [AlignedWord(text, 1, start, end, 0.9) for text, start, end in (first, second)]

    fit_to_sound(words, sounding(*pauses))

    assert (words[0].end, words[1].start) == pytest.approx(expected)


def test_words_of_a_window_without_audio_stay() -> None:
    words = [AlignedWord(" a", 1, 0.0, 0.1, 0.9), AlignedWord(" b", 1, 0.1, 0.2, 0.9)]

    fit_to_sound(words, np.empty((80, 0), np.float32))

    assert (words[0].end, words[1].start) == (0.1, 0.1)
