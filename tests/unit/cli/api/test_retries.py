"""How long a request is tried again, and when: by the answers alone, without waiting."""

from __future__ import annotations

import httpx
import pytest

from earshot_cli.api.retries import BUSY_SECONDS, MAX_ATTEMPTS, Retries


class Clock:
    """Seconds that a test moves on."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def answer(status: int, retry_after: str = "") -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": retry_after} if retry_after else {})


def waits(response: httpx.Response, busy_limit: float) -> list[float]:
    """Seconds waited before each further attempt, until there is none."""
    clock = Clock()
    retries, found = Retries(busy_limit, clock=clock), list[float]()
    while (pause := retries.after(response)) is not None:
        found.append(pause)
        clock.now += pause
    return found


@pytest.mark.parametrize(
    ("status", "retry_after", "busy_limit", "expected"),
    [
        (200, "", 0, []),
        (404, "", BUSY_SECONDS, []),
        (503, "", 0, [0.5, 1, 2, 4]),
        (503, "7", BUSY_SECONDS, [7, 7, 7, 7]),  # a fault, not a queue
        (502, "3600", 0, [30, 30, 30, 30]),
        (429, "7", 0, [7, 7, 7, 7]),  # of a command that does not wait for long
    ],
)
def test_error_is_tried_again_a_few_times(
    status: int, retry_after: str, busy_limit: float, expected: list[float]
) -> None:
    assert waits(answer(status, retry_after), busy_limit) == expected


@pytest.mark.parametrize(("retry_after", "minimum"), [("30", 30), ("120", 120), ("", 30), ("99999", 600)])
def test_busy_deployment_is_tried_when_it_says(retry_after: str, minimum: float) -> None:
    found = waits(answer(429, retry_after), 7200)

    assert all(minimum <= pause <= minimum * 1.2 for pause in found)
    assert 7200 - 1.2 * minimum < sum(found) <= 7200
    assert len(found) > MAX_ATTEMPTS
    assert len(set(found)) > 1, "those that wait would return together"


def test_busy_limit_begins_anew_after_another_answer() -> None:
    clock, signs = Clock(), list[float]()
    retries = Retries(100, signs.append, clock)
    retries.after(answer(429, "60"))
    clock.now += 90
    assert retries.after(answer(503)) == 0.5
    assert signs[-1] == 0.0

    assert retries.after(answer(429, "60")) is not None
    assert retries.after(answer(200)) is None
    assert [bool(sign) for sign in signs] == [True, False, True, False]


def test_broken_connection_is_tried_a_few_times() -> None:
    retries = Retries(BUSY_SECONDS)

    assert [retries.after_error() for _ in range(MAX_ATTEMPTS)] == [0.5, 1, 2, 4, None]
