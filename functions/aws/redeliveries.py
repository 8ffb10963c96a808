"""Messages of redeliveries, for the queue of callbacks; the first message of a run comes from the bus's rule."""

from __future__ import annotations

import json

from functions.aws.clients import client
from functions.jobs.job import Job
from functions.settings import settings


def send(job: Job) -> None:
    """Send the message that starts the tries of a job's callback anew; it names the run and the round of tries."""
    detail = {"job_id": job.id, "attempt": job.attempt, "redelivery": job.redeliveries}
    client("sqs").send_message(QueueUrl=settings().callback_queue_url, MessageBody=json.dumps({"detail": detail}))
