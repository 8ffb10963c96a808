"""Dead-letter queue of the shards: its messages, and their deletion."""

from __future__ import annotations

from dataclasses import dataclass

from functions.aws.clients import client
from functions.settings import settings


@dataclass(frozen=True)
class DeadLetter:
    """A message of the queue, and the handle that deletes it."""

    body: str
    receipt: str


def receive() -> list[DeadLetter]:
    """Receive up to ten messages; they are hidden from others for the queue's visibility timeout."""
    received = client("sqs").receive_message(QueueUrl=settings().dead_queue_url, MaxNumberOfMessages=10)
    return [DeadLetter(message["Body"], message["ReceiptHandle"]) for message in received.get("Messages", [])]


def delete(letter: DeadLetter) -> None:
    """Delete a received message."""
    client("sqs").delete_message(QueueUrl=settings().dead_queue_url, ReceiptHandle=letter.receipt)
