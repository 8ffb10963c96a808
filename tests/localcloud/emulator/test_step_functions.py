"""Step Functions: state machines behave as on AWS in all that the stack's machines use."""

from __future__ import annotations

import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from tests.fixtures.faults import Faults, Rule

ROLE = "arn:aws:iam::000000000000:role/scratch"
SOURCE = """
import json

class ApiError(Exception):
    pass

def handler(event, context):
    if event.get("refuse"):
        raise ApiError(json.dumps({"err_code": "Bad Request"}))
    return event
"""

Run = Callable[..., "Execution"]


class Execution:
    """One execution of a scratch machine."""

    def __init__(self, states: Any, arn: str) -> None:
        self.states, self.arn = states, arn

    def end(self) -> dict[str, Any]:
        """Its description once it has ended."""
        for _ in range(1500):
            described = self.states.describe_execution(executionArn=self.arn)
            if described["status"] != "RUNNING":
                return described
            time.sleep(0.02)
        raise AssertionError(f"{self.arn} still runs")

    def output(self) -> Any:
        ended = self.end()
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])


@pytest.fixture
def run(cloud: Cloud) -> Run:
    """Run a machine of the given states, the first one first."""
    states, numbers = cloud.client("stepfunctions"), itertools.count()

    def start(states_by_name: dict[str, Any], name: str | None = None, **body: Any) -> Execution:
        definition = json.dumps({"StartAt": next(iter(states_by_name)), "States": states_by_name})
        arn = states.create_state_machine(
            name=f"scratch-{time.time_ns()}-{next(numbers)}", definition=definition, roleArn=ROLE
        )["stateMachineArn"]
        name_argument = {"name": name} if name else {}
        started = states.start_execution(stateMachineArn=arn, input=json.dumps(body), **name_argument)
        return Execution(states, started["executionArn"])

    return start


@pytest.fixture(scope="module")
def function(cloud: Cloud) -> Iterator[str]:
    """ARN of a function that returns its event, or raises."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", SOURCE)
    functions = cloud.client("lambda")
    yield functions.create_function(
        FunctionName="answering",
        Runtime="python3.13",
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": bundle.getvalue()},
    )["FunctionArn"]
    functions.delete_function(FunctionName="answering")


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[str]:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=f"scratch-{time.time_ns()}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


def wait_for_token(queue: str, **more: Any) -> dict[str, Any]:
    """A state that sends its token to the queue and waits for the answer."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"task_token.$": "$$.Task.Token", "input.$": "$"}},
        "End": True,
        **more,
    }


def call_function(function: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "End": True,
        **more,
    }


CATCH_ALL = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]}
CAUGHT = {"Caught": {"Type": "Pass", "End": True}}


def token(cloud: Cloud, queue: str) -> str:
    message = cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"][0]
    return json.loads(message["Body"])["task_token"]


def error_code(call: Callable[..., Any], **arguments: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_task_success_returns_output(cloud: Cloud, run: Run, queue: str) -> None:
    execution = run({"Wait": wait_for_token(queue)}, shard=1)

    cloud.client("stepfunctions").send_task_success(taskToken=token(cloud, queue), output='{"ok": true}')

    assert execution.output() == {"ok": True}


def test_task_failure_is_caught_with_error_and_cause(cloud: Cloud, run: Run, queue: str) -> None:
    execution = run({"Wait": wait_for_token(queue, **CATCH_ALL), **CAUGHT})

    cloud.client("stepfunctions").send_task_failure(
        taskToken=token(cloud, queue), error="Audio.NotAudio", cause="No decoder opens it."
    )

    assert execution.output()["error"] == {"Error": "Audio.NotAudio", "Cause": "No decoder opens it."}


def test_heartbeat_without_heartbeat_seconds_is_accepted(cloud: Cloud, run: Run, queue: str) -> None:
    states = cloud.client("stepfunctions")
    execution = run({"Wait": wait_for_token(queue)})
    task_token = token(cloud, queue)

    states.send_task_heartbeat(taskToken=task_token)
    states.send_task_success(taskToken=task_token, output="1")

    assert execution.output() == 1


@pytest.mark.parametrize("end", ["answered", "timed out", "stopped"])
def test_closed_task_token_returns_task_timed_out(cloud: Cloud, run: Run, queue: str, end: str) -> None:
    states = cloud.client("stepfunctions")
    parallel = {  # a second branch keeps the execution running after the first one's task has ended
        "Type": "Parallel",
        "Branches": [
            {
                "StartAt": "Wait",
                "States": {
                    "Wait": wait_for_token(queue, TimeoutSeconds=1 if end == "timed out" else 60, **CATCH_ALL),
                    **CAUGHT,
                },
            },
            {"StartAt": "Other", "States": {"Other": {"Type": "Wait", "Seconds": 4, "End": True}}},
        ],
        "End": True,
    }
    execution = run({"Both": parallel})
    task_token = token(cloud, queue)
    if end == "answered":
        states.send_task_success(taskToken=task_token, output="{}")
    elif end == "timed out":
        time.sleep(1.5)
    else:
        states.stop_execution(executionArn=execution.arn, error="Cancelled", cause="by its owner")

    for call, more in (
        (states.send_task_heartbeat, {}),
        (states.send_task_success, {"output": "{}"}),
        (states.send_task_failure, {"error": "E"}),
    ):
        assert error_code(call, taskToken=task_token, **more) == "TaskTimedOut"
    if end == "stopped":
        assert execution.end()["status"] == "ABORTED"


def test_unknown_task_token_returns_invalid_token(cloud: Cloud) -> None:
    assert error_code(cloud.client("stepfunctions").send_task_heartbeat, taskToken="made up") == "InvalidToken"


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


def test_retried_task_gets_new_token_and_waits(cloud: Cloud, run: Run, queue: str) -> None:
    states = cloud.client("stepfunctions")
    retry = {"Retry": [{"ErrorEquals": ["Worker.Internal"], "IntervalSeconds": 1, "MaxAttempts": 2}]}
    execution = run({"Wait": wait_for_token(queue, **retry)})
    first = token(cloud, queue)
    states.send_task_failure(taskToken=first, error="Worker.Internal", cause="a fault")

    second = token(cloud, queue)

    assert second != first
    assert error_code(states.send_task_success, taskToken=first, output="1") == "TaskTimedOut"
    states.send_task_success(taskToken=second, output="2")
    assert execution.output() == 2


def test_map_of_forty_tokens_returns_each_output(cloud: Cloud, run: Run, queue: str) -> None:
    states, sqs = cloud.client("stepfunctions"), cloud.client("sqs")
    fan = {
        "Type": "Map",
        "ItemsPath": "$.shards",
        "MaxConcurrency": 40,
        "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": wait_for_token(queue)}},
        "End": True,
    }
    execution = run({"Shards": fan}, shards=list(range(40)))
    tokens: dict[int, str] = {}
    while len(tokens) < 40:  # no token is answered before all have arrived
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]:
            body = json.loads(message["Body"])
            tokens[body["input"]] = body["task_token"]

    for index, task_token in tokens.items():
        states.send_task_success(taskToken=task_token, output=json.dumps(index * 2))

    assert execution.output() == [index * 2 for index in range(40)]


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
