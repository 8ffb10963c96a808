"""Task tokens of Step Functions: a state waits for its token's answer, as on AWS."""

from __future__ import annotations

import json
import time

import pytest

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.state_machines import CATCH_ALL, CAUGHT, Run, error_code, token, wait_for_token


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
