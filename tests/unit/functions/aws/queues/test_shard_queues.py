"""SQS queues: message counts."""

from __future__ import annotations

import boto3
import pytest

from earshot_contract.worker_kinds import WorkerQueues
from functions.aws.queues import shard_queues
from functions.settings import settings

pytestmark = pytest.mark.usefixtures("aws")


def test_message_counts_cover_both_queues_and_in_flight() -> None:
    client = boto3.client("sqs")
    for url in (settings().fast_queue_url, settings().bulk_queue_url, settings().bulk_queue_url):
        client.send_message(QueueUrl=url, MessageBody="x")
    assert (shard_queues.visible_messages(), shard_queues.unfinished_messages()) == (3, (1, 2))
    assert shard_queues.visible_messages(WorkerQueues.FAST) == 1
    client.receive_message(QueueUrl=settings().fast_queue_url)
    assert (shard_queues.visible_messages(), shard_queues.unfinished_messages()) == (2, (1, 2))
    assert shard_queues.visible_messages(WorkerQueues.FAST) == 0
