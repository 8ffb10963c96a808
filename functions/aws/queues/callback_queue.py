"""SQS queue of callbacks: a message is hidden until its next try is due; after the last try it is given up.

The first message of a run comes from the bus's rule, that of a redelivery from the API.
"""

from __future__ import annotations

import json
import math

from functions.aws.clients import client
from functions.jobs.job import Job
from functions.settings import settings

# SQS hides a message for 12 hours at most from when it was received; a minute is left for the function that asks.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
MAX_HIDDEN_SECONDS = 12 * 3600 - 60


def hide(receipt: str, seconds: float) -> None:
    """Hide a received message for some seconds, at most MAX_HIDDEN_SECONDS; then SQS delivers it again."""
    hidden = min(max(0, math.ceil(seconds)), MAX_HIDDEN_SECONDS)
    client("sqs").change_message_visibility(
        QueueUrl=settings().callback_queue_url, ReceiptHandle=receipt, VisibilityTimeout=hidden
    )


def give_up(body: str) -> None:
    """Put a message's body into the queue for undelivered events, which has an alarm."""
    client("sqs").send_message(QueueUrl=settings().undelivered_queue_url, MessageBody=body)


def send_again(job: Job) -> None:
    """Send the message that starts the tries of a job's callback anew; it names the run and the round of tries."""
    detail = {"job_id": job.id, "attempt": job.attempt, "redelivery": job.redeliveries}
    client("sqs").send_message(QueueUrl=settings().callback_queue_url, MessageBody=json.dumps({"detail": detail}))
