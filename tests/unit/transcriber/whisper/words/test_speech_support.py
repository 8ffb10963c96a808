"""Speech support: speech without words is found, words without speech are not kept."""

from __future__ import annotations

from typing import Any

import pytest

from transcriber.whisper.words.speech_support import (
    has_time_in_speech,
    is_rest_of_amount,
    supported_words,
    uncovered_regions,
)
from transcriber.whisper.words.word_alignment import AlignedWord

# A sentence of 1.6 s, said twice: from 0.5 to 2.1 and from 3.0 to 4.6.
VOICED = [(0.5, 2.1), (3.0, 4.6)]


def words_of(text: str, start: float, end: float) -> list[AlignedWord]:
    """Words of equal length between two times."""
    parts = text.split()
    step = (end - start) / len(parts)
    return [AlignedWord(f" {part}", 1, start + i * step, start + (i + 1) * step, 0.9) for i, part in enumerate(parts)]


ONCE = words_of("Why, it might have been in the workhouse.", 0.5, 2.1)
TWICE = ONCE + words_of("Why, it might have been in the workhouse.", 3.0, 4.6)


def test_region_without_word_is_left_out_speech() -> None:
    assert uncovered_regions(ONCE, VOICED) == [(3.0, 4.6)]
    assert uncovered_regions(ONCE, [*VOICED, (5.0, 6.0)]) == [(3.0, 6.0)]
    assert uncovered_regions(words_of("It might have been.", 3.0, 4.6), VOICED) == [(0.5, 2.1)]
    assert uncovered_regions(TWICE, VOICED) == []


def test_pause_counted_to_next_word_covers_its_region() -> None:
    first = AlignedWord(" Yes.", 1, 2.1, 3.5, 0.9)

    assert uncovered_regions([*ONCE, first], VOICED) == []


def test_long_word_begun_before_a_pause_covers_its_region() -> None:
    """ "understanding" was said from 25.2 to 25.95, after "um": it was decoded again alone, and stood there twice."""
    voiced = [(22.62, 24.9), (25.22, 25.95)]
    before = words_of("the people that are up for", 22.7, 24.66)

    def left_out(word: str, start: float, end: float, voiced: list[tuple[float, float]] = voiced) -> list[Any]:
        return uncovered_regions([*before, AlignedWord(word, 1, start, end, 0.9)], voiced)

    assert left_out(" understanding", 24.66, 25.66) == []
    # Said before the pause, and perhaps once more behind it: the alignment stretches the one that is written.
    assert left_out(" no", 24.66, 25.66) == [voiced[1]]
    assert left_out(" understanding", 24.1, 25.66) == [voiced[1]]
    assert left_out(" understanding", 24.66, 24.9) == [voiced[1]]
    # More was said behind the pause than this word.
    longer = [voiced[0], (25.22, 27.5)]
    assert left_out(" understanding", 24.66, 27.5, longer) == [longer[1]]


def test_breath_or_short_rest_is_no_left_out_speech() -> None:
    assert uncovered_regions(ONCE, [VOICED[0], (3.0, 3.4)]) == []
    assert uncovered_regions(ONCE, [(0.5, 3.0)]) == []
    assert uncovered_regions(ONCE, [(0.5, 4.0)]) == [(2.1, 4.0)]
    assert uncovered_regions([], VOICED) == []


def test_repetition_counts_if_each_word_has_its_speech() -> None:
    squeezed = ONCE + words_of("Why, it might have been in the workhouse.", 2.1, 2.2)
    in_silence = ONCE + words_of("Why, it might have been in the workhouse.", 5.0, 6.5)

    assert has_time_in_speech(TWICE, VOICED)
    assert not has_time_in_speech(squeezed, [VOICED[0]])
    assert not has_time_in_speech(in_silence, VOICED)
    assert not has_time_in_speech([], VOICED)


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        (words_of("Thank you for watching.", 2.1, 2.2), 8),  # squeezed after the speech
        (words_of("Thank you.", 2.4, 2.9), 8),  # in the silence after it
        (words_of("It was.", 3.0, 3.6), 10),
        ([], 8),
    ],
)
def test_ending_without_speech_is_not_kept(end: list[AlignedWord], kept: int) -> None:
    voiced = VOICED if end and end[0].start == 3.0 else VOICED[:1]

    assert supported_words(ONCE + end, voiced) == kept


def test_tenth_of_a_second_of_voice_supports_no_word() -> None:
    assert supported_words(words_of("Thank you very much.", 0.0, 0.06), [(0.0, 0.1)]) == 0
    assert supported_words(words_of("you", 0.0, 0.1), [(0.0, 0.1)]) == 0
    assert supported_words(words_of("Yes.", 0.0, 0.25), [(0.0, 0.3)]) == 1


@pytest.mark.parametrize("before", [[], ONCE])
@pytest.mark.parametrize(("confident", "kept"), [(True, 3), (False, 0)])
def test_short_sentence_aligned_before_its_speech_is_kept(
    before: list[AlignedWord], *, confident: bool, kept: int
) -> None:
    question = words_of("What's the weather?", 2.7, 3.4)  # said from 3.0 to 3.65
    voiced = [*VOICED[: bool(before)], (3.0, 3.65)]

    assert supported_words(before + question, voiced, confident=confident) == len(before) + kept


def test_ending_in_the_speech_of_the_words_before_is_not_kept() -> None:
    end = words_of("Thank you for watching.", 1.95, 2.1)

    assert supported_words(ONCE + end, VOICED[:1], confident=True) == len(ONCE)
    assert supported_words(words_of("Thank you.", 0.0, 0.1), [(0.0, 0.2)], confident=True) == 0


@pytest.mark.parametrize(
    ("text", "position", "voiced", "expected"),
    [
        ("It costs $3.50.", 2.0, [(0.2, 2.7)], True),
        ("It costs 3,50 €.", 2.0, [(0.2, 2.7)], True),
        ("It rose by 12 %.", 2.0, [(0.2, 2.7)], True),
        ("It costs $3.50.", 2.0, [(0.2, 3.3)], False),  # more than a unit
        ("It costs $3.50.", 2.0, [(0.2, 2.0), (2.1, 2.7)], False),  # after a pause
        ("It costs $3.50.", 2.0, [(0.2, 2.7), (3.0, 4.0)], False),
        ("It is 1984.", 2.0, [(0.2, 2.7)], False),
        ("It costs $3.50 today.", 2.0, [(0.2, 2.7)], False),
    ],
)
def test_unit_of_an_amount_is_no_speech_without_words(
    text: str, position: float, voiced: list[tuple[float, float]], *, expected: bool
) -> None:
    """ "It costs $3.50." was followed by "sense.", which was "cents"."""
    assert is_rest_of_amount(words_of(text, 0.2, 2.0), position, voiced) is expected
