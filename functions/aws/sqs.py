"""SQS queues of shards (fast and bulk): how many messages they hold."""

from __future__ import annotations

from functions.aws.clients import client
from functions.settings import settings

VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


def visible_messages() -> int:
    """Count the messages of both queues that no worker has received."""
    return _count(VISIBLE)


def unfinished_messages() -> int:
    """Count the messages of both queues, including those in flight at a worker."""
    return _count(VISIBLE, IN_FLIGHT)


def _count(*attributes: str) -> int:
    queues = (settings().fast_queue_url, settings().bulk_queue_url)
    return sum(
        int(value)
        for queue in queues
        for value in client("sqs")
        .get_queue_attributes(QueueUrl=queue, AttributeNames=list(attributes))["Attributes"]
        .values()
    )
