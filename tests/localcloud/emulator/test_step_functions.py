"""State machines behave as on AWS where ours depend on it."""

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

    def start(given: dict[str, Any], name: str | None = None, **body: Any) -> Execution:
        definition = json.dumps({"StartAt": next(iter(given)), "States": given})
        arn = states.create_state_machine(
            name=f"scratch-{time.time_ns()}-{next(numbers)}", definition=definition, roleArn=ROLE
        )["stateMachineArn"]
        naming = {"name": name} if name else {}
        begun = states.start_execution(stateMachineArn=arn, input=json.dumps(body), **naming)
        return Execution(states, begun["executionArn"])

    return start


@pytest.fixture(scope="module")
def function(cloud: Cloud) -> Iterator[str]:
    """ARN of a function that answers its event, or refuses."""
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


def waiting(queue: str, **more: Any) -> dict[str, Any]:
    """A state that sends its token to the queue and waits for the answer."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"task_token.$": "$$.Task.Token", "input.$": "$"}},
        "End": True,
        **more,
    }


def calling(function: str, **more: Any) -> dict[str, Any]:
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


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_a_token_answered_well(cloud: Cloud, run: Run, queue: str) -> None:
    execution = run({"Wait": waiting(queue)}, shard=1)

    cloud.client("stepfunctions").send_task_success(taskToken=token(cloud, queue), output='{"ok": true}')

    assert execution.output() == {"ok": True}


def test_a_token_answered_with_a_failure(cloud: Cloud, run: Run, queue: str) -> None:
    execution = run({"Wait": waiting(queue, **CATCH_ALL), **CAUGHT})

    cloud.client("stepfunctions").send_task_failure(
        taskToken=token(cloud, queue), error="Audio.NotAudio", cause="No decoder opens it."
    )

    assert execution.output()["error"] == {"Error": "Audio.NotAudio", "Cause": "No decoder opens it."}


def test_a_heartbeat_is_taken_though_the_state_asks_for_none(cloud: Cloud, run: Run, queue: str) -> None:
    states = cloud.client("stepfunctions")
    execution = run({"Wait": waiting(queue)})
    held = token(cloud, queue)

    states.send_task_heartbeat(taskToken=held)
    states.send_task_success(taskToken=held, output="1")

    assert execution.output() == 1


@pytest.mark.parametrize("end", ["answered", "timed out", "stopped"])
def test_a_worker_that_comes_late_is_told(cloud: Cloud, run: Run, queue: str, end: str) -> None:
    states = cloud.client("stepfunctions")
    parallel = {  # a second branch keeps the execution running after the first one's task has ended
        "Type": "Parallel",
        "Branches": [
            {
                "StartAt": "Wait",
                "States": {
                    "Wait": waiting(queue, TimeoutSeconds=1 if end == "timed out" else 60, **CATCH_ALL),
                    **CAUGHT,
                },
            },
            {"StartAt": "Other", "States": {"Other": {"Type": "Wait", "Seconds": 4, "End": True}}},
        ],
        "End": True,
    }
    execution = run({"Both": parallel})
    held = token(cloud, queue)
    if end == "answered":
        states.send_task_success(taskToken=held, output="{}")
    elif end == "timed out":
        time.sleep(1.5)
    else:
        states.stop_execution(executionArn=execution.arn, error="Cancelled", cause="by its owner")

    for call, more in (
        (states.send_task_heartbeat, {}),
        (states.send_task_success, {"output": "{}"}),
        (states.send_task_failure, {"error": "E"}),
    ):
        assert refused(call, taskToken=held, **more) == "TaskTimedOut"
    if end == "stopped":
        assert execution.end()["status"] == "ABORTED"


def test_a_token_that_never_was(cloud: Cloud) -> None:
    assert refused(cloud.client("stepfunctions").send_task_heartbeat, taskToken="made up") == "InvalidToken"


def test_a_functions_exception_is_caught_by_its_name_with_its_message(run: Run, function: str) -> None:
    catch = {"Catch": [{"ErrorEquals": ["ApiError"], "ResultPath": "$.error", "Next": "Caught"}]}

    error = run({"Call": calling(function, **catch), **CAUGHT}, refuse=True).output()["error"]

    assert error["Error"] == "ApiError"
    assert json.loads(json.loads(error["Cause"])["errorMessage"]) == {"err_code": "Bad Request"}


def test_a_throttled_queue_is_tried_again(cloud: Cloud, run: Run, queue: str, faults: Faults) -> None:
    retry = {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]}
    faults.set(Rule("sqs", "SendMessage", code="ThrottlingException"))
    execution = run({"Wait": waiting(queue, **retry)})

    cloud.client("stepfunctions").send_task_success(taskToken=token(cloud, queue), output="{}")

    assert execution.output() == {}
    assert faults.fired() == [["sqs", "SendMessage"]]


def test_forty_shards_wait_at_once_and_each_gets_its_own_answer(cloud: Cloud, run: Run, queue: str) -> None:
    states, sqs = cloud.client("stepfunctions"), cloud.client("sqs")
    fan = {
        "Type": "Map",
        "ItemsPath": "$.shards",
        "MaxConcurrency": 40,
        "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": waiting(queue)}},
        "End": True,
    }
    execution = run({"Shards": fan}, shards=list(range(40)))
    held: dict[int, str] = {}
    while len(held) < 40:  # none is answered before all have come
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]:
            body = json.loads(message["Body"])
            held[body["input"]] = body["task_token"]

    for index, one in held.items():
        states.send_task_success(taskToken=one, output=json.dumps(index * 2))

    assert execution.output() == [index * 2 for index in range(40)]


def test_a_name_is_an_idempotency_key(cloud: Cloud, run: Run, queue: str) -> None:
    states = cloud.client("stepfunctions")
    execution = run({"Wait": waiting(queue)}, name="job-1", a=1)
    machine = states.describe_execution(executionArn=execution.arn)["stateMachineArn"]
    again = {"stateMachineArn": machine, "name": "job-1"}

    assert states.start_execution(**again, input='{"a": 1}')["executionArn"] == execution.arn
    assert refused(states.start_execution, **again, input='{"a": 2}') == "ExecutionAlreadyExists"
    states.stop_execution(executionArn=execution.arn)


def test_a_fail_state_may_pass_on_what_was_caught(run: Run) -> None:
    fail = {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}

    ended = run({"Failed": fail}, error={"Error": "States.Timeout", "Cause": "too long"}).end()

    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "States.Timeout", "too long")


def test_a_definition_that_cannot_run_is_refused(cloud: Cloud) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Nothing"}}})

    create = cloud.client("stepfunctions").create_state_machine
    assert refused(create, name="broken", definition=definition, roleArn=ROLE) == "InvalidDefinition"


def test_history_can_be_read(cloud: Cloud, run: Run, function: str) -> None:
    execution = run({"Call": calling(function)})
    execution.end()

    events = cloud.client("stepfunctions").get_execution_history(executionArn=execution.arn)["events"]

    kinds = [event["type"] for event in events]
    assert (kinds[0], kinds[-1]) == ("ExecutionStarted", "ExecutionSucceeded")
    assert "TaskSucceeded" in kinds
