"""Removal of a deployment: executions stop, instances go, then the stack."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_cli.aws.stack_state import APPLICATION
from earshot_cli.commands import deployment as deployment_commands
from earshot_cli.deployment.destroy import destroy
from earshot_cli.errors import CliError

NAMES = (
    ("AWS::StepFunctions::StateMachine", "WorkersMachine2ACB", "arn:workers"),
    ("AWS::StepFunctions::StateMachine", "JobsMachine29A9", "arn:jobs"),
    ("AWS::ECS::Cluster", "WorkersCapacityCluster", "cluster"),
    ("AWS::S3::Bucket", "StorageUploads", "uploads"),
    ("AWS::DynamoDB::GlobalTable", "StorageTable", "rows"),
    ("AWS::SQS::Queue", "QueuesFast4D64", "fast"),
    ("AWS::SQS::QueuePolicy", "QueuesFastPolicy84BF", "Ours-QueuesFastPolicy84BF-1TSGZ"),
    ("AWS::SQS::Queue", "CallbacksQueueE66F", "callbacks"),
)
RESOURCES = [
    {"ResourceType": kind, "LogicalResourceId": name, "PhysicalResourceId": id, "ResourceStatus": "CREATE_COMPLETE"}
    for kind, name, id in NAMES
]


def event(resource: str, status: str, reason: str = "") -> dict[str, str]:
    return {"LogicalResourceId": resource, "ResourceStatus": status, "ResourceStatusReason": reason}


class Account:
    """A stack with one running worker, whose task and then instance live for some looks longer."""

    def __init__(self, instance_looks: int = 2, status: str = "DELETE_IN_PROGRESS", task_looks: int = 0) -> None:
        self.stopping = [*["RUNNING", "DEPROVISIONING"] * task_looks][:task_looks]  # statuses of the stopped task
        self.running = {"arn:jobs": ["arn:job:1"], "arn:workers": ["arn:worker:1"]}
        self.looks, self.status, self.deleted = instance_looks, status, False
        self.calls: list[str] = []
        self.is_to_run = True  # the task, whatever becomes of its execution
        self.resources = RESOURCES
        self.events = [event("Cluster", "DELETE_FAILED", "Cluster in use")]  # the newest first

    def client(self, service: str) -> Any:
        return SimpleNamespace(
            get_paginator=lambda operation: SimpleNamespace(paginate=getattr(self, f"{operation}_pages")),
            stop_execution=self.stop_execution,
            purge_queue=self.purge_queue,
            stop_task=self.stop_task,
            describe_tasks=self.describe_tasks,
            list_container_instances=self.list_container_instances,
            delete_stack=self.delete_stack,
            describe_stacks=self.describe_stacks,
            describe_stack_events=lambda StackName: {"StackEvents": self.events},
        )

    def list_executions_pages(self, stateMachineArn: str, statusFilter: str) -> list[Any]:
        return [{"executions": [{"executionArn": arn} for arn in self.running[stateMachineArn]]}]

    def list_stack_resources_pages(self, StackName: str) -> list[Any]:
        return [{"StackResourceSummaries": self.resources}]

    def stop_execution(self, executionArn: str, cause: str) -> None:
        self.calls.append(f"stop {executionArn}")
        self.running = {machine: [a for a in arns if a != executionArn] for machine, arns in self.running.items()}

    def purge_queue(self, QueueUrl: str) -> None:
        self.calls.append(f"purge {QueueUrl}")
        code = "AWS.SimpleQueueService.PurgeQueueInProgress"
        raise ClientError({"Error": {"Code": code, "Message": "once a minute"}}, "PurgeQueue")

    def list_tasks(self, cluster: str, desiredStatus: str) -> Any:
        """Name the task, as ECS does, by what is to become of it: not by what it still does."""
        assert cluster == "cluster"
        return {"taskArns": ["task"] * (self.is_to_run == (desiredStatus == "RUNNING"))}

    def stop_task(self, cluster: str, task: str, reason: str) -> None:
        assert (cluster, task) == ("cluster", "task")
        self.calls.append("stop task")
        self.is_to_run = False

    def list_tasks_pages(self, **arguments: str) -> list[Any]:
        return [{"taskArns": []}, self.list_tasks(**arguments)]

    def describe_tasks(self, cluster: str, tasks: list[str]) -> Any:
        return {"tasks": [{"lastStatus": self.stopping.pop(0) if self.stopping else "STOPPED"} for _ in tasks]}

    def list_container_instances(self, cluster: str) -> Any:
        assert cluster == "cluster"
        self.looks -= 1
        return {"containerInstanceArns": ["i"] * (self.looks >= 0)}

    def delete_stack(self, StackName: str) -> None:
        assert self.looks < 0, "ECS refuses to delete a cluster with an instance"
        assert not self.stopping, "ECS refuses to delete a cluster with a task that is being stopped"
        self.calls.append("delete")

    def describe_stacks(self, StackName: str) -> Any:
        if self.status == "DELETE_IN_PROGRESS":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        reason = "The following resource(s) failed to delete: [Cluster]. "
        return {"Stacks": [{"StackStatus": self.status, "StackStatusReason": reason}]}


def test_stack_is_deleted_after_its_last_instance() -> None:
    account, waits = Account(), []
    kept = destroy(account.client, "Earshot", lambda _: None, waits.append)  # jobs first, since they launch workers
    assert account.calls == ["stop arn:job:1", "stop arn:worker:1", "purge fast", "stop task", "delete"]
    assert len(waits) == 2
    assert kept == ["bucket uploads", "table rows"]


def test_task_that_ends_is_waited_for() -> None:
    """On Fargate there is no instance to wait for, and a stopped task goes on until its worker has ended."""
    account, waits = Account(instance_looks=0, task_looks=4), []
    destroy(account.client, "Earshot", lambda _: None, waits.append)
    assert account.calls[-1] == "delete"
    assert len(waits) == 4


def test_failed_deletion_says_why() -> None:
    account = Account(status="DELETE_FAILED")
    with pytest.raises(CliError, match=r"Earshot\. Cluster: Cluster in use Repeat the command"):
        destroy(account.client, "Earshot", lambda _: None, lambda _: None)


def test_failed_deletion_of_the_vpc_says_what_is_in_it() -> None:
    """The stack's own reason has names alone, and the failures of an earlier deletion say nothing."""
    account = Account(status="DELETE_FAILED")
    account.events = [
        event("Earshot", "DELETE_FAILED"),
        event("Vpc", "DELETE_FAILED", "The vpc 'vpc-1' has dependencies and cannot be deleted."),
        event("Earshot", "DELETE_IN_PROGRESS", "User Initiated"),
        event("Cluster", "DELETE_FAILED", "Cluster in use"),
    ]
    with pytest.raises(CliError, match=r"Vpc: The vpc 'vpc-1' has dependencies.*GuardDuty") as caught:
        destroy(account.client, "Earshot", lambda _: None, lambda _: None)
    assert "Cluster" not in caught.value.message


