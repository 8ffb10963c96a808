"""The ladder: every step is more careful than the one before, and none is taken for nothing."""

from __future__ import annotations

import pytest

from transcriber.whisper.fallback import FIRST, Rung, above


def climbed(frames: int, *, fixed: bool = False, wordless: bool = False) -> list[tuple[int, float]]:
    rung, seen = above(Rung(frames, FIRST.temperature), fixed=fixed, wordless=wordless), []
    while rung is not None:
        seen.append((rung.frames, rung.temperature))
        rung = above(rung, fixed=fixed, wordless=wordless)
    return seen


@pytest.mark.parametrize(
    ("frames", "fixed", "steps"),
    [
        (500, False, [(1500, 0.0), (3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (1300, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),  # 1500 would be hardly more
        (2900, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (3000, False, [(3000, 0.4), (3000, 0.8)]),
        (500, True, [(1500, 0.0), (3000, 0.0)]),  # the temperature is the user's
        (3000, True, []),
    ],
)
def test_windows_climb_by_length_then_by_temperature(frames: int, fixed: bool, steps: list[tuple[int, float]]) -> None:
    assert climbed(frames, fixed=fixed) == steps


@pytest.mark.parametrize(
    ("frames", "fixed", "steps"),
    [
        (500, False, [(1500, 0.0), (1500, 0.4), (3000, 0.4), (3000, 0.8)]),
        (1300, False, [(1500, 0.4), (3000, 0.4), (3000, 0.8)]),
        (1700, False, [(3000, 0.4), (3000, 0.8)]),
        (500, True, [(1500, 0.0), (3000, 0.0)]),
    ],
)
def test_what_has_no_words_is_sampled_before_it_is_searched_again(
    frames: int, fixed: bool, steps: list[tuple[int, float]]
) -> None:
    assert climbed(frames, fixed=fixed, wordless=True) == steps


def test_a_sample_that_loops_goes_on_as_loops_do() -> None:
    assert above(Rung(1500, 0.4), fixed=False, wordless=False) == Rung(3000, 0.0)
