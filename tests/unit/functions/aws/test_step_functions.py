"""Step Functions: executions and task tokens."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from functions.aws import clients, step_functions
from functions.aws.clients import client
from tests.fixtures.accounts import account

pytestmark = pytest.mark.usefixtures("aws")


def test_execution_starts_once_and_stops() -> None:
    role = account.ROLE
    definition = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}})
    states = client("stepfunctions")
    arn = states.create_state_machine(name="m", definition=definition, roleArn=role)["stateMachineArn"]
    first = step_functions.start(arn, "j1", {"job_id": "j1"})
    assert step_functions.start(arn, "j1", {"job_id": "another input"}) == first
    step_functions.stop(first, "because")
    assert states.describe_execution(executionArn=first)["status"] == "ABORTED"
    step_functions.stop(first + "x", "unknown")


def test_closed_task_token_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer_with(code: str) -> None:
        def answer(**_: str) -> None:
            raise ClientError({"Error": {"Code": code}}, "SendTaskFailure")

        monkeypatch.setattr(clients.client("stepfunctions"), "send_task_failure", answer)

    for closed in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
        answer_with(closed)
        assert step_functions.fail_task("token", "Worker.GaveUp", "x") is False
    answer_with("ThrottlingException")
    with pytest.raises(ClientError):
        step_functions.fail_task("token", "Worker.GaveUp", "x")
