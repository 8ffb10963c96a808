"""The two lanes: how much waits in them."""

from __future__ import annotations

from functions.aws.clients import client
from functions.settings import settings

WAITING, HELD = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


def visible_messages() -> int:
    """Messages that no worker holds."""
    return _count(WAITING)


def unfinished_messages() -> int:
    """Messages that wait or are being worked on."""
    return _count(WAITING, HELD)


def _count(*attributes: str) -> int:
    lanes = (settings().fast_queue_url, settings().bulk_queue_url)
    return sum(
        int(value)
        for lane in lanes
        for value in client("sqs")
        .get_queue_attributes(QueueUrl=lane, AttributeNames=list(attributes))["Attributes"]
        .values()
    )
