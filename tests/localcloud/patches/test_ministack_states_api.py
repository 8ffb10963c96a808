"""Necessity of the patch ministack_states_api: ministack's own interpreter still behaves otherwise than AWS.

When one of these fails, ministack was mended in that respect. When all fail, try the patch's condition for removal.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from ministack.services import stepfunctions

pytestmark = pytest.mark.upstream
ROLE = "arn:aws:iam::000000000000:role/scratch"
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}


def call(operation: Any, **data: Any) -> tuple[int, dict[str, Any]]:
    """Call an operation of ministack's API; return status and document."""
    status, _, body = operation(data)
    return status, json.loads(body)


def create(name: str, definition: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return call(stepfunctions._create_state_machine, name=name, definition=json.dumps(definition), roleArn=ROLE)


def test_definition_that_cannot_run_without_patch_is_accepted() -> None:
    status, _ = create("broken", {"StartAt": "A", "States": {"A": {"Type": "Nothing"}}})

    assert status == 200


def test_repeated_start_without_patch_is_rejected() -> None:
    machine = create("repeated", WAIT)[1]["stateMachineArn"]
    start = {"stateMachineArn": machine, "name": "job-1", "input": "{}"}
    assert call(stepfunctions._start_execution, **start)[0] == 200

    status, document = call(stepfunctions._start_execution, **start)

    assert (status, document["__type"]) == (400, "ExecutionAlreadyExists")


def test_closed_task_token_without_patch_does_not_exist() -> None:
    token = "00000000-0000-4000-8000-000000000000"

    status, document = call(stepfunctions._send_task_heartbeat, taskToken=token)

    assert (status, document["__type"]) == (400, "TaskDoesNotExist")


def test_execution_without_patch_begins_late(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    machine = create("late", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})[1]["stateMachineArn"]
    sleep = time.sleep

    def noting(seconds: float) -> None:
        if threading.current_thread() is not threading.main_thread():
            slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(stepfunctions.time, "sleep", noting)
    execution = call(stepfunctions._start_execution, stateMachineArn=machine, input="{}")[1]["executionArn"]
    while stepfunctions._executions[execution]["status"] == "RUNNING":
        sleep(0.01)

    assert 0.15 in slept


def test_failed_ecs_task_without_patch_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    from ministack.services import ecs

    task = {"taskArn": "t", "lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}
    answer = (200, {}, json.dumps({"tasks": [task]}))
    monkeypatch.setattr(ecs, "_run_task", lambda data: answer)
    monkeypatch.setattr(ecs, "_describe_tasks", lambda data: answer)

    output = stepfunctions._invoke_ecs_run_task("arn:aws:states:::ecs:runTask.sync", {"Cluster": "c"})

    assert output["tasks"] == [task]
