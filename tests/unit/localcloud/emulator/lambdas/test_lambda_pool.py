"""Pool of Lambda environments: its limit, the order of those that wait, and what it gives back."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import pytest

from localcloud.emulator.lambdas import lambda_pool
from localcloud.emulator.lambdas.lambda_pool import (
    START_SECONDS,
    UNUSED_SECONDS,
    EnvironmentPool,
    Throttled,
    start_seconds,
)


class Environment:
    """A process that was closed or killed."""

    def __init__(self) -> None:
        self.ended = ""

    def close(self) -> None:
        self.ended = "closed"

    def kill(self) -> None:
        self.ended = "killed"


class Line(deque[Any]):
    """The events that wait, and how many came: one may be served before the test sees it wait."""

    arrivals = 0

    def append(self, waiter: Any) -> None:
        super().append(waiter)
        self.arrivals += 1


def pool_of(limit: int = 1, kept_idle: int = 1, starts: int = 100, **clock: Any) -> Any:
    pool = EnvironmentPool(Environment, limit, kept_idle, starts, **clock)  # type: ignore[arg-type]
    pool.waiting = Line()
    return pool


def acquire_later(pool: Any, got: list[Any]) -> threading.Thread:
    """Wait for an environment on another thread, behind all that wait already."""
    before = pool.waiting.arrivals
    thread = threading.Thread(target=lambda: got.append(pool.acquire(10)))
    thread.start()
    while pool.waiting.arrivals == before:
        time.sleep(0.001)
    return thread


def test_idle_environment_is_used_again() -> None:
    pool = pool_of()
    first = pool.acquire(0)
    pool.release(first)
    assert pool.acquire(0) is first


def test_burst_ends_all_but_the_kept_environments() -> None:
    pool = pool_of(limit=5, kept_idle=2)
    for environment in (burst := [pool.acquire(0) for _ in range(5)]):
        pool.release(environment)
    assert [environment.ended for environment in burst] == ["", "", "closed", "closed", "closed"]
    assert pool.busy == 0


def test_waiting_events_get_environments_in_order() -> None:
    pool, got = pool_of(), []
    only = pool.acquire(0)
    threads = [acquire_later(pool, got) for _ in range(2)]

    pool.release(only)
    threads[0].join()
    assert got == [only]
    pool.discard(only)  # it died: the next one gets a new one
    threads[1].join()

    assert only.ended == "killed"
    assert got[1] is not only
    assert pool.busy == 1


def test_event_without_environment_in_time_is_throttled() -> None:
    pool = pool_of()
    only = pool.acquire(0)
    with pytest.raises(Throttled):
        pool.acquire(0.001)
    pool.release(only)  # back to the pool: the throttled event does not wait any more
    assert pool.acquire(0) is only


def test_failed_fork_leaves_room_for_the_next_event() -> None:
    def fail() -> Any:
        raise RuntimeError("no process")

    pool = EnvironmentPool(fail, 1, 1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            pool.acquire(0)
    assert pool.busy == 0


class Clock:
    """Seconds that pass in each wait, and in a fork."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_environments_start_a_few_at_a_time() -> None:
    clock = Clock()
    pool = pool_of(limit=10, starts=2, clock=clock)
    first = [pool.acquire(0) for _ in range(2)]
    with pytest.raises(Throttled):
        pool.acquire(0)

    pool.release(first[0])  # its first event is served: it starts no more
    assert pool.acquire(0) is first[0]
    pool.acquire(0)  # beside the second one
    with pytest.raises(Throttled):
        pool.acquire(0)
    clock.now += START_SECONDS[0]  # they wait for something else by now

    assert pool.acquire(0) not in first
    assert (pool.busy, len(pool.starting)) == (4, 1)


def test_unused_environments_end_but_for_the_last_used() -> None:
    clock = Clock()
    pool = pool_of(limit=3, kept_idle=3, clock=clock)
    first, second, third = (pool.acquire(0) for _ in range(3))
    for environment in (first, second, third):
        pool.release(environment)
    clock.now += UNUSED_SECONDS
    pool.release(pool.acquire(0))  # the third, again
    pool.end_unused()
    assert (first.ended, second.ended, third.ended) == ("", "", "")

    clock.now += 1
    pool.end_unused()
    assert (first.ended, second.ended, third.ended) == ("closed", "closed", "")

    clock.now += 2 * UNUSED_SECONDS
    pool.end_unused()
    assert pool.acquire(0) is third


def test_slow_fork_lets_the_next_start_later() -> None:
    clock = Clock()

    def fork() -> Environment:
        clock.now += 0.04
        return Environment()

    pool = EnvironmentPool(fork, 10, 1, 1, clock)  # type: ignore[arg-type]
    pool.acquire(0)
    clock.now = 1.9
    with pytest.raises(Throttled):
        pool.acquire(0)

    clock.now = 2.0  # fifty forks
    pool.acquire(0)


@pytest.mark.parametrize(("fork", "start"), [(0.001, 0.5), (0.02, 1.0), (0.3, 4.0), (9.0, 4.0)])
def test_start_lasts_as_the_machine_is_busy(fork: float, start: float) -> None:
    assert start_seconds(fork) == start


def test_events_that_wait_for_a_start_get_it_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_pool, "START_SECONDS", (0.01, 0.01))
    pool, got = pool_of(limit=10, starts=1), []
    pool.acquire(0)
    threads = [acquire_later(pool, got) for _ in range(3)]

    for thread in threads:
        thread.join(10)

    assert (len(got), pool.busy, list(pool.waiting)) == (3, 4, [])


def test_failed_fork_lets_the_next_start() -> None:
    pool = pool_of(limit=10, starts=1)
    pool.fork = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        pool.acquire(0)
    pool.fork = Environment

    assert pool.acquire(0).ended == ""
