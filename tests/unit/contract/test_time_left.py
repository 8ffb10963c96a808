"""The estimate of the time that is left."""

from __future__ import annotations

import pytest

from earshot_contract.time_left import seconds_left


@pytest.mark.parametrize(
    ("share", "worked", "since", "expected"),
    [
        (0.25, 100.0, 0.0, 300.0),
        (0.25, 100.0, 40.0, 260.0),  # no news for 40 s
        (0.25, 100.0, 300.0, None),  # the estimate was wrong
        (1.0, 100.0, 0.0, None),
        (0.0, 100.0, 0.0, None),
        (0.5, -0.2, -0.1, None),  # clocks of two machines
    ],
)
def test_seconds_left_fall_between_two_news(share: float, worked: float, since: float, expected: float | None) -> None:
    assert seconds_left(share, worked, since) == expected
