"""`ecs:runTask.sync` as the Worker machine uses it, with real processes of the synthesized image."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import MODELS, ROOT, Cloud
from tests.fixtures.local_cloud.faults import Faults, Rule

Run = Callable[..., dict[str, Any]]
SAMPLE = ROOT / "events" / "samples" / "sample.flac"


@pytest.fixture
def run(cloud: Cloud) -> Run:
    """Run the transcriber's image with a command, through a state machine; the execution once it has ended."""
    states, ecs, numbers = cloud.client("stepfunctions"), cloud.client("ecs"), itertools.count()
    manifest = json.loads((cloud.assets / "Earshot.assets.json").read_text())
    digest = next(iter(manifest["dockerImages"]))

    def start(*command: str, image: str = digest, **more: Any) -> dict[str, Any]:
        definition = ecs.register_task_definition(
            family="scratch",
            containerDefinitions=[{"name": "one", "image": f"registry/scratch:{image}", "memory": 128}],
        )["taskDefinition"]["taskDefinitionArn"]
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::ecs:runTask.sync",
            "Parameters": {
                "Cluster": "scratch",
                "TaskDefinition": definition,
                "CapacityProviderStrategy": [{"CapacityProvider": "spot", "Weight": 1}],
                "Overrides": {
                    "ContainerOverrides": [
                        {"Name": "one", "Command": command, "Environment": [{"Name": "SLOT", "Value.$": "$.slot"}]}
                    ]
                },
            },
            "End": True,
            **more,
        }
        machine = states.create_state_machine(
            name=f"task-{time.time_ns()}-{next(numbers)}",
            definition=json.dumps({"StartAt": "Run", "States": {"Run": task}}),
            roleArn="arn:aws:iam::000000000000:role/scratch",
        )["stateMachineArn"]
        arn = states.start_execution(stateMachineArn=machine, input='{"slot": "SLOT#000"}')["executionArn"]
        while (described := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(0.05)
        return described

    return start


def test_ecs_sync_returns_description_of_stopped_task(run: Run, tmp_path: Path) -> None:
    ended = run("--model", str(MODELS / "base"), "--out", str(tmp_path), str(SAMPLE))

    assert ended["status"] == "SUCCEEDED", ended
    task = json.loads(ended["output"])
    assert (task["LastStatus"], task["Containers"][0]["ExitCode"]) == ("STOPPED", 0)
    assert list(tmp_path.iterdir())


def test_ecs_sync_nonzero_exit_code_fails_state(run: Run) -> None:
    ended = run("--no-such-option")

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["Containers"][0]["ExitCode"] == 2


def test_ecs_sync_unknown_image_fails_state(run: Run) -> None:
    ended = run("x", image="unknown")

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert "No image" in json.loads(ended["cause"])["StoppedReason"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidParameterException", "ECS.InvalidParameterException"),
        ("ThrottlingException", "ECS.AmazonECSException"),  # not modelled by ECS
    ],
)
def test_ecs_error_has_name_of_step_functions(run: Run, faults: Faults, code: str, error: str) -> None:
    faults.set(Rule("ecs", "RunTask", code=code))

    assert run("x")["error"] == error


def test_throttled_run_task_is_retried(run: Run, faults: Faults) -> None:
    faults.set(Rule("ecs", "RunTask", times=1, code="ThrottlingException"))
    retry = {"ErrorEquals": ["ECS.AmazonECSException"], "IntervalSeconds": 1, "MaxAttempts": 1}

    ended = run("--no-such-option", Retry=[retry])

    assert ended["error"] == "States.TaskFailed"  # it ran
    assert faults.fired() == [["ecs", "RunTask"]]
