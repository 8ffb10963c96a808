"""Timings of a job, as its callers and its events see them."""

from __future__ import annotations

from datetime import datetime

from functions.jobs.job import Job


def timings(job: Job) -> dict[str, float]:
    """Return seconds waited before the start, from the start to the end, inside the model, and of a worker's start."""
    found = {"model": job.model_seconds} if job.model_seconds is not None else {}
    found |= job.worker_start or {}
    if job.started:
        found["waited"] = _seconds_between(job.created, job.started)
        if job.completed:
            found["ran"] = _seconds_between(job.started, job.completed)
    return found


def _seconds_between(earlier: str, later: str) -> float:
    return round((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds(), 3)
