"""Removal of a deployment: executions stop, instances go, then the stack."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_cli.destroy import destroy
from earshot_cli.errors import CliError

OUTPUTS = {"JobMachineArn": "arn:jobs", "WorkerMachineArn": "arn:workers"}
RESOURCES = [
    {"ResourceType": "AWS::ECS::Cluster", "PhysicalResourceId": "cluster"},
    {"ResourceType": "AWS::S3::Bucket", "PhysicalResourceId": "uploads"},
    {"ResourceType": "AWS::DynamoDB::GlobalTable", "PhysicalResourceId": "rows"},
    {"ResourceType": "AWS::SQS::Queue", "PhysicalResourceId": "queue"},
]


class Account:
    """A stack with one running worker, whose instance lives for some looks longer."""

    def __init__(self, instance_looks: int = 2, status: str = "DELETE_IN_PROGRESS") -> None:
        self.running = {"arn:jobs": ["arn:job:1"], "arn:workers": ["arn:worker:1"]}
        self.looks, self.status, self.deleted = instance_looks, status, False
        self.calls: list[str] = []

    def client(self, service: str) -> Any:
        return SimpleNamespace(
            get_paginator=lambda operation: SimpleNamespace(paginate=getattr(self, operation)),
            stop_execution=self.stop_execution,
            list_tasks=lambda cluster: {"taskArns": ["task"] * bool(self.running["arn:workers"])},
            list_container_instances=self.list_container_instances,
            delete_stack=self.delete_stack,
            describe_stacks=self.describe_stacks,
        )

    def list_executions(self, stateMachineArn: str, statusFilter: str) -> list[Any]:
        return [{"executions": [{"executionArn": arn} for arn in self.running[stateMachineArn]]}]

    def list_stack_resources(self, StackName: str) -> list[Any]:
        return [{"StackResourceSummaries": RESOURCES}]

    def stop_execution(self, executionArn: str, cause: str) -> None:
        self.calls.append(f"stop {executionArn}")
        self.running = {machine: [a for a in arns if a != executionArn] for machine, arns in self.running.items()}

    def list_container_instances(self, cluster: str) -> Any:
        assert cluster == "cluster"
        self.looks -= 1
        return {"containerInstanceArns": ["i"] * (self.looks >= 0)}

    def delete_stack(self, StackName: str) -> None:
        assert self.looks < 0, "ECS refuses to delete a cluster with an instance"
        self.calls.append("delete")

    def describe_stacks(self, StackName: str) -> Any:
        if self.status == "DELETE_IN_PROGRESS":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status, "StackStatusReason": "Cluster in use"}]}


def test_stack_is_deleted_after_its_last_instance() -> None:
    account, waits = Account(), []
    kept = destroy(account.client, "Earshot", OUTPUTS, lambda _: None, waits.append)
    assert account.calls == ["stop arn:job:1", "stop arn:worker:1", "delete"], "jobs first: they launch workers"
    assert len(waits) == 2
    assert kept == ["Bucket uploads", "GlobalTable rows"]


def test_failed_deletion_says_why() -> None:
    account = Account(status="DELETE_FAILED")
    with pytest.raises(CliError, match="Cluster in use"):
        destroy(account.client, "Earshot", OUTPUTS, lambda _: None, lambda _: None)
