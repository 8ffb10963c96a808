"""Progress of a job: share of the audio that is done, and an estimate of the time that is left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from earshot_contract.job_state import JobState
from earshot_contract.time_left import seconds_left
from functions.jobs.job import Job


def progress(job: Job, shards_done: int, now: str) -> dict[str, Any]:
    """Return the members `progress`, `seconds` and `estimated_seconds_left` of a job, as callers see them.

    `progress` is a share of the audio's seconds if workers have reported any, else of the shards. The estimate takes
    the mean speed from the start of the first worker to the last report; without an estimate the member is left out.

    Args:
        job: the job.
        shards_done: number of shards whose results are stored.
        now: a time stamp like those of the row.
    """
    share = shards_done / job.shards if job.shards else 0.0
    if job.state == JobState.COMPLETED:
        share = 1.0
    elif job.progress and job.duration and job.channels_planned:
        share = max(share, sum(job.progress.values()) / (job.duration * job.channels_planned))
    share = min(share, 1.0)
    found: dict[str, Any] = {"progress": round(share, 3)}
    if job.duration:
        found["seconds"] = {"done": round(share * job.duration, 1), "total": round(job.duration, 3)}
    if job.state == JobState.PROCESSING and job.working_since and share:
        reported = job.progressed or now  # a worker of an older release does not say when
        left = seconds_left(share, _seconds(job.working_since, reported), _seconds(reported, now))
        if left is not None:
            found["estimated_seconds_left"] = round(left, 1)
    return found


def _seconds(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
