"""Fail a job: writes the failure into its row and puts the event "Transcription Failed" on the bus.

Invoked by the job machine as its step after an error, and by a rule on the machine's status for an execution that was
stopped before that step.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.job_state import JobState
from functions.aws import event_bus, shard_results
from functions.aws.init_phase import connect
from functions.aws.table import job_table, latest_uploads
from functions.aws.table.withheld_urls import prolong_callback
from functions.errors import Failure
from functions.handlers.fail import upload_errors
from functions.handlers.fail.step_failures import STOPPED, failure_of_step, log_fields
from functions.jobs import job_events
from functions.jobs.job import Job
from functions.jobs.upload_event import Upload
from functions.observability import count_failure, logger, metrics
from functions.options.options import Options
from functions.settings import settings

connect("dynamodb", "events")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fail the job of an execution.

    Args:
        event: `{"input", "execution": ARN, "error": {"Error", "Cause"}}`, `input` being the execution's own; or
            `{"stopped": detail}`, the detail of Step Functions' status event, in which the input is text; or
            `{"deleted": detail}`, the detail of S3's event of an upload that was deleted, which fails no job.
        context: Lambda's context.

    Returns:
        `{"job_id", "failure"}`; `job_id` is None when the job is cancelled or belongs to another execution.
    """
    if "deleted" in event:
        upload_errors.remove_of_deleted(event["deleted"])
        return {"job_id": None, "failure": None}
    if "stopped" in event:
        event = _event_of_stopped(event["stopped"])
    execution_input = json.loads(event["input"]) if isinstance(event["input"], str) else event["input"]
    error, cause = event["error"].get("Error", ""), event["error"].get("Cause", "")
    failure = failure_of_step(error, cause)
    job = _failed_job(execution_input, event["execution"], failure, repeat=error != STOPPED)
    level = logger.error if failure.status >= 500 else logger.info
    fields = {"error": error, **log_fields(error, cause), "answer": failure.to_dict()}
    level("A job failed", job_id=job.id if job else None, **fields)
    if job is None:
        return {"job_id": None, "failure": failure.to_dict()}
    prolong_callback(job)
    upload_errors.replace_results(job, failure)
    if Options.from_stored(job.parsed, job.options).redact:
        shard_results.remove(job.id)
    metrics.add_metric("JobsFailed", MetricUnit.Count, 1)
    if failure.status >= 500:  # not the caller's fault: the operator should know
        metrics.add_metric("JobsBroken", MetricUnit.Count, 1)
        count_failure(1)
    event_bus.announce(job_events.detail(job, settings().transcripts_bucket))
    return {"job_id": job.id, "failure": failure.to_dict()}


def _event_of_stopped(detail: dict[str, Any]) -> dict[str, Any]:
    """Return the job machine's form of a status event."""
    error = {"Error": STOPPED, "Cause": detail["status"]}
    return {"input": detail["input"], "execution": detail["executionArn"], "error": error}


def _failed_job(execution_input: dict[str, Any], execution: str, failure: Failure, *, repeat: bool) -> Job | None:
    """Return the failed row, which is created here if Prepare failed before that.

    Args:
        execution_input: input of the execution, as JSON values.
        execution: its ARN.
        failure: written into the row.
        repeat: return a row that this execution failed before: the state is retried. A status event that follows a
            Fail state finds nothing to do.
    """
    if "upload" in execution_input:
        upload = Upload.from_event(execution_input["upload"])
        job_id = upload.job_id
        latest_uploads.claim(upload)
        job_table.claim(upload.job(""), execution)
    else:
        job_id = execution_input["job_id"]
    failed = job_table.fail(job_id, failure, execution)
    if failed:
        return failed
    found = job_table.find(job_id) if repeat else None
    return found if found and found.state == JobState.FAILED and found.execution == execution else None
