"""How many workers should run, and which slots may launch one. Pure: times come in as epoch seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.keys import slot_pk

LAUNCH_LEASE_SECONDS = 600  # a launch that has not renewed its lease by then is lost (cold start ~3–5 minutes)
COOLDOWN_SECONDS, MAX_COOLDOWN_SECONDS = 60, 900  # without a pause, a slot whose launch fails spins
SPARE_IDLE_SECONDS = 20  # every slot but the first: long enough to catch the next shard of a burst
EWMA_WEIGHT = 0.9  # weight of the past in the running mean of shard lengths
INITIAL_SHARD_SECONDS = 60.0  # seconds of audio in a shard, before any was seen


@dataclass(frozen=True)
class Slot:
    """The right to run one worker."""

    pk: str
    lease: str | None = None
    until: int = 0  # epoch seconds: held, or cooling, before it; free after
    failures: int = 0  # launches in a row that failed


def backlog(messages: int, shard_seconds: float, incoming: float) -> float:
    """Seconds of audio that wait: the queues count messages only, so their typical length is multiplied in.

    `incoming` is the job being started, whose messages may not be on the queue yet.
    """
    return messages * shard_seconds + incoming


def mean_shard_seconds(previous: float | None, seconds: float) -> float:
    """The running mean that `backlog` uses, after another job of `seconds`."""
    return seconds if previous is None else EWMA_WEIGHT * previous + (1 - EWMA_WEIGHT) * seconds


def worker_count(backlog_seconds: float, speed: float, drain_seconds: float, max_workers: int) -> int:
    """Workers that drain the backlog in time; `speed` is seconds of audio a worker does in a second."""
    return min(max_workers, math.ceil(backlog_seconds / (speed * drain_seconds))) if backlog_seconds > 0 else 0


def free_slots(slots: Sequence[Slot], count: int, now: float) -> list[Slot]:
    """The free ones among the first `count` slots. A cooling slot is passed over, not replaced by a later one:
    what broke its launch (no capacity, a bad image) would break that one too."""
    return [slot for slot in slots[:count] if slot.until < now]


def cooldown_seconds(failures: int) -> int:
    """Seconds to keep a slot shut after that many failed launches in a row: 60, 120, 240, 480, 900."""
    return min(MAX_COOLDOWN_SECONDS, COOLDOWN_SECONDS * 2 ** (max(failures, 1) - 1))


def idle_timeout(slot: str, first: int) -> int:
    """Seconds a worker waits for more before it leaves. Only slot 0 stays warm, for `first` seconds: about what
    a cold start takes, so that waiting never costs more than twice what it saves."""
    return first if slot == slot_pk(0) else min(first, SPARE_IDLE_SECONDS)
