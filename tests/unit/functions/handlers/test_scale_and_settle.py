"""Scale and Settle: when workers are launched, and what becomes of a slot after its worker."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.aws import clients
from functions.aws.clients import client
from functions.aws.table import dynamodb, worker_slots
from functions.handlers.scale.handler import handler as scale
from functions.handlers.settle.handler import handler as settle
from functions.observability import logger
from functions.settings import settings
from functions.workers.measures import KindMeasures
from functions.workers.policy import BULK_PAUSE_SECONDS
from functions.workers.prices import TASK_USD_HOUR
from tests.fixtures.accounts import account

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # an answer that counts nothing
]
MINUTE = {"op": "reconcile"}  # the schedule's input


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> str:
    """A worker machine that only waits."""
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    role = account.ROLE
    states = client("stepfunctions")
    arn = states.create_state_machine(name="workers", definition=json.dumps(wait), roleArn=role)["stateMachineArn"]
    config = {"MAX_WORKERS": "4", "SPEED": "10", "DRAIN_SECONDS": "60", "IDLE_SECONDS": "180"}
    for name, value in {**config, "WORKER_MACHINE_ARN": arn}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return arn


def running(machine: str) -> list[dict[str, Any]]:
    states = client("stepfunctions")
    arns = [e["executionArn"] for e in states.list_executions(stateMachineArn=machine)["executions"]]
    inputs = [json.loads(states.describe_execution(executionArn=arn)["input"]) for arn in arns]
    return sorted(inputs, key=lambda execution_input: execution_input["slot"])


def send(count: int) -> None:
    for n in range(count):
        client("sqs").send_message(QueueUrl=settings().bulk_queue_url, MessageBody=str(n))


def test_second_job_launches_no_second_worker(machine: str, context: Any) -> None:
    assert scale({"incoming": 12.0}, context) == {"launched": ["SLOT#000"]}
    assert scale({"incoming": 12.0}, context) == {"launched": []}
    (execution_input,) = running(machine)
    assert (execution_input["slot"], execution_input["idle"]) == ("SLOT#000", 180)
    assert worker_slots.read(1)[0].lease == execution_input["lease"]


def test_burst_launches_workers_up_to_the_maximum(machine: str, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send(9)
    launched = []
    for _ in range(9):
        launched += scale({"incoming": 6000.0, "shards": 2}, context)["launched"]
        later = time.time() + BULK_PAUSE_SECONDS
        monkeypatch.setattr(time, "time", lambda later=later: later)
    assert worker_slots.measures().bulk_shard == 3000.0
    assert launched == ["SLOT#000", "SLOT#001", "SLOT#002", "SLOT#003"]
    assert [execution_input["idle"] for execution_input in running(machine)] == [180, 20, 20, 20]


def test_caller_gets_a_quick_worker_of_the_fast_queue(
    machine: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUICK_WORKERS", "2")
    monkeypatch.setenv("WORKER_PRICE", str(TASK_USD_HOUR))
    settings.cache_clear()
    assert scale({"incoming": 10.0, "interactive": True}, context) == {"launched": ["SLOT#Q000"]}
    (execution_input,) = running(machine)
    assert (execution_input["kind"], execution_input["queues"]) == ("quick", "fast")
    assert worker_slots.read(2, WorkerKind.QUICK)[0].lease == execution_input["lease"]
    assert worker_slots.measures().fast_shard == 10.0


def test_caller_of_a_killed_quick_worker_gets_a_task(
    machine: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invocation ended in an error, also when Lambda throttled it: its slot cools, the other kind helps."""
    monkeypatch.setenv("QUICK_WORKERS", "2")
    monkeypatch.setenv("WORKER_PRICE", str(TASK_USD_HOUR))
    settings.cache_clear()
    assert scale({"incoming": 10.0, "interactive": True}, context) == {"launched": ["SLOT#Q000"]}
    lease = worker_slots.find("SLOT#Q000").lease
    assert lease
    settle_slot("SLOT#Q000", lease, context, failed=True)
    client("sqs").send_message(QueueUrl=settings().fast_queue_url, MessageBody="of the killed worker")
    assert scale(MINUTE, context) == {"launched": ["SLOT#000"]}


def test_quick_worker_relaunches_for_callers_only(context: Any) -> None:
    lease = worker_slots.claim("SLOT#Q000", queues=WorkerQueues.ALL)
    send(1)  # on the bulk queue
    question = {"slot": "SLOT#Q000", "lease": lease, "worker": "quick", "failed": False}
    assert settle(question, context)["relaunch"] is False
    lease = worker_slots.claim("SLOT#Q000", queues=WorkerQueues.FAST)
    client("sqs").send_message(QueueUrl=settings().fast_queue_url, MessageBody="x")
    assert settle({**question, "lease": lease}, context)["relaunch"] is True
    assert worker_slots.find("SLOT#Q000").queues is WorkerQueues.FAST


