"""Simulated cloud: files arrive, their shards are queued, and the scaler decides.

Decisions are the deployed code's (`functions.workers`); queues, capacity and speeds are models of AWS.
"""

from __future__ import annotations

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.workers.fleet import Fleet
from functions.workers.slots import Slot
from simulation import assumptions
from simulation.policies import Policy
from simulation.records import Job, Shard
from simulation.scenarios import Arrival, Scenario
from simulation.workers import NEVER, Process, SimulatedWorkers


class SimulatedCloud(SimulatedWorkers):
    """One run of a scenario under a policy."""

    def __init__(self, scenario: Scenario, policy: Policy, seed: int, *, quick: bool = True) -> None:
        """Begin before the first file.

        Args:
            scenario: which files arrive when, in which account.
            policy: decides what to launch.
            seed: seed of arrivals, start times and losses.
            quick: whether the policy launches quick workers.
        """
        super().__init__(scenario.account, seed, quick=quick)
        self.scenario, self.policy = scenario, policy
        self.jobs: list[Job] = []

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
            self.bill.charge(worker, self.env.now, self.account.quick_memory)
        return self

    def job(self, arrival: Arrival) -> Process:
        """Run the job of a file: prepare it, send its shards, scale."""
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
        """Run the scaler every minute, as the schedule does."""
        while True:
            yield self.env.timeout(60)
            self.scale()

    def scale(self) -> None:
        """Launch as the function `scale` does."""
        for slot, kind, queues in self.decide():
            self.launch(slot, kind, queues)

    def decide(self, one_left: bool = False) -> list[tuple[Slot, WorkerKind, WorkerQueues]]:
        """Return what the policy launches now: slots, kinds, queues."""
        messages = (len(self.fast) + self.in_work["fast"], len(self.bulk) + self.in_work["bulk"])
        if not sum(messages):
            return []
        tasks, quick = self.slots[WorkerKind.TASK], self.slots[WorkerKind.QUICK]
        fleet = Fleet(tasks, quick, self.measures, self.limits, self.env.now, one_left)
        return list(self.policy(fleet, fleet.backlog(messages, 0.0, 0, False)))

    def queues_with_work(self, kind: WorkerKind) -> WorkerQueues | None:
        """Decide as the function `settle` does."""
        if kind is WorkerKind.TASK:
            return WorkerQueues.ALL if self.fast or self.bulk else None
        if self.fast:
            return WorkerQueues.FAST
        pays = any(
            kind is WorkerKind.QUICK and queues is WorkerQueues.ALL for _, kind, queues in self.decide(one_left=True)
        )
        return WorkerQueues.ALL if self.bulk and pays else None
