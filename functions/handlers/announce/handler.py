"""The job is done: tell the bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import event_bus, job_table
from functions.jobs import job_events
from functions.jobs.job import State
from functions.observability import logger
from functions.settings import settings


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"job_id"}` → `{"job_id"}`. At least once: who listens tells repeats by `job_id` and `state`."""
    job = job_table.find(event["job_id"])
    if job and job.state == State.COMPLETED:  # a job cancelled at the last moment was announced as such
        event_bus.announce(job_events.title(job.state), job_events.detail(job, settings().transcripts_bucket))
    return {"job_id": event["job_id"]}
