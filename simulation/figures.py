"""Figures of a run: when results came, what callers waited, what it cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from functions.workers.prices import TASK_USD_HOUR
from simulation import assumptions
from simulation.cloud import SimulatedCloud


@dataclass(frozen=True)
class Figures:
    """One line of the table. Seconds and dollars; None where there is nothing to say."""

    done: int
    jobs: int
    first: float | None  # seconds from the first arrival to the first result
    last: float | None
    caller_p50: float | None
    caller_p95: float | None
    gpu_ratio: float | None  # GPU seconds that are paid, over pure work
    usd_ratio: float | None  # dollars, over those of pure inference on GPUs
    usd_audio_hour: float | None
    usd: float
    idle_usd: float
    max_gpus: int
    max_quick: int


def figures(run: SimulatedCloud) -> Figures:
    """Compute the figures of a run that has ended."""
    done = [job for job in run.jobs if job.done is not None]
    waits = sorted((job.done or math.inf) - job.arrival.at for job in run.jobs if job.arrival.interactive)
    begin = min(job.arrival.at for job in run.jobs)
    ends = [job.done - begin for job in done if job.done is not None]
    hours = sum(job.arrival.seconds for job in done) / 3600
    bill = run.bill
    return Figures(
        len(done),
        len(run.jobs),
        min(ends) if ends else None,
        max(ends) if len(done) == len(run.jobs) else None,
        quantile(waits, 0.5),
        quantile(waits, 0.95),
        bill.gpu_seconds / bill.gpu_work if bill.gpu_work else None,
        bill.usd / (hours / assumptions.GPU_SPEED * TASK_USD_HOUR) if hours else None,
        bill.usd / hours if hours else None,
        bill.usd,
        bill.idle_usd,
        bill.max_gpus,
        bill.max_quick,
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of all do not exceed; infinite where that one has no end."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
