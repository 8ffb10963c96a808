"""Callbacks: a job is over, its caller left an address."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.keys import transcript_key
from earshot_contract.shards import S3Object
from functions.aws import job_table, s3
from functions.errors import ApiError
from functions.jobs.job import State
from functions.network.callback_delivery import Undelivered, deliver, message
from functions.observability import logger, tracer
from functions.options.options import Options
from functions.settings import settings
from functions.transcripts.transcript import Transcript


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Messages of the callbacks queue, each an event of the bus. One that could not be delivered stays there:
    the queue's visibility timeout is the pause before the next try, its receive count the number of tries."""
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record in event["Records"] if not _delivered(record)
        ]
    }


def _delivered(record: dict[str, Any]) -> bool:
    """True also when there is nothing to deliver."""
    job_id = json.loads(record["body"])["detail"]["job_id"]
    job = job_table.find(job_id)
    if job is None or job.state not in (State.COMPLETED, State.FAILED):
        return True
    try:
        options = Options.parse(job.options)
    except ApiError:
        return True  # an upload whose options could not be read: they were why it failed
    if options.callback is None:
        return True
    try:
        deliver(options.callback, options.callback_method, message(job, options, _transcript(job_id)), job.caller)
    except Undelivered as problem:
        tries = record["attributes"]["ApproximateReceiveCount"]
        logger.warning("A callback was not taken", job_id=job_id, tries=tries, reason=str(problem))
        return False
    logger.info("A callback was delivered", job_id=job_id)
    return True


def _transcript(job_id: str) -> Transcript | None:
    kept = s3.get(S3Object(settings().transcripts_bucket, transcript_key(job_id)))
    return Transcript.from_json(kept) if kept else None
