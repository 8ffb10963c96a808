"""Fleet: slots, measures and limits as the policy sees them. Pure; Scale and `make simulate` use it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.timeouts import QUICK_IDLE_SECONDS, SPARE_IDLE_SECONDS
from earshot_contract.worker_kinds import MEMORY_A_CPU, QUICK_SPEED_A_CPU, WorkerKind, WorkerQueues
from functions.workers import policy
from functions.workers.measures import INITIAL_SHARD_SECONDS, Measures
from functions.workers.policy import Backlog, Offer, Working
from functions.workers.prices import quick_usd_hour
from functions.workers.slots import Slot, launchable


@dataclass(frozen=True)
class Limits:
    """Settings of a deployment that bound its fleet."""

    max_workers: int
    quick_workers: int  # 0: none
    quick_memory: int  # MB
    speed: float  # of a task, until one has measured it
    worker_price: float  # dollars an hour of a task
    idle_seconds: float  # that the first task waits for more audio
    drain_seconds: float
    version: str = ""  # of the worker that is deployed


@dataclass(frozen=True)
class Fleet:
    """State from which the policy decides, at one moment.

    Attributes:
        tasks: all slots of tasks.
        quick: all slots of quick workers.
        measures: what was learnt so far.
        limits: settings.
        now: epoch seconds.
        one_left: a worker has just left, and the decision is about its successor.
    """

    tasks: Sequence[Slot]
    quick: Sequence[Slot]
    measures: Measures
    limits: Limits
    now: float
    one_left: bool = False

    def backlog(self, messages: tuple[int, int], incoming: float, shards: int, interactive: bool) -> Backlog:
        """Return the shards and the seconds of audio that wait or are in work, for callers and in bulk.

        Args:
            messages: numbers of messages in the fast and in the bulk queue, those in work included.
            incoming: seconds of the job that is being started, whose messages may not be in a queue yet; 0: no job is.
            shards: number of shards of that job.
            interactive: whether messages of that job go to the fast queue.
        """
        fast, bulk = messages
        measures, shards = self.measures, shards if incoming else 0
        return Backlog(
            fast_seconds=fast * (measures.fast_shard or INITIAL_SHARD_SECONDS) + incoming * interactive,
            fast_shards=fast + shards * interactive,
            bulk_seconds=bulk * (measures.bulk_shard or INITIAL_SHARD_SECONDS) + incoming * (not interactive),
            bulk_shards=bulk + shards * (not interactive),
            longest=measures.longest,
        )

    def launches(self, backlog: Backlog) -> list[tuple[Slot, WorkerKind, WorkerQueues]]:
        """Return the slots in which to launch a worker, its kind, and its queues."""
        free_tasks = launchable(self.tasks, self.now, self.limits.version)
        free_quick = launchable(self.quick, self.now, self.limits.version)
        measures = self.measures.with_running(WorkerKind.TASK, self._started(self.tasks))
        measures = measures.with_running(WorkerKind.QUICK, self._started(self.quick))
        task = self._task(measures, len(free_tasks))
        quick = self._quick(measures, len(free_quick))
        workers = [*self._working(self.tasks, task), *self._working(self.quick, quick)]
        chosen = policy.decide(backlog, workers, task, quick, self.limits.drain_seconds, pause=not self.one_left)
        tasks = [(slot, WorkerKind.TASK, WorkerQueues.ALL) for slot in free_tasks[: chosen.tasks]]
        queues = [WorkerQueues.FAST] * chosen.quick_fast + [WorkerQueues.ALL] * chosen.quick_all
        quicks = [(slot, WorkerKind.QUICK, of) for slot, of in zip(free_quick, queues, strict=False)]
        return tasks + quicks

    def _started(self, slots: Sequence[Slot]) -> list[Slot]:
        return [slot for slot in slots if slot.until >= self.now and slot.cooling is None and slot.has_started()]

    def _task(self, measures: Measures, free: int) -> Offer:
        speed = measures.task.speed or self.limits.speed
        start = measures.start(WorkerKind.TASK)
        idle = min(self.limits.idle_seconds, SPARE_IDLE_SECONDS)
        return Offer(WorkerKind.TASK, speed, start, self.limits.worker_price, free, idle)

    def _quick(self, measures: Measures, free: int) -> Offer:
        speed = measures.quick.speed or QUICK_SPEED_A_CPU * self.limits.quick_memory / MEMORY_A_CPU
        price, start = quick_usd_hour(self.limits.quick_memory), measures.start(WorkerKind.QUICK)
        return Offer(WorkerKind.QUICK, speed, start, price, free, QUICK_IDLE_SECONDS)

    def _working(self, slots: Sequence[Slot], offer: Offer) -> list[Working]:
        """Return the workers of a kind that run or start."""
        owned = [slot for slot in slots if slot.until >= self.now and slot.cooling is None]
        return [
            Working(
                offer.kind,
                0.0 if slot.has_started() else policy.ready_in(slot.age(self.now), offer.start),
                math.inf if slot.is_succession() else slot.age(self.now),
                slot.queues,
            )
            for slot in owned
        ]
