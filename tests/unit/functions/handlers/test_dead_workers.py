"""Settle after a worker has died: at work it is replaced at once, and a failed launch cools its slot down."""

from __future__ import annotations

import time
from typing import Any

import pytest

from earshot_contract.timeouts import FAST_VISIBILITY_SECONDS
from earshot_contract.worker_kinds import WorkerQueues
from functions.aws.clients import client
from functions.aws.table import dynamodb, worker_slots
from functions.aws.table.dynamodb import attribute
from functions.handlers.settle.handler import handler as settle
from functions.settings import settings

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # an answer that counts nothing
]


def send() -> None:
    client("sqs").send_message(QueueUrl=settings().bulk_queue_url, MessageBody="a shard")


def died(lease: str, context: Any, **measured: Any) -> dict[str, Any]:
    """A task of SLOT#000 that had its model, or more, ends with an error."""
    dynamodb.update("SLOT#000", {"until": 1, **measured}, attribute("lease").eq(lease))
    answer: dict[str, Any] = settle({"slot": "SLOT#000", "lease": lease, "failed": True, "execution": "one"}, context)
    return answer


def test_worker_that_died_at_work_is_replaced_at_once(context: Any) -> None:
    """A caller waits for its clip. No launch has failed, so no slot cools down."""
    send()
    lease = worker_slots.claim("SLOT#000")
    assert lease
    for audio_seconds in (None, 8.4, None, 8.4):  # after work the next death is a first one again
        answer = died(lease, context, ready=time.time(), audio_seconds=audio_seconds)
        assert (answer["relaunch"], answer["queues"]) == (True, "all")
        assert answer["lease"] != lease
        lease = answer["lease"]
        slot = worker_slots.find("SLOT#000")
        assert (slot.lease, slot.execution, slot.ready, slot.has_started()) == (lease, "one", None, False)


def test_second_death_without_work_cools_the_slot(context: Any) -> None:
    send()
    lease = worker_slots.claim("SLOT#000")
    assert lease
    lease = died(lease, context, ready=time.time())["lease"]

    answer = died(lease, context, ready=time.time())
    assert (answer["relaunch"], answer["why"]) == (False, "keeps dying")
    assert worker_slots.find("SLOT#000").failures == 2


def test_dead_worker_without_messages_is_not_replaced(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    assert lease
    answer = died(lease, context, ready=time.time(), audio_seconds=8.4)
    assert (answer["relaunch"], answer["why"]) == (False, "died")
    assert worker_slots.claim("SLOT#000"), "no launch has failed: the slot is free"


def test_dead_worker_that_had_lost_its_lease_says_so(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    answer = died("the old lease", context)
    assert (answer["relaunch"], answer["why"]) == (False, "lease lost")
    assert worker_slots.find("SLOT#000").lease == lease


def test_launch_after_a_dead_worker_has_measured_nothing(context: Any) -> None:
    """Spot capacity was reclaimed, and there is none on demand: this launch failed."""
    send()
    lease = worker_slots.claim("SLOT#000")
    dynamodb.update("SLOT#000", {"ready": time.time(), "audio_seconds": 9}, attribute("lease").eq(lease))
    settle({"slot": "SLOT#000", "lease": lease, "op": "keep", "kind": "Spot"}, context)

    answer = settle({"slot": "SLOT#000", "lease": lease, "failed": True}, context)
    assert (answer["relaunch"], answer["why"]) == (False, "not launched")


def test_dead_quick_worker_of_callers_is_replaced_at_once(context: Any) -> None:
    """The next run of Scale may be a minute away. The successor waits until the shards of the dead one are back."""
    client("sqs").send_message(QueueUrl=settings().fast_queue_url, MessageBody="a shard")
    client("sqs").receive_message(QueueUrl=settings().fast_queue_url, VisibilityTimeout=FAST_VISIBILITY_SECONDS)
    for queues in (WorkerQueues.FAST, WorkerQueues.ALL):
        lease = worker_slots.claim("SLOT#Q000", "one", queues)
        assert lease
        for audio_seconds, replaced in ((8.4, True), (None, True), (None, False)):
            measured = {"until": 1, "ready": time.time(), "audio_seconds": audio_seconds}
            dynamodb.update("SLOT#Q000", measured, attribute("lease").eq(lease))
            question = {"slot": "SLOT#Q000", "lease": lease, "failed": True, "worker": "quick", "execution": "one"}
            answer = settle(question, context)
            assert answer["relaunch"] is replaced
            if replaced:
                assert (answer["queues"], worker_slots.find("SLOT#Q000").queues) == (queues, queues)
                assert answer["idle"] > FAST_VISIBILITY_SECONDS
                lease = answer["lease"]
        dynamodb.remove("SLOT#Q000", attribute("pk").exists())


def test_dead_quick_worker_of_bulk_leaves_its_slot_free(context: Any) -> None:
    """No launch has failed, so the next quick worker may start. The second that dies without work cools the slot."""
    send()
    for audio_seconds, cools in ((8.4, False), (None, False), (None, True)):
        lease = worker_slots.claim("SLOT#Q000")
        assert lease, "the slot was free"
        measured = {"until": 1, "ready": time.time(), "audio_seconds": audio_seconds}
        dynamodb.update("SLOT#Q000", measured, attribute("lease").eq(lease))
        question = {"slot": "SLOT#Q000", "lease": lease, "failed": True, "worker": "quick"}
        answer = settle(question, context)
        assert (answer["relaunch"], answer["why"]) == (False, "keeps dying" if cools else "died")
        slot = worker_slots.find("SLOT#Q000")
        assert slot.is_cooling(time.time(), settings().worker_version) is cools, (audio_seconds, slot)
