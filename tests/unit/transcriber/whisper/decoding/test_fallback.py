"""Fallback: each attempt has more frames or a higher temperature than the rejected one."""

from __future__ import annotations

import pytest

from transcriber.whisper.decoding.fallback import FIRST_ATTEMPT, Attempt, next_attempt


def attempts_after(frames: int, *, fixed_temperature: bool = False, no_words: bool = False) -> list[tuple[int, float]]:
    attempt, seen = (
        next_attempt(
            Attempt(frames, FIRST_ATTEMPT.temperature), fixed_temperature=fixed_temperature, no_words=no_words
        ),
        [],
    )
    while attempt is not None:
        seen.append((attempt.frames, attempt.temperature))
        attempt = next_attempt(attempt, fixed_temperature=fixed_temperature, no_words=no_words)
    return seen


@pytest.mark.parametrize(
    ("frames", "fixed_temperature", "expected"),
    [
        (500, False, [(1500, 0.0), (3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (1300, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),  # 1500 is less than 1.25 times as many
        (2900, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (3000, False, [(3000, 0.4), (3000, 0.8)]),
        (500, True, [(1500, 0.0), (3000, 0.0)]),  # fixed by the request
        (3000, True, []),
    ],
)
def test_next_attempt_raises_frames_then_temperature(
    frames: int, fixed_temperature: bool, expected: list[tuple[int, float]]
) -> None:
    assert attempts_after(frames, fixed_temperature=fixed_temperature) == expected


@pytest.mark.parametrize(
    ("frames", "fixed_temperature", "expected"),
    [
        (500, False, [(1500, 0.0), (1500, 0.4), (3000, 0.4), (3000, 0.8)]),
        (1300, False, [(1500, 0.4), (3000, 0.4), (3000, 0.8)]),
        (1700, False, [(3000, 0.4), (3000, 0.8)]),
        (500, True, [(1500, 0.0), (3000, 0.0)]),
    ],
)
def test_next_attempt_without_words_samples_earlier(
    frames: int, fixed_temperature: bool, expected: list[tuple[int, float]]
) -> None:
    assert attempts_after(frames, fixed_temperature=fixed_temperature, no_words=True) == expected


def test_next_attempt_of_repetitive_sample_is_full_window() -> None:
    assert next_attempt(Attempt(1500, 0.4), fixed_temperature=False, no_words=False) == Attempt(3000, 0.0)
