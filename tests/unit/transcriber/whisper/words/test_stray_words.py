"""Stray words: a word aligned in speech that the text leaves out goes to where it was said."""

from __future__ import annotations

import pytest

from transcriber.whisper.words.stray_words import StrayWords, find_stray_words, is_written_in, move_out
from transcriber.whisper.words.word_alignment import AlignedWord

# Two sentences of 2 s with 1 s between them; the text has one of them.
VOICED = [(0.0, 2.0), (3.0, 5.0)]


def words_of(*words: tuple[str, float, float]) -> list[AlignedWord]:
    return [AlignedWord(f" {text}", 1, start, end, 0.9) for text, start, end in words]


def times_of(words: list[AlignedWord]) -> list[tuple[float, float]]:
    return [(round(word.start, 2), round(word.end, 2)) for word in words]


SECOND = [("costs", 3.2, 3.6), ("fifty", 3.6, 4.2), ("dollars.", 4.2, 5.0)]


@pytest.mark.parametrize(
    ("first", "times"),
    [
        # As long as the sentence that is left out.
        (("It", 0.0, 3.2), [(3.0, 3.2), (3.2, 3.6)]),
        # In it; the word behind it lasts over the pause.
        (("It", 1.4, 2.1), [(3.0, 3.17), (3.17, 3.6)]),
    ],
)
def test_word_of_the_next_sentence_begins_with_it(
    first: tuple[str, float, float], times: list[tuple[float, float]]
) -> None:
    words = words_of(first, ("costs", first[2], 3.6), *SECOND[1:])

    (stray,) = find_stray_words(words, VOICED)
    move_out(stray, words, VOICED)

    assert stray == StrayWords(0, 1, 0)
    assert times_of(words)[:2] == times
    assert times_of(words)[2:] == [(3.6, 4.2), (4.2, 5.0)]


def test_word_of_the_previous_sentence_ends_with_it() -> None:
    words = words_of(("Thank", 0.1, 0.8), ("you", 0.8, 1.5), ("so", 3.0, 3.3))

    (stray,) = [stray for stray in find_stray_words(words, VOICED) if stray.region == 1]
    move_out(stray, words, VOICED)

    assert stray == StrayWords(2, 1, 1)
    assert times_of(words) == [(0.1, 0.8), (0.8, 1.5), (1.5, 2.0)]


def test_region_with_enough_words_has_no_stray_words() -> None:
    covered = words_of(("Thank", 0.1, 0.8), ("you.", 0.8, 1.8), *SECOND)
    short = words_of(("Oh,", 0.1, 0.8), *SECOND)

    assert find_stray_words(covered, VOICED) == []
    assert find_stray_words(short, [(0.0, 0.9), VOICED[1]]) == []
    assert find_stray_words(words_of(("So", 0.0, 1.0)), VOICED[:1]) == []
    assert find_stray_words([], VOICED) == []


def test_neighbouring_speech_without_words_counts() -> None:
    voiced = [(0.0, 2.0), (2.4, 3.2), (4.0, 6.0)]
    words = words_of(("His", 2.5, 3.1), ("statement", 4.1, 5.0), ("was.", 5.0, 5.9))

    (stray,) = find_stray_words(words, voiced)
    move_out(stray, words, voiced)

    assert stray == StrayWords(0, 1, 1)
    assert times_of(words)[0] == (4.0, 4.1)


@pytest.mark.parametrize(
    ("words", "moved", "times"),
    [
        ([("It", 0.0, 2.0), ("costs", 6.4, 7.0), ("fifty.", 7.0, 8.0)], 0, (6.0, 6.4)),
        ([("Thank", 0.1, 0.8), ("you", 0.8, 1.5), ("so", 6.0, 6.3)], 2, (1.5, 2.0)),
    ],
)
def test_region_without_words_between_stays_without(
    words: list[tuple[str, float, float]], moved: int, times: tuple[float, float]
) -> None:
    voiced = [*VOICED, (6.0, 8.0)]
    aligned = words_of(*words)

    (stray,) = [stray for stray in find_stray_words(aligned, voiced) if stray.first == moved]
    move_out(stray, aligned, voiced)

    assert times_of(aligned)[moved] == times


def test_word_without_neighbour_stays() -> None:
    words = words_of(("It", 0.0, 0.4), ("is", 2.2, 2.9))

    move_out(StrayWords(0, 1, 0), words, [VOICED[0]])

    assert times_of(words) == [(0.0, 0.4), (2.2, 2.9)]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (" It costs.", [" It"], True),
        (" With a kit.", [" It"], False),
        (" With a kit, it is.", [" it", " is,"], True),
        (" It was, is it?", [" it", " is"], False),
        (" My sister-in-law.", [" sister", "-in-law"], True),
        (" Inlaws.", [" law"], False),
        ("我们去市场", ["市场"], True),
        ("我们去市场", ["商场"], False),
        ("", [" It"], False),
    ],
)
def test_words_are_written_in_a_text_as_whole_words(text: str, words: list[str], expected: bool) -> None:
    aligned = [AlignedWord(word, 1, 0.0, 1.0, 0.9) for word in words]

    assert is_written_in(text, aligned) is expected
