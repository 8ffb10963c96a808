"""Wait for a job: poll its row until the job ends or the time is up.

How long that is: `REQUEST_WAIT_SECONDS` of `events/earshot_contract/timeouts.py`, less what has passed.
"""

from __future__ import annotations

import time

from earshot_contract.job_state import JobState
from functions.aws.table import job_table
from functions.errors import ApiError, Failure
from functions.handlers.api.access import unknown_job
from functions.jobs.job import Job

# Between two looks at the row: about a fifth of the time waited so far, so that a long wait costs few looks.
FIRST_POLL_SECONDS, MAX_POLL_SECONDS = 0.05, 1.0
# The pause is at least this many times as long as the last look took: many waiting callers would slow the table down
# with their looks.
PAUSE_LOOKS = 4


def wait_for_job(job: Job, deadline: float) -> Job:
    """Return the job once it has ended, or as it is at the deadline; where looks are slow, before the last one is late.

    Args:
        job: The job as it was read just now.
        deadline: Value of time.monotonic().

    Raises:
        ApiError: The job was deleted meanwhile.
    """
    pause, slowest = FIRST_POLL_SECONDS, 0.0
    while not job.state.final and (left := deadline - slowest - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        began = time.monotonic()
        found = job_table.find(job.id)
        look = time.monotonic() - began
        slowest, pause = max(slowest, look), max(min(pause * 1.25, MAX_POLL_SECONDS), look * PAUSE_LOOKS)
        if found is None:
            raise unknown_job(job.id)
        job = found
    return job


def check_completed(job: Job) -> bool:
    """Return whether the job's transcript exists; False while the job runs.

    Raises:
        ApiError: There will be no transcript: the job's own failure, or its cancellation.
    """
    match job.state:
        case JobState.COMPLETED:
            return True
        case JobState.FAILED:
            assert job.failure is not None, f"Job {job.id} failed without a failure."
            raise ApiError(job.failure, job.id)
        case JobState.CANCELLED:
            message = f"Request {job.id} was cancelled. Send it again to have it transcribed."
            raise ApiError(Failure("CANCELLED", message, 410), job.id)
    return False
