"""Tables of rows in one test: every failing row is named, and a table without rows fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from tests.fixtures.rows import each_row


def test_every_row_that_fails_is_named() -> None:
    @each_row(("left", "right"), [(n, n % 20) for n in range(40)])
    def numbers_are_equal(left: int, right: int) -> None:
        assert left == right, f"{left} is another number"

    with pytest.raises(BaseExceptionGroup) as failure:
        numbers_are_equal()  # type: ignore[call-arg]

    assert failure.value.message.startswith("20 of 40 rows fail:\n")
    for n in range(20, 40):
        assert f"\nleft={n}, right={n % 20}: {n} is another number\n" in failure.value.message
    assert len(failure.value.exceptions) == 20


def test_rows_after_a_failing_one_are_run() -> None:
    seen = []

    @each_row("n", [1, 2, 3])
    def first_row_fails(n: int) -> None:
        seen.append(n)
        if n == 1:
            pytest.fail("no")

    with pytest.raises(BaseExceptionGroup, match="1 of 3 rows"):
        first_row_fails()  # type: ignore[call-arg]
    assert seen == [1, 2, 3]


def test_tables_are_combined_and_fixtures_stay_arguments() -> None:
    seen = []

    @each_row("letter", "ab")
    @each_row("n", [1, 2])
    def every_pair(fixture: Callable[..., None], letter: str, n: int) -> None:
        seen.append((letter, n))

    assert list(inspect.signature(every_pair).parameters) == ["fixture"]
    every_pair(fixture=print)  # type: ignore[call-arg]
    assert seen == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


def test_table_without_rows_fails() -> None:
    @each_row("n", [])
    def nothing(n: int) -> None: ...

    with pytest.raises(AssertionError, match="no rows"):
        nothing()  # type: ignore[call-arg]
