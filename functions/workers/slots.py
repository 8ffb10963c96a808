"""Slots: which may launch a worker, cooldowns after failed launches, idle timeouts. Pure, over epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.keys import slot_pk
from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS, QUICK_IDLE_SECONDS, SPARE_IDLE_SECONDS
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues

# Seconds in which a slot does not launch after its first failed launch, and the maximum after several. Without a
# cooldown, a slot whose launch fails is launched again and again. Each attempt may buy an instance.
COOLDOWN_SECONDS, MAX_COOLDOWN_SECONDS = 60, 1800


@dataclass(frozen=True)
class Slot:
    """The right to run one worker."""

    pk: str
    lease: str | None = None
    until: int = 0  # epoch seconds: leased or cooling down before it, free after it
    failures: int = 0  # failed launches in a row
    execution: str | None = None  # name of the execution of the worker machine that has the slot
    cooling: str | None = None  # version of the worker whose launch failed; None: no cooldown
    launch: int = 0  # the `until` of its launch: equal to `until` as long as the worker has not started
    launched: float | None = None  # epoch seconds of the launch
    ready: float | None = None  # epoch seconds at which the worker had its model and received
    cold: bool = False  # the worker loaded its model; a quick worker may find it loaded
    audio_seconds: float = 0.0  # that the worker has transcribed
    busy_seconds: float = 0.0  # in which it had a shard
    queues: WorkerQueues = WorkerQueues.ALL

    def is_cooling(self, now: float, version: str) -> bool:
        """Return whether a launch failed here a short while ago, of the version that is deployed."""
        return self.until >= now and self.cooling == version

    def is_free(self, now: float, version: str) -> bool:
        """Return whether a worker may be launched: another version of the worker ends a cooldown."""
        return self.until < now or self.cooling not in (None, version)

    def is_tried_again(self, now: float) -> bool:
        """Return whether a launch is under way after one that failed."""
        return self.failures > 0 and self.cooling is None and self.until >= now and not self.has_started()

    def has_started(self) -> bool:
        """Return whether the worker has renewed its lease."""
        return self.until != self.launch

    def is_succession(self) -> bool:
        """Return whether its worker follows another in the same execution, which Scale named after the first lease."""
        return self.execution not in (None, self.lease)

    def age(self, now: float) -> float:
        """Return the seconds since the launch."""
        return max(0.0, now - (self.launched if self.launched is not None else self.launch - LAUNCH_LEASE_SECONDS))


def launchable(slots: Sequence[Slot], now: float, version: str = "") -> list[Slot]:
    """Return the slots of one kind that may launch a worker, in the order in which to take them.

    While a slot cools down, none may: the cause of its failure (no capacity, a bad image) would break any launch.
    After a failure one slot at a time is tried, until its worker runs: a broken image then costs one instance at a
    time. The deployment of another version of the worker ends a cooldown early.

    Args:
        slots: all slots of the kind.
        now: epoch seconds.
        version: version of the worker that is deployed now.
    """
    if any(slot.is_cooling(now, version) or slot.is_tried_again(now) for slot in slots):
        return []
    free = [slot for slot in slots if slot.is_free(now, version)]
    failed = [slot for slot in free if slot.failures and slot.cooling == version]
    return failed[:1] or free


def cooldown_seconds(failures: int) -> int:
    """Return the cooldown after that many failed launches in a row: 60, 120, 240, 480, 960, 1800 seconds."""
    doubled: int = COOLDOWN_SECONDS * 2 ** (max(failures, 1) - 1)
    return min(MAX_COOLDOWN_SECONDS, doubled)


def idle_timeout(slot: str, kind: WorkerKind, first: float) -> int:
    """Return the seconds that the slot's worker waits for another shard before it leaves.

    Args:
        slot: partition key of the slot.
        kind: kind of the worker.
        first: the timeout of the first task, the only one that stays warm.
    """
    if kind is WorkerKind.QUICK:
        return QUICK_IDLE_SECONDS
    return round(first if slot == slot_pk(0) else min(first, SPARE_IDLE_SECONDS))
