"""The fast and the bulk queue on moto's SQS."""

from __future__ import annotations

from typing import Any

import pytest

from transcriber.worker.sqs_queues import ShardQueues


@pytest.fixture
def queues(account: Any) -> ShardQueues:
    return ShardQueues(account.clients.sqs, [account.fast, account.bulk])


def send(account: Any, queue: str, *bodies: str) -> None:
    for body in bodies:
        account.clients.sqs.send_message(QueueUrl=queue, MessageBody=body)


def test_receive_returns_fast_queue_first(account: Any, queues: ShardQueues) -> None:
    send(account, account.bulk, "b1", "b2")
    send(account, account.fast, "f1")

    assert [m.body for m in queues.receive(1, 0)] == ["f1"]
    assert [m.body for m in queues.receive(1, 0)] == ["b1"]


def test_receive_fills_up_from_bulk_queue(account: Any, queues: ShardQueues) -> None:
    send(account, account.bulk, "b1", "b2", "b3")
    send(account, account.fast, "f1")

    messages = queues.receive(3, 0)

    assert [m.body for m in messages] == ["f1", "b1", "b2"]
    assert {m.queue for m in messages} == {account.fast, account.bulk}


def test_receive_above_sqs_limit_returns_ten(account: Any, queues: ShardQueues) -> None:
    send(account, account.bulk, *(str(n) for n in range(12)))

    first = queues.receive(64, 0)
    assert len(first) == 10
    assert len(queues.receive(64, 0)) == 2


def test_returned_message_is_visible_immediately(account: Any, queues: ShardQueues) -> None:
    send(account, account.fast, *(str(n) for n in range(12)))
    received = queues.receive(10, 0) + queues.receive(10, 0)
    assert account.message_counts() == (0, 12)

    queues.make_visible(received)

    assert account.message_counts() == (12, 0)
    assert queues.receive(1, 0)[0].body in {m.body for m in received}


def test_messages_are_hidden_for_their_queues_timeout(account: Any, queues: ShardQueues) -> None:
    requested: list[tuple[str, int]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        entries = params.get("Entries", [params])
        requested.extend((params["QueueUrl"], entry["VisibilityTimeout"]) for entry in entries)

    for operation in ("ReceiveMessage", "ChangeMessageVisibilityBatch"):
        account.clients.sqs.meta.events.register(f"provide-client-params.sqs.{operation}", note)
    send(account, account.fast, "f")
    send(account, account.bulk, "b")

    queues.extend_visibility(queues.receive(2, 0))

    assert sorted(set(requested)) == sorted([(account.fast, 9), (account.bulk, 60)])


def test_extend_visibility_reports_invalid_receipts(account: Any, queues: ShardQueues) -> None:
    send(account, account.fast, "a", "b")
    extended, deleted = queues.receive(2, 0)
    queues.delete(deleted)

    assert queues.extend_visibility([extended, deleted]) == [deleted]
    assert account.message_counts() == (0, 1)
