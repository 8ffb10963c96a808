"""Measures: what a deployment has learnt about its shards and workers. Pure; the table keeps them between runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot_contract.timeouts import QUICK_START_SECONDS, WORKER_START_SECONDS
from earshot_contract.worker_kinds import WorkerKind
from functions.workers.slots import Slot

INITIAL_SHARD_SECONDS = 60.0  # seconds of audio in a shard before any was measured; a guess
SHARD_WEIGHT = 0.9  # weight of the previous value in the moving average of shard lengths, applied for each shard
START_WEIGHT = 0.7  # the same for start times, applied for each cold start
# Half-life in seconds of work of a measured speed: the last minute of work counts as much as all before it. Weighted by
# work, because a clip says less about a worker than a backlog does.
SPEED_HALF_LIFE = 60.0
INITIAL_STARTS: Mapping[WorkerKind, float] = {
    WorkerKind.TASK: WORKER_START_SECONDS,
    WorkerKind.QUICK: QUICK_START_SECONDS,
}


@dataclass(frozen=True)
class KindMeasures:
    """Speed (seconds of audio a second) and seconds from launch to the first receive. None: not measured yet."""

    speed: float | None = None
    start: float | None = None

    def after(self, slot: Slot) -> KindMeasures:
        """Return the moving averages after the run of a worker."""
        speed, start = self.speed, self.start
        if slot.busy_seconds > 0 and slot.audio_seconds > 0:
            seen = slot.audio_seconds / slot.busy_seconds
            weight = 0.0 if speed is None else 0.5 ** (slot.busy_seconds / SPEED_HALF_LIFE)
            speed = weight * (speed or 0.0) + (1 - weight) * seen
        if slot.cold and slot.ready is not None and slot.launched is not None:
            seen = max(0.0, slot.ready - slot.launched)
            start = seen if start is None else START_WEIGHT * start + (1 - START_WEIGHT) * seen
        return KindMeasures(speed, start)


@dataclass(frozen=True)
class Measures:
    """Moving averages of a deployment: lengths of shards by queue, speed and start by kind of worker."""

    fast_shard: float | None = None  # mean seconds of audio in a shard of the fast queue
    bulk_shard: float | None = None
    longest: float = 0.0  # seconds of the longest recent shard; each later job reduces it by a tenth
    task: KindMeasures = KindMeasures()
    quick: KindMeasures = KindMeasures()

    def after_job(self, seconds: float, shards: int, interactive: bool) -> Measures:
        """Return the measures after the start of a job.

        Args:
            seconds: audio of the job, all its shards together.
            shards: number of shards; each is one message, and counts as one value of the mean.
            interactive: the messages are on the fast queue.
        """
        length = seconds / shards
        if interactive:
            return replace(self, fast_shard=_mean(self.fast_shard, length, shards))
        longest = max(length, self.longest * SHARD_WEIGHT)
        return replace(self, bulk_shard=_mean(self.bulk_shard, length, shards), longest=longest)

    def of(self, kind: WorkerKind) -> KindMeasures:
        """Return the measures of one kind."""
        return self.quick if kind is WorkerKind.QUICK else self.task

    def after_worker(self, kind: WorkerKind, slot: Slot) -> Measures:
        """Return the measures after a worker has left, or while it works."""
        measured = self.of(kind).after(slot)
        return replace(self, quick=measured) if kind is WorkerKind.QUICK else replace(self, task=measured)

    def with_running(self, kind: WorkerKind, slots: Iterable[Slot]) -> Measures:
        """Return the measures with those of the workers that run now, which the table gets only at their end."""
        measures = self
        for slot in slots:
            measures = measures.after_worker(kind, slot)
        return measures

    def start(self, kind: WorkerKind) -> float:
        """Return the seconds that a worker of this kind takes to start, as measured or estimated."""
        start = self.of(kind).start
        return INITIAL_STARTS[kind] if start is None else start

    def to_row(self) -> dict[str, Any]:
        """Return the attributes of the table's item; None for what is not measured."""
        row = {"fast_shard": self.fast_shard, "bulk_shard": self.bulk_shard, "longest": self.longest}
        row |= {"task_speed": self.task.speed, "task_start": self.task.start}
        row |= {"quick_speed": self.quick.speed, "quick_start": self.quick.start}
        return {name: value if value is None else round(value, 3) for name, value in row.items()}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Measures:
        """Return the measures of a table's item; attributes that are missing are not measured yet."""
        return cls(
            row.get("fast_shard"),
            row.get("bulk_shard"),
            row.get("longest", 0.0),
            KindMeasures(row.get("task_speed"), row.get("task_start")),
            KindMeasures(row.get("quick_speed"), row.get("quick_start")),
        )


def _mean(previous: float | None, length: float, shards: int) -> float:
    weight = 0.0 if previous is None else SHARD_WEIGHT**shards
    return weight * (previous or 0.0) + (1 - weight) * length