def test_quick_worker_is_followed_by_one_for_bulk(machine: str, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy is asked at once: a minute later its run of every minute would say the same."""
    monkeypatch.setenv("QUICK_WORKERS", "2")
    monkeypatch.setenv("MAX_WORKERS", "0")
    settings.cache_clear()
    send(1)
    lease = worker_slots.claim("SLOT#Q000", queues=WorkerQueues.ALL)
    question = {"slot": "SLOT#Q000", "lease": lease, "worker": "quick", "failed": False, "execution": "one"}
    answer = settle(question, context)
    assert (answer["relaunch"], answer["queues"]) == (True, "all")
    slot = worker_slots.find("SLOT#Q000")
    assert (slot.lease, slot.execution, slot.queues) == (answer["lease"], "one", WorkerQueues.ALL)


def test_worker_that_leaves_teaches_its_speed_and_start(context: Any) -> None:
    lease = worker_slots.claim("SLOT#Q000")
    assert lease
    launched = worker_slots.find("SLOT#Q000").launched
    measured = {"ready": launched + 7.5, "cold": True, "audio_seconds": 300, "busy_seconds": 30, "until": 1}
    dynamodb.update("SLOT#Q000", measured, dynamodb.attribute("lease").eq(lease))
    settle({"slot": "SLOT#Q000", "lease": lease, "worker": "quick", "failed": False}, context)
    assert worker_slots.measures().quick == KindMeasures(10.0, 7.5)
    assert worker_slots.measures().task == KindMeasures()


def test_schedule_launches_only_for_waiting_messages(machine: str, context: Any) -> None:
    assert scale(MINUTE, context) == {"launched": []}
    send(1)
    assert scale(MINUTE, context) == {"launched": ["SLOT#000"]}


def test_slot_is_released_when_its_launch_cannot_start(
    machine: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKER_MACHINE_ARN", machine + "x")
    settings.cache_clear()
    with pytest.raises(clients.ClientError):
        scale({"incoming": 1.0}, context)
    assert worker_slots.read(1)[0].lease is None


def test_execution_whose_lease_lapsed_is_stopped(machine: str, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its task may still wait for an instance: without a stop, launches of one slot pile up."""
    states = client("stepfunctions")
    scale({"incoming": 12.0}, context)
    (first,) = states.list_executions(stateMachineArn=machine)["executions"]
    later = time.time() + LAUNCH_LEASE_SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert scale({"incoming": 12.0}, context) == {"launched": ["SLOT#000"]}
    assert states.describe_execution(executionArn=first["executionArn"])["status"] == "ABORTED"
    running_now = states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    assert [e["name"] for e in running_now] == [worker_slots.read(1)[0].execution]


def test_slot_that_launches_again_keeps_its_execution(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    send(1)
    settle({"slot": "SLOT#000", "lease": lease, "failed": False, "execution": "first"}, context)
    assert worker_slots.read(1)[0].execution == "first"


def test_settle_answers_at_the_deadline_and_between_launches(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[Any] = []
    monkeypatch.setattr(logger, "warning", lambda *_, **fields: logged.append(fields))
    lease = worker_slots.claim("SLOT#000")
    question = {"slot": "SLOT#000", "lease": lease}
    assert settle(question | {"op": "started"}, context) == {"started": False}
    error = {"Error": "Worker.Failed", "Cause": "CannotPullContainerError"}
    assert settle(question | {"op": "keep", "kind": "Spot", "error": error}, context) == {"held": True}
    assert logged[0]["cause"] == "CannotPullContainerError", "why the launch failed"
    assert settle({**question, "lease": "lost", "op": "keep"}, context) == {"held": False}


def settle_slot(slot: str, lease: str, context: Any, *, failed: bool = False) -> dict[str, Any]:
    return settle({"slot": slot, "lease": lease, "failed": failed}, context)


def test_worker_without_waiting_messages_frees_its_slot(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    assert lease
    assert settle_slot("SLOT#000", lease, context)["relaunch"] is False
    assert worker_slots.read(1)[0].lease is None


def test_worker_with_waiting_messages_relaunches_with_new_lease(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    assert lease
    send(1)
    answer = settle_slot("SLOT#000", lease, context)
    assert answer["relaunch"] is True
    assert answer["lease"] != lease
    assert worker_slots.read(1)[0].lease == answer["lease"]


def test_worker_without_lease_leaves_the_slot_unchanged(context: Any) -> None:
    new_lease = worker_slots.claim("SLOT#000")
    send(1)
    assert settle_slot("SLOT#000", "the old lease", context) == {
        "relaunch": False,
        "lease": "the old lease",
        "idle": 180,
        "queues": "all",
    }
    assert worker_slots.read(1)[0].lease == new_lease


def test_failed_launch_cools_the_slot_despite_messages(machine: str, context: Any) -> None:
    send(1)
    lease = worker_slots.claim("SLOT#000")
    assert lease
    assert settle_slot("SLOT#000", lease, context, failed=True)["relaunch"] is False
    assert scale(MINUTE, context) == {"launched": []}
    assert worker_slots.read(1)[0].failures == 1
