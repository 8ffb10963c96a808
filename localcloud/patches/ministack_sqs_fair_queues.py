"""ministack: a standard queue is fair among the groups of its messages.

Why: ministack 1.5.33 delivers a standard queue's messages in the order of their arrival, whatever their groups. SQS
    delivers those of quiet groups first
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html). It calls a group
    noisy from about 30 messages in flight, or a tenth of the consumers' time; here the group with fewer messages in
    flight is always first.
Upstream: none filed.
Remove when: ministack's standard queues look at MessageGroupId.
Test: tests/localcloud/patches/test_ministack_messages.py::test_queue_without_patch_delivers_in_order_of_arrival
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

COLLECT = "ministack.services.sqs:_collect_msgs"
Message = dict[str, Any]


def apply(runtime: Runtime) -> None:
    """Let each receive look at a queue whose messages are in a fair order."""

    def collect(queue: dict[str, Any], count: int, visibility: int) -> Any:
        if queue["is_fifo"]:
            return replaced(queue, count, visibility)
        ordered = fair_order(queue["messages"], count, time.time())
        return replaced({**queue, "messages": ordered}, count, visibility)

    replaced = patch(COLLECT, collect)


def fair_order(messages: list[Message], count: int, now: float) -> list[Message]:
    """Return the messages with the `count` to deliver first: each of the group with the fewest in flight by then.

    Args:
        messages: messages of a queue, in the order of their arrival.
        count: how many may be delivered.
        now: epoch seconds.
    """
    in_flight = Counter(m.get("group_id") for m in messages if m.get("visible_at", 0) > now and m.get("receive_count"))
    waiting: dict[Any, list[Message]] = {}
    for message in messages:
        if message.get("visible_at", 0) <= now:
            # One without a group is a group of its own.
            waiting.setdefault(message.get("group_id") or message["id"], []).append(message)
    if len(waiting) < 2:
        return messages
    first = []
    for _ in range(count):
        if not waiting:
            break
        group = min(waiting, key=lambda each: in_flight[each])  # of several the one that came first
        first.append(waiting[group].pop(0))
        in_flight[group] += 1
        if not waiting[group]:
            del waiting[group]
    chosen = {message["id"] for message in first}
    return [*first, *(message for message in messages if message["id"] not in chosen)]


PATCH = Patch(
    name="ministack-sqs-fair-queues", needed_for="behaviour", points={COLLECT: "308a6eb1b3d4c8ad"}, apply=apply
)
