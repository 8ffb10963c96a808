"""Place in the queue: how many unfinished jobs stand before one that no worker has begun."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from earshot_contract.job_state import MAX_JOBS_AHEAD
from functions.aws.table import job_table
from functions.jobs.job import Job


def jobs_ahead(jobs: Iterable[Job]) -> dict[str, int]:
    """Count the unfinished jobs before each of those that wait for a worker.

    The queues are fair among owners, so the jobs before a job are the earlier ones of the same owner.
    The number is an upper bound: a request whose caller waits goes before uploads and requests with a callback.

    Args:
        jobs: jobs of any states. One query is made for each owner of jobs that wait.

    Returns:
        For the id of each job that waits: 0 (it is the next) to MAX_JOBS_AHEAD.
    """
    waiting: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.owner and not job.state.final and job.working_since is None:
            waiting[job.owner].append(job)
    positions: dict[str, int] = {}
    for owner, own in waiting.items():
        made = job_table.oldest_waiting(owner, max(job.created for job in own), MAX_JOBS_AHEAD)
        # The index may not have the newest jobs yet: bisect gives them the position that they are about to have.
        positions |= {job.id: bisect_left(made, job.created) for job in own}
    return positions
