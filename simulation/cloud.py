"""Simulated cloud: queues, slots, workers and the scaler's calls, in SimPy's time.

Decisions are the deployed code's (`functions.workers`); queues, capacity and speeds are models of AWS.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field, replace
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
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.workers import slots as slot_rules
from functions.workers.fleet import MEMORY_A_CPU, QUICK_USD_GB_SECOND, Fleet, Limits
from functions.workers.measures import Measures
from functions.workers.slots import Slot
from simulation import assumptions
from simulation.policies import Policy
from simulation.scenarios import Account, Arrival, Scenario

NEVER = 10**12
SLICE_SECONDS = 2.0  # of a worker's time, after which it looks for callers' shards: a batch takes about as long
Process = Generator[simpy.Event, Any, None]


@dataclass(eq=False)
class Job:
    """A file on its way."""

    arrival: Arrival
    left: int  # shards
    done: float | None = None  # seconds from the start of the simulation


@dataclass(eq=False)
class Shard:
    """A message."""

    job: Job
    seconds: float


@dataclass
class Bill:
    """Seconds of workers, and what they cost."""

    gpu_seconds: float = 0.0
    gpu_work: float = 0.0
    quick_seconds: float = 0.0
    quick_work: float = 0.0
    usd: float = 0.0
    idle_usd: float = 0.0
    most_gpus: int = 0
    most_quick: int = 0


@dataclass(eq=False)
class Running:
    """A worker: its slot is in the table, this is what it does."""

    kind: WorkerKind
    queues: WorkerQueues
    began: float
    worked: float = 0.0
    wake: simpy.Event | None = None
    lost: bool = False


@dataclass
class SimulatedCloud:
    """One run of a scenario under a policy."""

    scenario: Scenario
    policy: Policy
    seed: int
    quick: bool = True  # the policy launches quick workers, and `idle_seconds` has the default that goes with them
    jobs: list[Job] = field(default_factory=list)
    bill: Bill = field(default_factory=Bill)
    timeline: list[tuple[float, int, int]] = field(default_factory=list)  # seconds, GPUs, quick workers

    def __post_init__(self) -> None:
        account = self.scenario.account
        self.random = random.Random(self.seed)
        self.env = simpy.Environment()
        self.functions = simpy.Resource(self.env, account.lambda_concurrency)
        self.fast: deque[Shard] = deque()
        self.bulk: deque[Shard] = deque()
        self.in_work = {"fast": 0, "bulk": 0}
        self.running: list[Running] = []
        self.environments: list[float] = []  # until when each warm environment without an event is kept
        self.measures = Measures()
        self.limits = Limits(
            max_workers=account.max_workers,
            quick_workers=account.quick_workers,
            quick_memory=account.quick_memory,
            speed=assumptions.GPU_SPEED,
            worker_price=0.805,
            idle_seconds=self.idle_seconds,
            drain_seconds=account.drain_seconds,
            version="v1",
        )
        self.slots = {
            kind: [Slot(slot_pk(n, kind)) for n in range(count)]
            for kind, count in ((WorkerKind.TASK, account.max_workers), (WorkerKind.QUICK, account.quick_workers))
        }

    @property
    def idle_seconds(self) -> float:
        """Seconds that the first task waits for more audio."""
        return SPARE_IDLE_SECONDS if self.quick else IDLE_SECONDS

    @property
    def account(self) -> Account:
        """What the account allows."""
        return self.scenario.account

    def run(self) -> SimulatedCloud:
        """Run the scenario to its end."""
        for arrival in self.scenario.arrivals(self.random):
            self.env.process(self.job(arrival))
        self.env.process(self.every_minute())
        if self.account.warm:
            self.environments = [NEVER] * self.account.quick_workers
            for slot in self.slots[WorkerKind.TASK]:
                self.launch(slot, WorkerKind.TASK, WorkerQueues.ALL, warm=True)
        self.env.run(until=self.scenario.until)
        for worker in list(self.running):
            self.charge(worker)
        return self

    def job(self, arrival: Arrival) -> Process:
        """A file: prepare it, send its shards, scale."""
        count = 1 if arrival.interactive else max(1, round(arrival.seconds / assumptions.BULK_SHARD_SECONDS))
        job = Job(arrival, count)
        self.jobs.append(job)
        yield self.env.timeout(arrival.at)
        with self.functions.request() as function:
            yield function
            yield self.env.timeout(assumptions.BEFORE_SECONDS)
        queue = self.fast if arrival.interactive else self.bulk
        queue.extend(Shard(job, arrival.seconds / count) for _ in range(count))
        self.measures = self.measures.after_job(arrival.seconds, count, arrival.interactive)
        self.wake_workers()
        self.scale()

    def every_minute(self) -> Process:
        """The schedule."""
        while True:
            yield self.env.timeout(60)
            self.scale()

    def scale(self) -> None:
        """Decide as the function `scale` does, and launch."""
        messages = (len(self.fast) + self.in_work["fast"], len(self.bulk) + self.in_work["bulk"])
        if not sum(messages):
            return
        tasks, quick = self.slots[WorkerKind.TASK], self.slots[WorkerKind.QUICK]
        fleet = Fleet(tasks, quick, self.measures, self.limits, self.env.now)
        for slot, kind, queues in self.policy(fleet, fleet.backlog(messages, 0.0, 0, False)):
            self.launch(slot, kind, queues)

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
        """An execution of the worker machine: launch, work, settle, and again while there is work."""
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
            self.charge(running)
            self.count()
            if function:
                self.functions.release(function)
                self.environments.append(self.env.now + assumptions.QUICK_KEPT_SECONDS)
            self.measures = self.measures.after_worker(kind, self.read(kind, pk))
            self.write(kind, Slot(pk))
            if not self.fast and not (self.bulk and kind is WorkerKind.TASK):
                return
            queues = WorkerQueues.FAST if kind is WorkerKind.QUICK else WorkerQueues.ALL
            until = int(self.env.now + LAUNCH_LEASE_SECONDS)
            again = replace(Slot(pk), lease="x", until=until, launch=until, launched=self.env.now, queues=queues)
            self.write(kind, again)

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
        """The worker's loop: callers' shards first, in slices, until nothing came for a while."""
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
        """A caller's shard."""
        self.in_work["fast"] += 1
        yield self.env.timeout(shard.seconds / self.speed(running.kind))
        self.in_work["fast"] -= 1
        self.note(pk, running, shard.seconds)
        self.env.process(self.finish(shard))

    def note(self, pk: str, running: Running, seconds: float) -> None:
        """Measure as a worker does."""
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
        return assumptions.QUICK_SPEED_A_CPU * self.account.quick_memory / MEMORY_A_CPU

    def wake_workers(self) -> None:
        """End the long polls of idle workers."""
        for worker in self.random.sample(self.running, len(self.running)):  # SQS gives a message to any of them
            if worker.wake and not worker.wake.triggered:
                worker.wake.succeed()

    def count(self) -> None:
        """Note how many workers there are."""
        gpus = sum(worker.kind is WorkerKind.TASK for worker in self.running)
        quick = len(self.running) - gpus
        self.bill.most_gpus, self.bill.most_quick = max(self.bill.most_gpus, gpus), max(self.bill.most_quick, quick)
        self.timeline.append((self.env.now, gpus, quick))

    def charge(self, worker: Running) -> None:
        """Add a worker's time to the bill."""
        seconds = self.env.now - worker.began
        if worker.kind is WorkerKind.TASK:
            seconds = max(seconds + assumptions.LINGER_SECONDS, assumptions.GPU_LEAST_SECONDS)
            price = self.limits.worker_price / 3600
            self.bill.gpu_seconds += seconds
            self.bill.gpu_work += worker.worked
        else:
            price = QUICK_USD_GB_SECOND * self.account.quick_memory / 1024
            self.bill.quick_seconds += seconds
            self.bill.quick_work += worker.worked
        self.bill.usd += seconds * price
        self.bill.idle_usd += max(0.0, seconds - worker.worked) * price
