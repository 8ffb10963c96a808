"""Step Functions: state machines behave as on AWS in all that the stack's machines use."""

from __future__ import annotations

import json

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.faults import Faults, Rule
from tests.fixtures.local_cloud.state_machines import (
    CAUGHT,
    ROLE,
    Run,
    call_function,
    error_code,
    token,
    wait_for_token,
)


def test_function_exception_is_caught_by_class_name(run: Run, function: str) -> None:
    catch = {"Catch": [{"ErrorEquals": ["ApiError"], "ResultPath": "$.error", "Next": "Caught"}]}

    error = run({"Call": call_function(function, **catch), **CAUGHT}, refuse=True).output()["error"]

    assert error["Error"] == "ApiError"
    assert json.loads(json.loads(error["Cause"])["errorMessage"]) == {"err_code": "Bad Request"}


def test_throttled_send_message_is_retried(cloud: Cloud, run: Run, queue: str, faults: Faults) -> None:
    retry = {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]}
    faults.set(Rule("sqs", "SendMessage", code="ThrottlingException"))
    execution = run({"Wait": wait_for_token(queue, **retry)})

    cloud.client("stepfunctions").send_task_success(taskToken=token(cloud, queue), output="{}")

    assert execution.output() == {}
    assert faults.fired() == [["sqs", "SendMessage"]]


def test_start_execution_is_idempotent_by_name_and_input(cloud: Cloud, run: Run, queue: str) -> None:
    states = cloud.client("stepfunctions")
    execution = run({"Wait": wait_for_token(queue)}, name="job-1", a=1)
    machine = states.describe_execution(executionArn=execution.arn)["stateMachineArn"]
    again = {"stateMachineArn": machine, "name": "job-1"}

    assert states.start_execution(**again, input='{"a": 1}')["executionArn"] == execution.arn
    assert error_code(states.start_execution, **again, input='{"a": 2}') == "ExecutionAlreadyExists"
    states.stop_execution(executionArn=execution.arn)


def test_fail_state_passes_on_states_error(run: Run) -> None:
    fail = {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}

    ended = run({"Failed": fail}, error={"Error": "States.Timeout", "Cause": "too long"}).end()

    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "States.Timeout", "too long")


def test_unreadable_definition_returns_invalid_definition(cloud: Cloud) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Nothing"}}})

    create = cloud.client("stepfunctions").create_state_machine
    assert error_code(create, name="broken", definition=definition, roleArn=ROLE) == "InvalidDefinition"


def test_execution_history_lists_events(cloud: Cloud, run: Run, function: str) -> None:
    execution = run({"Call": call_function(function)})
    execution.end()

    events = cloud.client("stepfunctions").get_execution_history(executionArn=execution.arn)["events"]

    kinds = [event["type"] for event in events]
    assert (kinds[0], kinds[-1]) == ("ExecutionStarted", "ExecutionSucceeded")
    assert "TaskSucceeded" in kinds
