"""Announce a completed job: puts the event "Transcription Completed" on the bus."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.job_state import JobState
from functions.aws import event_bus
from functions.aws.init_phase import connect
from functions.aws.table import job_table
from functions.jobs import job_events
from functions.observability import logger
from functions.settings import settings

connect("dynamodb", "events")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Put the event of the job `{"job_id"}` on the bus, and return `{"job_id"}`.

    The event is delivered at least once; receivers recognise repeats by `job_id` and `state`.
    """
    job = job_table.find(event["job_id"])
    if job and job.state == JobState.COMPLETED:  # a job cancelled just before was announced as cancelled
        event_bus.announce(job_events.detail(job, settings().transcripts_bucket))
        logger.info("Announced", job_id=job.id)
    return {"job_id": event["job_id"]}
