"""Callbacks: send the result of a finished job to its callback URL."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import transcript_key
from functions.aws import s3
from functions.aws.init_phase import connect
from functions.aws.queues import callback_queue
from functions.aws.table import job_table, webhook_secrets
from functions.aws.table.withheld_urls import callback_urls
from functions.jobs.job import Delivery, Job, timestamp
from functions.network.callback_delivery import CallbackFailed, deliver
from functions.network.callback_schedule import retry_delay
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

    After a failed try the message stays in the queue, hidden until the next try is due. The row's `deliveries` say how
    many tries there were, and when the next is due: SQS hides a message for less long than the longest wait.
    """
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record in event["Records"] if not _is_finished(record)
        ]
    }


def _is_finished(record: dict[str, Any]) -> bool:
    """Try to deliver if a try is due; True if there is nothing to deliver, now or later."""
    detail = json.loads(record["body"])["detail"]
    job = job_table.find(detail["job_id"])
    if job is None or not _is_of_message(job, detail):
        return True
    due = _due(job)
    if due is not None and due <= time.time():
        delivery = _try(job, record["body"])
        # The same message may have been received twice, and a caller may have asked for another round of tries.
        job = job_table.record_delivery(job, delivery) or job_table.find(job.id)
        due = _due(job) if job and _is_of_message(job, detail) else None
    if due is None:
        return True
    callback_queue.hide(record["receiptHandle"], due - time.time())
    return False


def _is_of_message(job: Job, detail: dict[str, Any]) -> bool:
    """Return whether a message is that of the job's present run and of its present round of tries."""
    return (
        job.state in (JobState.COMPLETED, JobState.FAILED)
        and Options.from_stored(job.parsed, job.options).callback is not None
        and job.attempt == detail.get("attempt", 1)
        and job.redeliveries == detail.get("redelivery", 0)
    )


def _due(job: Job) -> float | None:
    """Return the epoch time of the next try; None after the last one. The first is due at once."""
    if not job.deliveries:
        return 0.0
    due = job.deliveries[-1].next
    return datetime.fromisoformat(due).timestamp() if due else None


def _try(job: Job, message: str) -> Delivery:
    """Send a job's result once; a message without a further try goes to the queue for undelivered events."""
    options = Options.from_stored(job.parsed, job.options)
    tries = job.callback_tries + 1
    try:
        status = deliver(
            _url(job, options),
            options.callback_method,
            _document(job, options),
            job.caller,
            message_id=f"{job.id}-{job.attempt}",  # a retried job's result is another message
            secrets=webhook_secrets.find(job.owner),
        )
    except CallbackFailed as error:
        wait = None if error.is_final else retry_delay(tries, error.retry_after)
        logger.warning("A callback failed", job_id=job.id, tries=tries, reason=str(error), wait=wait)
        if wait is None and not error.is_final:
            callback_queue.give_up(message)
        due = None if wait is None else timestamp(time.time() + wait)
        return Delivery(timestamp(), error.status, str(error), due)
    logger.info("A callback was delivered", job_id=job.id, tries=tries)
    return Delivery(timestamp(), status)


def _url(job: Job, options: Options) -> str:
    """Return the callback's whole URL, and keep it for further tries."""
    url = callback_urls.prolong(job.id) if job.callback_withheld else options.callback
    if url is None:
        raise CallbackFailed(callback_urls.gone(job.id), is_final=True)
    return url


def _document(job: Job, options: Options) -> dict[str, Any]:
    """Return what a waiting caller would have got: Deepgram's answer, or the error."""
    body = s3.get(S3Object(settings().transcripts_bucket, transcript_key(job.id)))
    if job.state == JobState.COMPLETED and body is not None:
        return listen_response(edit(Transcript.from_json(body), options), options)
    assert job.failure is not None, f"Job {job.id} is {job.state} and has no transcript."
    return {**job.failure.body(), "request_id": job.id}
