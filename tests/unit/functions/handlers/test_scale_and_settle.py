"""Scale and Settle: workers come when there is work, and leave their slots in order."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from functions.aws import clients, worker_slots
from functions.handlers.scale.handler import handler as scale
from functions.handlers.settle.handler import handler as settle
from functions.settings import settings

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> str:
    """A Worker machine that only waits."""
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    made = boto3.client("stepfunctions").create_state_machine(name="workers", definition=json.dumps(wait), roleArn=role)
    decided = {"MAX_WORKERS": "4", "SPEED": "10", "DRAIN_SECONDS": "60", "IDLE_SECONDS": "180"}
    for name, value in {**decided, "WORKER_MACHINE_ARN": made["stateMachineArn"]}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return made["stateMachineArn"]


def running(machine: str) -> list[dict[str, Any]]:
    states = boto3.client("stepfunctions")
    arns = [e["executionArn"] for e in states.list_executions(stateMachineArn=machine)["executions"]]
    inputs = [json.loads(states.describe_execution(executionArn=arn)["input"]) for arn in arns]
    return sorted(inputs, key=lambda given: given["slot"])


def send(count: int) -> None:
    for n in range(count):
        boto3.client("sqs").send_message(QueueUrl=settings().bulk_queue_url, MessageBody=str(n))


def test_a_job_launches_one_worker_and_the_next_finds_it_there(machine: str, context: Any) -> None:
    assert scale({"incoming": 12.0}, context) == {"launched": ["SLOT#000"]}
    assert scale({"incoming": 12.0}, context) == {"launched": []}
    (given,) = running(machine)
    assert (given["slot"], given["idle"]) == ("SLOT#000", 180)
    assert worker_slots.read(1)[0].lease == given["lease"]


def test_a_burst_launches_what_the_backlog_needs_and_no_more_than_allowed(machine: str, context: Any) -> None:
    send(30)
    launched = [slot for _ in range(30) for slot in scale({"incoming": 600.0}, context)["launched"]]
    assert launched == ["SLOT#000", "SLOT#001", "SLOT#002", "SLOT#003"]
    assert [given["idle"] for given in running(machine)] == [180, 20, 20, 20]


def test_the_minute_launches_for_what_waits_and_for_nothing_else(machine: str, context: Any) -> None:
    assert scale({"op": "reconcile"}, context) == {"launched": []}
    send(1)
    assert scale({"op": "reconcile"}, context) == {"launched": ["SLOT#000"]}


def test_a_slot_whose_launch_cannot_be_started_is_given_back(
    machine: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKER_MACHINE_ARN", machine + "x")
    settings.cache_clear()
    with pytest.raises(clients.ClientError):
        scale({"incoming": 1.0}, context)
    assert worker_slots.read(1)[0].lease is None


def settled(slot: str, lease: str, context: Any, *, failed: bool = False) -> dict[str, Any]:
    return settle({"slot": slot, "lease": lease, "failed": failed}, context)


def test_a_worker_with_nothing_left_gives_its_slot_back(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    assert lease
    assert settled("SLOT#000", lease, context)["relaunch"] is False
    assert worker_slots.read(1)[0].lease is None


def test_a_worker_that_left_work_runs_again_under_a_new_lease(context: Any) -> None:
    lease = worker_slots.claim("SLOT#000")
    assert lease
    send(1)
    answer = settled("SLOT#000", lease, context)
    assert answer["relaunch"] is True
    assert answer["lease"] != lease
    assert worker_slots.read(1)[0].lease == answer["lease"]


def test_a_worker_whose_slot_was_taken_over_leaves_it_alone(context: Any) -> None:
    heir = worker_slots.claim("SLOT#000")
    send(1)
    assert settled("SLOT#000", "the old lease", context) == {"relaunch": False, "lease": "the old lease"}
    assert worker_slots.read(1)[0].lease == heir


def test_a_launch_that_failed_shuts_the_slot_even_with_work_waiting(machine: str, context: Any) -> None:
    send(1)
    lease = worker_slots.claim("SLOT#000")
    assert lease
    assert settled("SLOT#000", lease, context, failed=True)["relaunch"] is False
    assert scale({"op": "reconcile"}, context) == {"launched": []}
    assert worker_slots.read(1)[0].failures == 1
