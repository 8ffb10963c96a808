"""Callbacks: send the result of a finished job to its callback URL."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.keys import transcript_key
from earshot_contract.shards import S3Object
from functions.aws import job_table, s3, webhook_secrets
from functions.aws.init_phase import connect
from functions.jobs.job import Job, JobState
from functions.network.callback_delivery import CallbackFailed, deliver
from functions.observability import logger
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.settings import settings
from functions.transcripts.edit import edit
from functions.transcripts.transcript import Transcript

connect("dynamodb", "s3")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver the callbacks of messages from the callbacks queue, each an event of the bus.

    A failed delivery's message stays in the queue: the visibility timeout is the pause before the next try, the receive
    count the number of tries.
    """
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record in event["Records"] if not _is_delivered(record)
        ]
    }


def _is_delivered(record: dict[str, Any]) -> bool:
    """Try to deliver; True also if there is nothing to deliver."""
    job_id = json.loads(record["body"])["detail"]["job_id"]
    job = job_table.find(job_id)
    if job is None or job.state not in (JobState.COMPLETED, JobState.FAILED):
        return True
    options = Options.from_stored(job.parsed, job.options)
    if options.callback is None:
        return True
    try:
        deliver(
            options.callback,
            options.callback_method,
            _document(job, options),
            job.caller,
            message_id=f"{job.id}-{job.attempt}",  # a retried job's result is another message
            secrets=webhook_secrets.find(job.owner),
        )
    except CallbackFailed as error:
        tries = record["attributes"]["ApproximateReceiveCount"]
        logger.warning("A callback failed", job_id=job_id, tries=tries, reason=str(error))
        return error.is_final
    logger.info("A callback was delivered", job_id=job_id)
    return True


def _document(job: Job, options: Options) -> dict[str, Any]:
    """Return what a waiting caller would have got: Deepgram's answer, or the error."""
    body = s3.get(S3Object(settings().transcripts_bucket, transcript_key(job.id)))
    if job.state == JobState.COMPLETED and body is not None:
        return listen_response(edit(Transcript.from_json(body), options), options)
    assert job.failure is not None, f"Job {job.id} is {job.state} and has no transcript."
    return {"err_code": job.failure.err_code, "err_msg": job.failure.err_msg, "request_id": job.id}