def test_rest_of_a_failed_deletion_is_removed() -> None:
    """CloudFormation still lists what it has deleted, and its services refuse questions about that."""
    account = Account(instance_looks=0)
    gone = ("StateMachine", "Cluster", "Queue")
    account.resources = [
        {**r, "ResourceStatus": "DELETE_COMPLETE" if r["ResourceType"].endswith(gone) else "DELETE_SKIPPED"}
        for r in RESOURCES
    ]
    account.looks = -1
    assert destroy(account.client, "Earshot", lambda _: None, lambda _: None) == ["bucket uploads", "table rows"]
    assert account.calls == ["delete"]


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        (None, "There is no stack Other in the region eu-west-1"),
        ({"StackStatus": "UPDATE_IN_PROGRESS", "Tags": [APPLICATION]}, "Wait until that has ended"),
        ({"StackStatus": "CREATE_COMPLETE", "Tags": []}, "not Earshot's"),
        (
            {"StackStatus": "CREATE_COMPLETE", "Tags": [APPLICATION], "EnableTerminationProtection": True},
            "protection. Nothing was stopped. .*--no-enable-termination-protection --stack-name Other",
        ),
    ],
)
def test_stack_that_must_not_be_removed_is_refused(
    monkeypatch: pytest.MonkeyPatch, stack: dict[str, Any] | None, message: str
) -> None:
    monkeypatch.setattr(deployment_commands, "read_stack", lambda _: (stack, "eu-west-1"))
    with pytest.raises(CliError, match=message):
        deployment_commands.destroy("Other", yes=True)


def test_stack_whose_creation_failed_can_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    stack, removed = {"StackStatus": "ROLLBACK_COMPLETE", "Tags": [APPLICATION]}, []
    monkeypatch.setattr(deployment_commands, "read_stack", lambda _: (stack, "eu-west-1"))
    monkeypatch.setattr(deployment_commands, "remove", lambda _, name, *__: removed.append(name) or [])
    deployment_commands.destroy("Ours", yes=True)
    assert removed == ["Ours"]
