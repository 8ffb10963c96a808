"""Scores of speaker labels: which short turns count as right."""

from __future__ import annotations

import pytest

from bench.recordings.conversations import Turn
from bench.scores.speaker_scoring import short_turns_right

# Anna speaks, Ben says "yes" for 0.6 s, Anna goes on, Ben speaks.
TRUTH = [Turn(0, 4, "Anna"), Turn(4.2, 4.8, "Ben"), Turn(5, 9, "Anna"), Turn(9.2, 14, "Ben")]


def found(*answers: Turn) -> list[Turn]:
    """Return turns under other names, in which the long ones are right."""
    return [Turn(0, 4, "7"), *answers, Turn(5, 9, "7"), Turn(9.2, 14, "3")]


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ([Turn(4.2, 4.8, "3")], 1),
        ([Turn(4.2, 4.5, "3"), Turn(4.5, 4.8, "7")], 1),
        ([Turn(4.2, 4.48, "3"), Turn(4.48, 4.8, "7")], 0),
        ([Turn(4.2, 4.8, "7")], 0),
        ([Turn(4.2, 4.8, "9")], 0),
        ([], 0),
    ],
    ids=["whole", "half", "less than half", "the other's", "a third's", "missed"],
)
def test_short_turn_is_right_if_its_speaker_has_half_of_it(answers: list[Turn], right: int) -> None:
    assert short_turns_right(TRUTH, found(*answers)) == (right, 1)


def test_turns_of_a_second_are_short_and_longer_ones_are_not() -> None:
    truth = [Turn(0, 3, "Anna"), Turn(3, 4, "Ben"), Turn(4, 5.1, "Anna"), Turn(5.1, 8, "Ben")]

    assert short_turns_right(truth, truth) == (1, 1)
    assert short_turns_right(truth, truth, longest=1.2) == (2, 2)


def test_speaker_who_was_not_found_has_no_turn_right() -> None:
    truth = [Turn(0, 3, "Anna"), Turn(3, 3.5, "Ben"), Turn(3.5, 6, "Anna")]

    assert short_turns_right(truth, [Turn(0, 6, "0")]) == (0, 1)
    assert short_turns_right(truth, []) == (0, 1)
