"""Times on the command line: one form for every length of time."""

from __future__ import annotations

import pytest

from earshot_cli.times import duration, rough_duration
from tests.fixtures.rows import each_row


@each_row(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0.0 s"),
        (7.94, "7.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1:00"),
        (725, "12:05"),
        (3599.7, "1:00:00"),
        (3725, "1:02:05"),
        (90_000, "25:00:00"),
    ],
)
def test_duration_has_the_form_of_its_size(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(45, "45 s"), (720, "12 min"), (72_360, "20.1 h")])
def test_rough_duration_has_one_unit(seconds: float, text: str) -> None:
    assert rough_duration(seconds) == text
