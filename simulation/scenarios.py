"""Scenarios: what arrives when, and what the account allows."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HOUR, DAY = 3600.0, 24 * 3600.0


@dataclass(frozen=True)
class Arrival:
    """One file."""

    at: float  # seconds from the start
    seconds: float  # of audio
    interactive: bool = False  # its caller waits


@dataclass(frozen=True)
class Account:
    """Settings of a deployment, and what its account really gives."""

    max_workers: int = 8
    quick_workers: int = 40
    quick_memory: int = 10_240
    gpu_quota: int = 8  # tasks that get an instance
    no_gpu_until: float = 0.0  # seconds without any capacity
    spot_losses: bool = False
    warm: bool = False  # the fleet has just worked: environments and GPUs are there
    drain_seconds: float = 240.0
    lambda_concurrency: int = 1000


@dataclass(frozen=True)
class Scenario:
    """A load in an account."""

    name: str
    title: str
    account: Account
    arrivals: Callable[[random.Random], Sequence[Arrival]]
    until: float  # seconds that are billed; work that is left then counts as not done


def clips(every: float, until: float, seconds: float = 10.0, after: float = 0.0) -> list[Arrival]:
    """Return callers with clips of the same length at equal distances."""
    return [Arrival(after + n * every, seconds, True) for n in range(math.ceil((until - after) / every))]


def files(count: int, seconds: float, at: float = 0.0) -> list[Arrival]:
    """Return bulk files that arrive at once."""
    return [Arrival(at, seconds) for _ in range(count)]


def office_day(random: random.Random) -> list[Arrival]:
    """Return a day from nine to five: a caller each half minute, and 60 recordings of 10 to 60 minutes."""
    callers, at = [], 0.0
    while (at := at + random.expovariate(1 / 30)) < 8 * HOUR:
        callers.append(Arrival(at, random.uniform(5, 60), True))
    recordings = [Arrival(random.uniform(0, 8 * HOUR), random.uniform(600, HOUR)) for _ in range(60)]
    return [*callers, *recordings]


FULL = Account()
NEW = Account(max_workers=4, quick_workers=2, quick_memory=3008, gpu_quota=1, lambda_concurrency=10)
SCENARIOS = (
    Scenario("clip-an-hour", "One 10 s clip an hour, for a day", FULL, lambda _: clips(HOUR, DAY), DAY),
    Scenario("clip-every-5-s", "A 10 s clip every 5 s, for two hours", FULL, lambda _: clips(5, 2 * HOUR), 2 * HOUR),
    Scenario("thousand-files", "1,000 files of 10 minutes at once", FULL, lambda _: files(1000, 600), 2 * HOUR),
    Scenario(
        "thousand-and-callers",
        "The same, and a caller every 10 s",
        FULL,
        lambda _: [*files(1000, 600), *clips(10, HOUR / 2)],
        2 * HOUR,
    ),
    Scenario("ten-hours-cold", "One 10-hour file, nothing running", FULL, lambda _: files(1, 10 * HOUR), HOUR),
    Scenario(
        "ten-hours-warm",
        "One 10-hour file, all warm, drain_seconds=100",
        Account(warm=True, drain_seconds=100.0),
        lambda _: files(1, 10 * HOUR),
        HOUR,
    ),
    Scenario("office-day", "An office day with Spot losses", Account(spot_losses=True), office_day, 9 * HOUR),
    Scenario(
        "no-gpu-for-an-hour",
        "200 files of 10 minutes and callers, no GPU for an hour",
        Account(no_gpu_until=HOUR),
        lambda _: [*files(200, 600), *clips(20, HOUR)],
        3 * HOUR,
    ),
    Scenario(
        "new-account",
        "A new account: 100 files of 10 minutes and a caller every 20 s",
        NEW,
        lambda _: [*files(100, 600), *clips(20, HOUR)],
        3 * HOUR,
    ),
)
TITLES = {scenario.name: scenario.title for scenario in SCENARIOS}
