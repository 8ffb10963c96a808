"""At which packet a stretch is cut: in a pause, near the target; in speech only where a window ends, if it has none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcriber.planning.pauses import choose_cut, choose_weakest

FRAME = 0.032


def probabilities(seconds: float, *pauses: tuple[float, float]) -> np.ndarray:
    """Speech but for pauses, given by start and end in seconds."""
    times = np.arange(round(seconds / FRAME)) * FRAME
    quiet = np.any([(times >= a) & (times < b) for a, b in pauses], axis=0) if pauses else np.zeros(len(times), bool)
    return np.where(quiet, 0.05, 0.9)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([(3.0, 3.4)], 3.2),  # the only one, in its middle
        ([(3.0, 3.4), (12.0, 12.8)], 12.4),  # the longer one, though it is further from the target
        ([(3.0, 4.0), (8.0, 8.7)], 8.35),  # of long ones the nearest
        ([(2.0, 18.0)], 9.0),  # music: at the target
        ([(3.0, 3.2)], None),  # the pause of a stop consonant
        ([], None),
    ],
)
def test_cut_is_in_the_best_pause(pauses: list[tuple[float, float]], expected: float | None) -> None:
    packets = [0.02 * n for n in range(1000)]

    found = choose_cut(probabilities(20.0, *pauses), FRAME, packets, 9.0)

    assert (found is None) == (expected is None)
    assert found is None or packets[found] == pytest.approx(expected, abs=0.05)


def test_pause_without_a_packet_boundary_is_not_taken() -> None:
    packets = [0.0, 2.0, 4.0, 6.0]

    assert choose_cut(probabilities(8.0, (2.5, 3.5)), FRAME, packets, 3.0) is None
    assert choose_cut(probabilities(8.0, (2.5, 3.5), (5.7, 6.3)), FRAME, packets, 3.0) == 3


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0, 20), st.integers(1, 40))
def test_cut_is_never_near_speech(quiet: list[bool], target: float, packet_frames: int) -> None:
    levels = np.repeat(np.where(quiet, 0.1, 0.8), 5)  # pieces of 160 ms
    packets = np.arange(0, len(levels), packet_frames) * FRAME

    found = choose_cut(levels, FRAME, packets, target)

    if found is not None:
        near = levels[int((packets[found] - 0.09) / FRAME) : int((packets[found] + 0.09) / FRAME) + 1]
        assert near.max() < 0.35


@pytest.mark.parametrize(
    ("ends", "packet_seconds", "expected"),
    [
        ([4.0, 12.0], 0.02, 12.0),  # the end of a window that is nearer to the target
        ([12.03], 1.0, 12.0),  # a packet begins near it
        ([12.5], 1.0, 6.0),  # no packet does: the quietest moment in which one begins
        ([], 1.0, 6.0),
        ([12.5], 5.0, None),  # packets begin in the middle of words only
        ([], 100.0, None),
    ],
)
def test_speech_without_pause_is_cut_where_a_window_ends(
    ends: list[float], packet_seconds: float, expected: float | None
) -> None:
    packets = [packet_seconds * n for n in range(1, int(20 / packet_seconds))]

    found = choose_weakest(probabilities(20.0, (5.9, 6.1)), FRAME, packets, 9.0, ends)

    assert (found is None) == (expected is None)
    assert found is None or packets[found] == pytest.approx(expected, abs=0.02)
