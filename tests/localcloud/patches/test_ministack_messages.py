"""Necessity of the patches of ministack's SQS and EventBridge; see test_ministack.py."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.localcloud.patches.conftest import Apply, mended


@pytest.mark.upstream
def test_idle_long_poll_without_patch_looks_ten_times_a_second(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import sqs

    looks: list[None] = []
    collect = sqs._collect_msgs

    def counted(*arguments: Any) -> Any:
        looks.append(None)
        return collect(*arguments)

    monkeypatch.setattr(sqs, "_collect_msgs", counted)
    queue = sqs._act_create_queue({"QueueName": "idle"}, "")["QueueUrl"]

    def looks_in_a_second() -> int:
        looks.clear()
        asyncio.run(sqs._act_receive_message({"QueueUrl": queue, "WaitTimeSeconds": 1}, queue))
        return len(looks)

    assert looks_in_a_second() > 4, mended("ministack_sqs_long_poll")

    apply("ministack_sqs_long_poll")

    assert looks_in_a_second() <= 3


@pytest.mark.upstream
def test_queue_without_patch_delivers_in_order_of_arrival(apply: Apply) -> None:
    """One owner's ten files stand before another's one, unless the queue is fair."""
    from ministack.services import sqs

    def receive(queue: str, count: int) -> str:
        request = {"QueueUrl": queue, "MaxNumberOfMessages": count}
        messages = asyncio.run(sqs._act_receive_message(request, queue)).get("Messages", [])
        return "".join(message["Body"] for message in messages)

    def fill(name: str) -> str:
        queue = sqs._act_create_queue({"QueueName": name}, "")["QueueUrl"]
        for group in "aaaaaaaaaabac":
            message = {"QueueUrl": queue, "MessageBody": group, "MessageGroupId": group}
            sqs._act_send_message(message, queue)
        return queue

    assert receive(fill("unfair"), 3) == "aaa", mended("ministack_sqs_fair_queues")

    apply("ministack_sqs_fair_queues")

    queue = fill("fair")
    assert receive(queue, 4) == "abca"
    assert receive(queue, 2) == "aa", "the others have no message left"
    late = {"QueueUrl": queue, "MessageBody": "b", "MessageGroupId": "b"}
    sqs._act_send_message(late, queue)
    assert receive(queue, 1) == "b"


@pytest.mark.upstream
def test_large_event_without_patch_is_taken(apply: Apply) -> None:
    from ministack.services import eventbridge

    def status(size: int) -> int:
        entry = {"Source": "earshot", "DetailType": "Limits", "Detail": json.dumps("x" * (size - 2))}
        return int(eventbridge._put_events({"Entries": [entry]})[0])

    maximum = 1024 * 1024 - len("earshotLimits")
    assert status(maximum + 1) == 200, mended("ministack_eventbridge_size")

    apply("ministack_eventbridge_size")

    assert (status(maximum), status(maximum + 1)) == (200, 400)


@pytest.mark.upstream
def test_delivered_events_without_patch_are_kept(apply: Apply) -> None:
    from ministack.services import eventbridge

    def kept_after_an_event() -> int:
        entry = {"Source": "earshot", "DetailType": "Job", "Detail": "{}"}
        assert int(eventbridge._put_events({"Entries": [entry]})[0]) == 200
        return sum(map(len, eventbridge._events_log.all_values()))

    before = kept_after_an_event()
    assert kept_after_an_event() == before + 1, mended("ministack_eventbridge_log")

    apply("ministack_eventbridge_log")

    assert kept_after_an_event() == before + 1
