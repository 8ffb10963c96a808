"""SQS queues of shards (fast and bulk): how many messages they hold."""

from __future__ import annotations

from earshot_contract.worker_kinds import WorkerQueues
from functions.aws.clients import client
from functions.settings import settings

VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


def visible_messages(queues: WorkerQueues = WorkerQueues.ALL) -> int:
    """Count the messages that no worker has received, of the queues that a worker receives from."""
    urls = [settings().fast_queue_url, *([settings().bulk_queue_url] if queues is WorkerQueues.ALL else [])]
    return sum(_count(url, VISIBLE) for url in urls)


def unfinished_messages() -> tuple[int, int]:
    """Count the messages of the fast and of the bulk queue, including those in flight at a worker."""
    fast, bulk = settings().fast_queue_url, settings().bulk_queue_url
    return _count(fast, VISIBLE, IN_FLIGHT), _count(bulk, VISIBLE, IN_FLIGHT)


def _count(queue: str, *attributes: str) -> int:
    answer = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=list(attributes))
    return sum(int(value) for value in answer["Attributes"].values())
