"""The end of every job that cannot be done: its row says why, and so does an event.

The Job machine's own last step; and for an execution that was stopped before it could come to that, what a rule
on the machine's status invokes.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import errors
from functions.aws import event_bus, job_table
from functions.jobs import job_events
from functions.jobs.job import Failure, Job, Source, SourceKind, State
from functions.jobs.upload_event import Upload
from functions.observability import logger, metrics
from functions.settings import settings


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"input": the execution's, "execution": ARN, "error": {"Error", "Cause"}}` → `{"job_id", "failure"}`.

    A status event carries the input as text.
    """
    given = json.loads(event["input"]) if isinstance(event["input"], str) else event["input"]
    error, cause = event["error"].get("Error", ""), event["error"].get("Cause", "")
    failure = errors.recover(error, cause)
    job = _failed(given, event["execution"], failure)
    level = logger.error if failure.status >= 500 else logger.info
    level("A job failed", job_id=job.id if job else None, error=error, cause=cause, answer=failure.to_dict())
    if job is None:
        return {"job_id": None, "failure": failure.to_dict()}  # another execution's job, or cancelled
    metrics.add_metric("JobsFailed", MetricUnit.Count, 1)
    event_bus.announce(job_events.title(job.state), job_events.detail(job, settings().transcripts_bucket))
    return {"job_id": job.id, "failure": failure.to_dict()}


def _failed(given: dict[str, Any], execution: str, failure: Failure) -> Job | None:
    """The failed row; made here when Prepare could not even do that. Again the same when this is a retry."""
    if "upload" in given:
        upload = Upload.from_event(given["upload"])
        job_id = upload.job_id
        job_table.claim(Job(job_id, Source(SourceKind.UPLOAD, upload.audio, size=upload.size), ""), execution)
    else:
        job_id = given["job_id"]
    failed = job_table.fail(job_id, failure, execution)
    if failed:
        return failed
    found = job_table.find(job_id)
    return found if found and found.state == State.FAILED and found.execution == execution else None
