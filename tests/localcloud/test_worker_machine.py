"""The deployed Worker machine: launch deadlines, and what happens to tasks and slots."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.waiting import eventually

Launch = Callable[..., dict[str, Any]]
SLOT = "SLOT#900"
SECONDS = 120.0  # for an execution; generous, for slow processors


@pytest.fixture
def launch(cloud: Cloud) -> Iterator[Launch]:
    """Run the deployed machine's definition with other deadlines; return the execution once it has ended."""
    states, table, numbers = cloud.client("stepfunctions"), cloud.client("dynamodb"), itertools.count()
    deployed = states.describe_state_machine(stateMachineArn=cloud.outputs["WorkerMachineArn"])

    def run(deadline: int, *, silent: bool, idle: int) -> dict[str, Any]:
        definition = json.loads(deployed["definition"])
        for kind in ("Spot", "OnDemand"):
            run_branch, deadline_branch = definition["States"][f"Launch{kind}"]["Branches"]
            deadline_branch["States"][f"LaunchDeadline{kind}"]["Seconds"] = deadline
            [container] = run_branch["States"][f"RunWorker{kind}"]["Parameters"]["Overrides"]["ContainerOverrides"]
            if silent:  # as a task that waits for an instance: its worker renews no lease
                container["Environment"] = [v for v in container["Environment"] if v["Name"] == "IDLE_SECONDS"]
        machine = states.create_state_machine(
            name=f"workers-{time.time_ns()}-{next(numbers)}",
            definition=json.dumps(definition),
            roleArn=deployed["roleArn"],
        )["stateMachineArn"]
        lease, until = uuid.uuid4().hex, {"N": str(int(time.time()) + 900)}
        item = {"pk": {"S": SLOT}, "lease": {"S": lease}, "until": until, "launch": until}
        table.put_item(TableName=cloud.outputs["TableName"], Item=item)
        body = json.dumps({"slot": SLOT, "lease": lease, "idle": idle, "kind": "task", "queues": "all"})
        arn = states.start_execution(stateMachineArn=machine, input=body)["executionArn"]
        ended = time.monotonic() + SECONDS
        while (described := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < ended, "the execution does not end"
            time.sleep(0.1)
        return described

    yield run
    table.delete_item(TableName=cloud.outputs["TableName"], Key={"pk": {"S": SLOT}})


def slot(cloud: Cloud) -> dict[str, Any]:
    return (
        cloud.client("dynamodb").get_item(TableName=cloud.outputs["TableName"], Key={"pk": {"S": SLOT}}).get("Item", {})
    )


def running_tasks(cloud: Cloud) -> set[str]:
    ecs = cloud.client("ecs")
    [cluster] = [arn for arn in ecs.list_clusters()["clusterArns"] if "Workers" in arn]
    return set(ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"])


def test_worker_that_never_starts_is_stopped_and_cools_slot(cloud: Cloud, launch: Launch) -> None:
    before = running_tasks(cloud)

    ended = launch(2, silent=True, idle=600)

    assert (ended["status"], ended["error"]) == ("FAILED", "Worker.NoCapacity")
    assert slot(cloud)["failures"] == {"N": "1"}
    assert "cooling" in slot(cloud)
    deadline = time.monotonic() + 30
    while running_tasks(cloud) - before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert running_tasks(cloud) - before == set(), "both tasks are stopped, not left to start later"


def test_worker_that_ends_before_the_deadline_settles_at_once(cloud: Cloud, launch: Launch) -> None:
    began = time.monotonic()

    ended = launch(300, silent=False, idle=1)

    assert ended["status"] == "SUCCEEDED", ended
    assert time.monotonic() - began < SECONDS
    assert slot(cloud) == {}, "Settle freed the slot"


def test_stopped_execution_stops_its_task(cloud: Cloud) -> None:
    """Scale stops executions whose lease lapsed, and `earshot destroy` stops all."""
    before, states, lease = running_tasks(cloud), cloud.client("stepfunctions"), uuid.uuid4().hex
    item = {"pk": {"S": SLOT}, "lease": {"S": lease}, "until": {"N": str(int(time.time()) + 900)}}
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["TableName"], Item=item)
    body = json.dumps({"slot": SLOT, "lease": lease, "idle": 600, "kind": "task", "queues": "all"})
    machine = cloud.outputs["WorkerMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, input=body)["executionArn"]
    eventually(lambda: running_tasks(cloud) - before, "task of the execution")

    states.stop_execution(executionArn=execution)

    eventually(lambda: running_tasks(cloud) <= before, "end of the task", seconds=30)
    cloud.client("dynamodb").delete_item(TableName=cloud.outputs["TableName"], Key={"pk": {"S": SLOT}})
