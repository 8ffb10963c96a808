"""The ladder: every step is more careful than the one before, and none is taken for nothing."""

from __future__ import annotations

import pytest

from transcriber.whisper.ladder import LADDER, above


@pytest.mark.parametrize(
    ("frames", "fixed", "climbed"),
    [
        (500, False, [(1500, 0.0), (3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (1300, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),  # 1500 would be hardly more
        (2900, False, [(3000, 0.0), (3000, 0.4), (3000, 0.8)]),
        (3000, False, [(3000, 0.4), (3000, 0.8)]),
        (500, True, [(1500, 0.0), (3000, 0.0)]),  # the temperature is the user's
        (3000, True, []),
    ],
)
def test_windows_climb_by_length_then_by_temperature(
    frames: int, fixed: bool, climbed: list[tuple[int, float]]
) -> None:
    rung, seen = above(0, frames, fixed), []
    while rung is not None:
        frames = max(frames, LADDER[rung].frames)
        seen.append((frames, LADDER[rung].temperature))
        rung = above(rung, frames, fixed)

    assert seen == climbed
