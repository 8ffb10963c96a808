"""Unwritten speech: found wherever no word covers it, and warned about with its times."""

from __future__ import annotations

import pytest

from transcriber.whisper.words.unwritten_speech import dropped_speech, stretches_without_words, warnings_of
from transcriber.whisper.words.word_alignment import AlignedWord

# Three sentences of 2 s.
VOICED = [(0.0, 2.0), (3.0, 5.0), (6.0, 8.0)]


def sentence(start: float) -> list[AlignedWord]:
    """Four words that fill two seconds."""
    return [AlignedWord(" words", 1, start + i / 2, start + (i + 1) / 2, 0.9) for i in range(4)]


@pytest.mark.parametrize(
    ("starts", "unwritten"),
    [
        ([0.0, 3.0, 6.0], []),
        ([3.0, 6.0], [(0.0, 2.0)]),
        ([0.0, 6.0], [(3.0, 5.0)]),
        ([0.0, 3.0], [(6.0, 8.0)]),
        ([3.0], [(0.0, 2.0), (6.0, 8.0)]),
        ([], [(0.0, 8.0)]),
    ],
)
def test_sentence_without_words_is_found(starts: list[float], unwritten: list[tuple[float, float]]) -> None:
    words = [word for start in starts for word in sentence(start)]

    assert stretches_without_words(words, VOICED) == unwritten


def test_word_stretched_over_speech_does_not_cover_it() -> None:
    words = [AlignedWord(" It", 1, 0.0, 3.2, 0.9), *sentence(3.2)[:3], *sentence(6.0)]

    assert stretches_without_words(words, VOICED) == [(0.0, 2.0)]


def test_spelled_word_covers_its_letters() -> None:
    assert stretches_without_words([AlignedWord(" GESMBH.", 4, 0.0, 2.0, 0.9)], [(0.0, 2.0)]) == []
    assert stretches_without_words([AlignedWord(" Gesmbh.", 4, 0.0, 2.0, 0.9)], [(0.0, 2.0)]) == [(0.0, 1.28)]


def test_less_than_a_second_or_decoded_on_its_own_is_not_counted() -> None:
    assert stretches_without_words([], [(0.0, 0.9)]) == []
    assert stretches_without_words([], [(0.0, 0.6), (1.0, 1.5)]) == [(0.0, 1.5)]
    assert stretches_without_words(sentence(0.0), VOICED[:2], [(2.8, 5.2)]) == []
    assert stretches_without_words([], [(0.0, 5.0)], [(2.0, 3.5)]) == [(0.0, 5.0)]
    assert stretches_without_words([], [(0.0, 5.0)], [(2.0, 5.0)]) == [(0.0, 2.0)]


def test_short_speech_whose_words_are_dropped_is_found() -> None:
    assert dropped_speech([], [(0.3, 0.78)]) == [(0.3, 0.78)]
    assert dropped_speech([], [(0.3, 0.6)]) == []
    assert dropped_speech(sentence(0.0), [VOICED[0], (2.5, 3.0)]) == [(2.5, 3.0)]
    assert dropped_speech(sentence(0.0), [(0.0, 2.5)]) == [], "the region of words that are kept"


def test_warning_names_the_times_and_the_channel() -> None:
    (warning,) = warnings_of([(7.04, 9.0), (0.0, 1.5), (1.7, 2.4)], None)
    (of_channel,) = warnings_of([(0.0, 1.5)], 1)

    assert (warning.parameter, warning.type) == ("audio", "unwritten_speech")
    assert warning.message == (
        "No words were written for what sounds like speech from 0.0 s to 2.4 s and from 7.0 s to 9.0 s."
    )
    assert of_channel.message == "No words were written for what sounds like speech of channel 1 from 0.0 s to 1.5 s."
    assert warnings_of([], None) == []


def test_warning_names_ten_stretches_and_counts_the_rest() -> None:
    (warning,) = warnings_of([(10.0 * n, 10.0 * n + 2) for n in range(13)], None)

    assert warning.message.count("from ") == 10
    assert warning.message.endswith("from 90.0 s to 92.0 s and 3 more times until 122.0 s.")
