"""Simulated workers: slots, launches, the worker's loop and what it costs, in SimPy's time."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import simpy

from earshot_contract.keys import slot_pk
from earshot_contract.timeouts import (
    IDLE_SECONDS,
    LAUNCH_LEASE_SECONDS,
    ON_DEMAND_LAUNCH_SECONDS,
    QUICK_BULK_SECONDS,
    QUICK_RESERVE_SECONDS,
    QUICK_RUN_SECONDS,
    SPARE_IDLE_SECONDS,
    SPOT_LAUNCH_SECONDS,
)
from earshot_contract.worker_kinds import MEMORY_A_CPU, QUICK_SPEED_A_CPU, WorkerKind, WorkerQueues
from functions.workers import slots as slot_rules
from functions.workers.fleet import Limits
from functions.workers.measures import Measures
from functions.workers.prices import TASK_USD_HOUR
from functions.workers.slots import Slot
from simulation import assumptions
from simulation.records import Bill, Running, Shard
from simulation.scenarios import Account

NEVER = 10**12
SLICE_SECONDS = 2.0  # of a worker's time, after which it looks for callers' shards: a batch takes about as long
Process = Generator[simpy.Event, Any, None]


class SimulatedWorkers(ABC):
    """Queues, slots and workers of a deployment.

    Attributes:
        bill: what the workers cost so far.
        timeline: seconds, GPUs, quick workers at each change.
    """

    def __init__(self, account: Account, seed: int, *, quick: bool) -> None:
        """Begin with empty queues and free slots.

        Args:
            account: what the account allows.
            seed: seed of start times and losses.
            quick: whether quick workers may be launched; `idle_seconds` then has the default that goes with them.
        """
        self.account = account
        self.random = random.Random(seed)
        self.env = simpy.Environment()
        self.functions = simpy.Resource(self.env, account.lambda_concurrency)
        self.fast: deque[Shard] = deque()
        self.bulk: deque[Shard] = deque()
        self.in_work = {"fast": 0, "bulk": 0}
        self.running: list[Running] = []
        self.environments: list[float] = []  # until when each warm environment without an event is kept
        self.bill = Bill()
        self.timeline: list[tuple[float, int, int]] = []
        self.measures = Measures()
        self.limits = Limits(
            max_workers=account.max_workers,
            quick_workers=account.quick_workers,
            quick_memory=account.quick_memory,
            speed=assumptions.GPU_SPEED,
            worker_price=TASK_USD_HOUR,
            idle_seconds=SPARE_IDLE_SECONDS if quick else IDLE_SECONDS,
            drain_seconds=account.drain_seconds,
            version="v1",
        )
        self.slots = {
            kind: [Slot(slot_pk(n, kind)) for n in range(count)]
            for kind, count in ((WorkerKind.TASK, account.max_workers), (WorkerKind.QUICK, account.quick_workers))
        }

    def launch(self, slot: Slot, kind: WorkerKind, queues: WorkerQueues, warm: bool = False) -> None:
        """Claim a slot and start its worker."""
        until = int(self.env.now + LAUNCH_LEASE_SECONDS)
        claimed = replace(
            Slot(slot.pk), lease="x", until=until, launch=until, launched=self.env.now, failures=slot.failures
        )
        self.write(kind, replace(claimed, queues=queues))
        self.env.process(self.worker(slot.pk, kind, queues, warm))

    def write(self, kind: WorkerKind, slot: Slot) -> None:
        """Write a slot's item."""
        of_kind = self.slots[kind]
        of_kind[[s.pk for s in of_kind].index(slot.pk)] = slot

    def read(self, kind: WorkerKind, pk: str) -> Slot:
        """Read a slot's item."""
        return next(slot for slot in self.slots[kind] if slot.pk == pk)

    def worker(self, pk: str, kind: WorkerKind, queues: WorkerQueues, warm: bool) -> Process:
        """Run an execution of the worker machine: launch, work, settle, and again while there is work."""
        while True:
            yield self.env.timeout(assumptions.LAUNCH_SECONDS)
            if not self.has_capacity(kind):
                if kind is WorkerKind.TASK:  # the task waits in PROVISIONING, and costs nothing there
                    yield self.env.timeout(SPOT_LAUNCH_SECONDS + ON_DEMAND_LAUNCH_SECONDS)
                failures = self.read(kind, pk).failures + 1
                until = int(self.env.now + slot_rules.cooldown_seconds(failures))
                self.write(kind, Slot(pk, "x", until, failures, cooling="v1"))
                return
            running = Running(kind, queues, self.env.now)
            self.running.append(running)
            self.count()
            function = self.functions.request() if kind is WorkerKind.QUICK else None
            if function:
                yield function
            cold, seconds = self.start_seconds(kind, warm)
            warm = False
            yield self.env.timeout(seconds)
            started = replace(self.read(kind, pk), until=NEVER, ready=self.env.now, cold=cold)
            self.write(kind, started)
            if kind is WorkerKind.TASK and self.account.spot_losses:
                self.env.process(self.lose(running))
            yield self.env.process(self.work(pk, running))
            self.running.remove(running)
            self.bill.charge(running, self.env.now, self.account.quick_memory)
            self.count()
            if function:
                self.functions.release(function)
                self.environments.append(self.env.now + assumptions.QUICK_KEPT_SECONDS)
            self.measures = self.measures.after_worker(kind, self.read(kind, pk))
            self.write(kind, Slot(pk))
            if (again := self.queues_with_work(kind)) is None:
                return
            until, queues = int(self.env.now + LAUNCH_LEASE_SECONDS), again
            self.write(kind, Slot(pk, "y", until, 0, "x", None, until, self.env.now, queues=queues))

    @abstractmethod
    def queues_with_work(self, kind: WorkerKind) -> WorkerQueues | None:
        """Return the queues of another worker in a slot that was just released; None: no other follows."""

    def has_capacity(self, kind: WorkerKind) -> bool:
        """Return whether AWS gives another worker of the kind now."""
        of_kind = sum(worker.kind is kind for worker in self.running)
        if kind is WorkerKind.TASK:
            return self.env.now >= self.account.no_gpu_until and of_kind < self.account.gpu_quota
        return self.functions.count < self.account.lambda_concurrency

    def start_seconds(self, kind: WorkerKind, warm: bool) -> tuple[bool, float]:
        """Return whether a start is cold, and how long it takes."""
        if warm:
            return False, 0.0
        spread = self.random.lognormvariate(0, assumptions.START_SPREAD)
        if kind is WorkerKind.TASK:
            return True, assumptions.GPU_START_SECONDS * spread
        self.environments = [until for until in self.environments if until > self.env.now]
        if self.environments:
            self.environments.remove(max(self.environments))
            return False, assumptions.QUICK_WARM_SECONDS * spread
        return True, assumptions.QUICK_COLD_SECONDS * spread

    def lose(self, running: Running) -> Process:
        """Take a Spot instance away."""
        yield self.env.timeout(self.random.expovariate(1 / assumptions.SPOT_LOSS_SECONDS))
        running.lost = True
        if running.wake and not running.wake.triggered:
            running.wake.succeed()

    def work(self, pk: str, running: Running) -> Process:
        """Run the worker's loop: callers' shards first, in slices, until no shard has come for a while."""
        kind = running.kind
        slot_idle = slot_rules.idle_timeout(pk, kind, self.limits.idle_seconds)
        held: tuple[Shard, float] | None = None  # a bulk shard and the seconds of audio left in it
        quick = kind is WorkerKind.QUICK
        last_receive = running.began + (QUICK_RUN_SECONDS - QUICK_RESERVE_SECONDS if quick else NEVER)
        last_bulk = running.began + (QUICK_BULK_SECONDS if quick else NEVER)
        if running.queues is WorkerQueues.FAST:
            last_bulk = 0.0
        last_work = self.env.now
        while not running.lost:
            now = self.env.now
            if self.fast and now < last_receive:
                yield self.env.process(self.transcribe(pk, running, self.fast.popleft()))
                last_work = self.env.now
            elif held or (self.bulk and now < last_bulk):
                if held is None:
                    shard = self.bulk.popleft()
                    held = shard, shard.seconds
                    self.in_work["bulk"] += 1
                shard, left = held
                seconds = min(left, SLICE_SECONDS * self.speed(kind))
                yield self.env.timeout(seconds / self.speed(kind))
                self.note(pk, running, seconds)
                last_work = self.env.now
                held = (shard, left - seconds) if left > seconds else None
                if held is None:
                    self.in_work["bulk"] -= 1
                    self.env.process(self.finish(shard))
            elif now >= last_receive or now >= last_work + slot_idle:
                break
            else:
                running.wake = self.env.event()
                yield running.wake | self.env.timeout(last_work + slot_idle - now)
        if held:
            self.in_work["bulk"] -= 1
            self.bulk.appendleft(held[0])

    def transcribe(self, pk: str, running: Running, shard: Shard) -> Process:
        """Transcribe a caller's shard, without a break."""
        self.in_work["fast"] += 1
        yield self.env.timeout(shard.seconds / self.speed(running.kind))
        self.in_work["fast"] -= 1
        self.note(pk, running, shard.seconds)
        self.env.process(self.finish(shard))

    def note(self, pk: str, running: Running, seconds: float) -> None:
        """Add audio to the slot's measures, and the time that the worker was busy with it."""
        busy = seconds / self.speed(running.kind)
        running.worked += busy
        slot = self.read(running.kind, pk)
        measured = replace(slot, audio_seconds=slot.audio_seconds + seconds, busy_seconds=slot.busy_seconds + busy)
        self.write(running.kind, measured)

    def finish(self, shard: Shard) -> Process:
        """Answer a shard's task; the job ends with its last."""
        yield self.env.timeout(assumptions.SHARD_SECONDS)
        shard.job.left -= 1
        if not shard.job.left:
            yield self.env.timeout(assumptions.AFTER_SECONDS)
            shard.job.done = self.env.now

    def speed(self, kind: WorkerKind) -> float:
        """Return the seconds of audio that a worker transcribes in a second."""
        if kind is WorkerKind.TASK:
            return assumptions.GPU_SPEED
        return QUICK_SPEED_A_CPU * self.account.quick_memory / MEMORY_A_CPU

    def wake_workers(self) -> None:
        """End the long polls of idle workers."""
        for worker in self.random.sample(self.running, len(self.running)):  # SQS gives a message to any of them
            if worker.wake and not worker.wake.triggered:
                worker.wake.succeed()

    def count(self) -> None:
        """Add the number of workers to the timeline, and to the bill where it is the highest so far."""
        gpus = sum(worker.kind is WorkerKind.TASK for worker in self.running)
        quick = len(self.running) - gpus
        self.bill.max_gpus, self.bill.max_quick = max(self.bill.max_gpus, gpus), max(self.bill.max_quick, quick)
        self.timeline.append((self.env.now, gpus, quick))
