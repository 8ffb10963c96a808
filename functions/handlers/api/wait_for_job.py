"""Wait for a job: poll its row until the job ends or the time is up."""

from __future__ import annotations

import time

from functions.aws import job_table
from functions.errors import ApiError, not_found
from functions.jobs.job import Failure, Job, State

# Between two looks at the row: about a fifth of the time waited so far, so that a long wait costs few looks.
FIRST_POLL_SECONDS, MAX_POLL_SECONDS = 0.05, 1.0


def wait_for_job(job_id: str, deadline: float) -> Job:
    """Return the job once it has ended, or as it is at the deadline.

    Args:
        job_id: Id of the job.
        deadline: Value of time.monotonic().

    Raises:
        ApiError: There is no such job.
    """
    pause = FIRST_POLL_SECONDS
    while True:
        job = job_table.find(job_id)
        if job is None:
            raise not_found(f"There is no request {job_id}. GET /v1/requests lists those there are.")
        left = deadline - time.monotonic()
        if job.state.final or left <= 0:
            return job
        time.sleep(min(pause, left))
        pause = min(pause * 1.25, MAX_POLL_SECONDS)


def is_completed(job: Job) -> bool:
    """Return whether the job's transcript exists; False while the job runs.

    Raises:
        ApiError: There will be no transcript: the job's own failure, or its cancellation.
    """
    match job.state:
        case State.COMPLETED:
            return True
        case State.FAILED:
            assert job.failure is not None, f"Job {job.id} failed without a failure."
            raise ApiError(job.failure, job.id)
        case State.CANCELLED:
            sentence = f"Request {job.id} was cancelled. Send it again to have it transcribed."
            raise ApiError(Failure("CANCELLED", sentence, 410), job.id)
    return False
