"""Start of a queued job's execution: by its request, by the same request again, by a retry, by a caller that waits."""

from __future__ import annotations

from datetime import UTC, datetime

from earshot_contract.job_state import JobState
from functions.aws import step_functions
from functions.aws.clients import is_unavailable
from functions.aws.table import job_table
from functions.errors import internal_error
from functions.jobs.execution_names import execution_name
from functions.jobs.job import Job
from functions.observability import logger
from functions.settings import settings

LATE_SECONDS = 5.0  # after which a job that is still queued is started again by who waits for it


def start_job(job: Job) -> None:
    """Start the execution of a queued job's present attempt; starting it twice does nothing.

    Where Step Functions takes no executions just now, the job stays queued. Each request that waits for it starts it
    again, and without one the sweep does, after five to ten minutes.

    Raises:
        ApiError: 500, the job cannot be started; its row has failed.
    """
    try:
        name = execution_name(job.id, job.attempt)
        step_functions.start(settings().job_machine_arn, name, {"job_id": job.id})
    except Exception as error:
        if is_unavailable(error):
            logger.warning("The job starts later", job_id=job.id, reason=str(error))
            return
        logger.exception("The job could not be started", job_id=job.id)
        answer = internal_error()
        job_table.fail(job.id, answer.failure)
        raise answer from None


def start_late_job(job: Job) -> None:
    """Start a job again that no execution has begun for LATE_SECONDS."""
    if job.state is not JobState.QUEUED:
        return
    own = step_functions.execution_arn(settings().job_machine_arn, execution_name(job.id, job.attempt))
    waited = datetime.now(UTC) - datetime.fromisoformat(job.queued_at)
    if job.execution in (None, own) and waited.total_seconds() > LATE_SECONDS:
        start_job(job)
