"""The two lanes on moto's SQS."""

from __future__ import annotations

from typing import Any

import pytest

from transcriber.worker.sqs_queues import Lanes


@pytest.fixture
def lanes(account: Any) -> Lanes:
    return Lanes(account.clients.sqs, [account.fast, account.bulk])


def put(account: Any, queue: str, *bodies: str) -> None:
    for body in bodies:
        account.clients.sqs.send_message(QueueUrl=queue, MessageBody=body)


def test_what_somebody_waits_for_comes_first(account: Any, lanes: Lanes) -> None:
    put(account, account.bulk, "b1", "b2")
    put(account, account.fast, "f1")

    assert [m.body for m in lanes.receive(1, 0)] == ["f1"]
    assert [m.body for m in lanes.receive(1, 0)] == ["b1"]


def test_the_bulk_lane_fills_what_the_fast_one_leaves(account: Any, lanes: Lanes) -> None:
    put(account, account.bulk, "b1", "b2", "b3")
    put(account, account.fast, "f1")

    messages = lanes.receive(3, 0)

    assert [m.body for m in messages] == ["f1", "b1", "b2"]
    assert {m.queue for m in messages} == {account.fast, account.bulk}


def test_more_than_sqs_gives_in_one_call_is_no_error(account: Any, lanes: Lanes) -> None:
    put(account, account.bulk, *(str(n) for n in range(12)))

    first = lanes.receive(64, 0)
    assert len(first) == 10
    assert len(lanes.receive(64, 0)) == 2


def test_what_is_given_back_is_there_at_once(account: Any, lanes: Lanes) -> None:
    put(account, account.fast, *(str(n) for n in range(12)))
    held = lanes.receive(10, 0) + lanes.receive(10, 0)
    assert account.waiting() == (0, 12)

    lanes.give_back(held)

    assert account.waiting() == (12, 0)
    assert lanes.receive(1, 0)[0].receives == 2


def test_messages_of_others_are_told_when_extending(account: Any, lanes: Lanes) -> None:
    put(account, account.fast, "a", "b")
    kept, lost = lanes.receive(2, 0)
    lanes.delete(lost)

    assert lanes.extend([kept, lost]) == [lost]
    assert account.waiting() == (0, 1)
