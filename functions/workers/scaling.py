"""Scaling: how many workers should run, and which slots may launch one. Pure functions over epoch seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.keys import slot_pk

# Seconds in which a slot does not launch after its first failed launch, and the most after several. Without a
# cooldown, a slot whose launch fails is launched again and again. Each attempt may buy an instance.
COOLDOWN_SECONDS, MAX_COOLDOWN_SECONDS = 60, 1800
# Idle timeout in seconds of every slot but the first: long enough to receive the next shard of a burst.
SPARE_IDLE_SECONDS = 20
EWMA_WEIGHT = 0.9  # weight of the previous value in the exponentially weighted mean of shard duration
INITIAL_SHARD_SECONDS = 60.0  # seconds of audio in a shard before any was measured; a guess


@dataclass(frozen=True)
class Slot:
    """The right to run one worker."""

    pk: str
    lease: str | None = None
    until: int = 0  # epoch seconds: leased or cooling down before it, free after it
    failures: int = 0  # failed launches in a row
    execution: str | None = None  # name of the execution of the worker machine that has the slot
    cooling: str | None = None  # version of the worker whose launch failed; None: no cooldown


def backlog(messages: int, shard_seconds: float, incoming: float) -> float:
    """Return the seconds of audio that wait for a worker.

    Args:
        messages: messages in both queues; their lengths are unknown.
        shard_seconds: mean length of a shard.
        incoming: seconds of the job that is being started, whose messages may not be in the queue yet.
    """
    return messages * shard_seconds + incoming


def mean_shard_seconds(previous: float | None, seconds: float, shards: int) -> float:
    """Return the exponentially weighted mean of the audio in a shard, after another job.

    Args:
        previous: the mean before; None before the first job.
        seconds: audio of the job, all its shards together.
        shards: number of shards; each is one message of the backlog, and counts as one value of the mean.
    """
    weight = 0.0 if previous is None else EWMA_WEIGHT**shards
    return weight * (previous or 0.0) + (1 - weight) * seconds / shards


def worker_count(backlog_seconds: float, speed: float, drain_seconds: float, max_workers: int) -> int:
    """Return how many workers process the backlog within `drain_seconds`, at most `max_workers`.

    Args:
        backlog_seconds: seconds of audio that wait.
        speed: seconds of audio that a worker transcribes in a second.
        drain_seconds: time in which the backlog should be gone.
        max_workers: the deployment's limit.
    """
    return min(max_workers, math.ceil(backlog_seconds / (speed * drain_seconds))) if backlog_seconds > 0 else 0


def free_slots(slots: Sequence[Slot], count: int, now: float, version: str = "") -> list[Slot]:
    """Return the free slots among the first `count`.

    A slot in cooldown is left out and not replaced by a later one: the cause of its failed launch (no capacity, a bad
    image) would make that launch fail, too. After a second failure in a row the first slot alone is tried, until its
    worker runs. A cooldown ends early when another version of the worker was deployed.

    Args:
        slots: the slots from the first on.
        count: how many workers should run.
        now: epoch seconds.
        version: of the worker that is deployed now.
    """
    failing = slots[:1] if _keeps_failing(slots, version) else slots[:count]
    return [slot for slot in failing[:count] if slot.until < now or slot.cooling not in (None, version)]


def _keeps_failing(slots: Sequence[Slot], version: str) -> bool:
    """Return whether launches of this version failed twice in a row in the first slot."""
    return bool(slots) and slots[0].failures > 1 and slots[0].cooling in (None, version)


def cooldown_seconds(failures: int) -> int:
    """Return the cooldown after that many failed launches in a row: 60, 120, 240, 480, 960, 1800 seconds."""
    doubled: int = COOLDOWN_SECONDS * 2 ** (max(failures, 1) - 1)
    return min(MAX_COOLDOWN_SECONDS, doubled)


def idle_timeout(slot: str, first: int) -> int:
    """Return the seconds that the slot's worker waits for another shard before it leaves.

    Args:
        slot: partition key of the slot.
        first: the timeout of slot 0, the only one that stays warm; `earshot_contract.timeouts.IDLE_SECONDS` says why.
    """
    return first if slot == slot_pk(0) else min(first, SPARE_IDLE_SECONDS)
