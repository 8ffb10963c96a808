"""Records of a simulation: jobs, shards, workers and the bill."""

from __future__ import annotations

from dataclasses import dataclass

import simpy

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.workers.prices import QUICK_USD_GB_SECOND, TASK_USD_HOUR
from simulation import assumptions
from simulation.scenarios import Arrival


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
class Bill:
    """Seconds of workers, and what they cost."""

    gpu_seconds: float = 0.0
    gpu_work: float = 0.0
    quick_seconds: float = 0.0
    quick_work: float = 0.0
    usd: float = 0.0
    idle_usd: float = 0.0
    max_gpus: int = 0
    max_quick: int = 0

    def charge(self, worker: Running, now: float, quick_memory: int) -> None:
        """Add a worker's time, until `now`, in seconds; `quick_memory` of a quick worker, in MB."""
        seconds = now - worker.began
        if worker.kind is WorkerKind.TASK:
            seconds = max(seconds + assumptions.LINGER_SECONDS, assumptions.GPU_MIN_SECONDS)
            price = TASK_USD_HOUR / 3600
            self.gpu_seconds += seconds
            self.gpu_work += worker.worked
        else:
            price = QUICK_USD_GB_SECOND * quick_memory / 1024
            self.quick_seconds += seconds
            self.quick_work += worker.worked
        self.usd += seconds * price
        self.idle_usd += max(0.0, seconds - worker.worked) * price
