"""Removal of a deployment: stop its executions and tasks, empty its queues, wait for its instances, delete the stack.

ECS refuses to delete a cluster with a container instance or a capacity provider in use, so while a worker lives a
deletion of the stack alone fails (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from earshot_cli.aws import stack_state
from earshot_cli.errors import CliError
from earshot_contract.aws_errors import error_code

Client = Callable[[str], Any]  # name of a service → boto3 client

MACHINES = "AWS::StepFunctions::StateMachine"
QUEUE_TYPE, SHARD_QUEUES = "AWS::SQS::Queue", "Queues"  # the logical ids of the queues of shards begin so
KEPT = {"AWS::S3::Bucket": "bucket", "AWS::DynamoDB::GlobalTable": "table"}  # what CloudFormation leaves
INSTANCES_SECONDS = 1800.0  # for workers to stop and ECS to terminate their instances: about 10 minutes
STACK_SECONDS = 1800.0
POLL_SECONDS = 10.0
REASON = "The deployment is being removed."


def destroy(client: Client, stack: str, progress: Callable[[str], None], sleep: Callable[[float], None]) -> list[str]:
    """Remove a deployment; return the resources that stay because they hold data.

    The list of resources is read, not the outputs: a stack whose creation failed has no outputs, and one whose deletion
    failed has lost some of its resources.

    Args:
        client: returns a boto3 client for the name of a service.
        stack: name of the stack.
        progress: called with a description of each stage.
        sleep: `time.sleep`.

    Raises:
        CliError: instances or the stack are not gone in time; the command can be repeated.
    """
    resources = stack_state.resources(client("cloudformation"), stack)
    clusters = _names(resources, "AWS::ECS::Cluster")
    machines = _names(resources, MACHINES)  # by logical id: Jobs before Workers, so that they launch no more workers
    # The construct of these queues (infra/queues.py) has policies, too, and callbacks that are due stay.
    queues = _names([r for r in resources if r["LogicalResourceId"].startswith(SHARD_QUEUES)], QUEUE_TYPE)
    deadline, reported = time.monotonic() + INSTANCES_SECONDS, -1
    while True:
        stopped = sum(_stop_executions(client, machine) for machine in machines)
        if stopped:
            _purge(client, queues)
        alive = sum(_stop_tasks(client, cluster) for cluster in clusters)
        if not stopped and not alive:
            break
        if alive != reported:
            progress(f"Waiting until {alive} tasks and instances have stopped, which takes minutes")
            reported = alive
        if time.monotonic() > deadline:
            raise CliError(f"{alive} tasks and instances of {stack} still run. Repeat the command later.")
        sleep(POLL_SECONDS)
    kept = [f"{word} {name}" for kind, word in KEPT.items() for name in _names(resources, kind)]
    progress("Deleting the stack")
    client("cloudformation").delete_stack(StackName=stack)
    _await_deletion(client, stack, sleep)
    return kept


def _stop_executions(client: Client, machine: str) -> int:
    """Stop all running executions of a state machine; return how many there were."""
    states, stopped = client("stepfunctions"), 0
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [e for page in pages for e in page["executions"]]:
        states.stop_execution(executionArn=execution["executionArn"], cause=REASON)
        stopped += 1
    return stopped


def _purge(client: Client, queues: list[str]) -> None:
    """Empty the queues of shards: `scale` would go on launching workers for the shards of stopped jobs."""
    from botocore.exceptions import ClientError

    for queue in queues:
        try:
            client("sqs").purge_queue(QueueUrl=queue)
        except ClientError as error:
            if "PurgeQueueInProgress" not in error_code(error):  # SQS purges a queue once a minute
                raise


def _stop_tasks(client: Client, cluster: str) -> int:
    """Stop all tasks of a cluster; return how many of them, and of its instances, there still are.

    Step Functions stops the task of a stopped execution on a best-effort basis only
    (https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync), and a worker that goes
    on waits for work for minutes.

    A task that was stopped runs for up to two more minutes, until its worker has returned its messages; then Fargate
    removes its network interface. Until then the cluster and the security group cannot be deleted, and ListTasks
    names the task only with desired status STOPPED, among the tasks that stopped in the last hour.
    """
    ecs = client("ecs")
    alive = 0
    for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="RUNNING"):
        for task in page["taskArns"]:
            ecs.stop_task(cluster=cluster, task=task, reason=REASON)
            alive += 1
    for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="STOPPED"):
        if tasks := page["taskArns"]:
            described = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
            alive += sum(task["lastStatus"] != "STOPPED" for task in described)
    return alive + len(ecs.list_container_instances(cluster=cluster)["containerInstanceArns"])


def _names(resources: list[dict[str, Any]], kind: str) -> list[str]:
    """Return the physical names of the resources of a type."""
    return [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == kind]


def _await_deletion(client: Client, stack: str, sleep: Callable[[float], None]) -> None:
    deadline = time.monotonic() + STACK_SECONDS
    while time.monotonic() < deadline:
        description = stack_state.describe(client("cloudformation"), stack)
        if description is None:
            return
        if description["StackStatus"] == "DELETE_FAILED":
            raise _failure(client, stack, description.get("StackStatusReason", "no reason"))
        sleep(POLL_SECONDS)
    raise CliError(f"{stack} is still being deleted. Repeat the command later.")


def _failure(client: Client, stack: str, reason: str) -> CliError:
    """Return the error of a deletion that failed: why, and what to do."""
    why = " ".join(stack_state.failures(client("cloudformation"), stack)) or f"{reason}."
    advice = "Repeat the command; it continues where it ended."
    if "dependenc" in why:  # of a subnet, a security group or the VPC
        advice = (
            "In its VPC is something that the stack did not make, for example an endpoint of GuardDuty's Runtime "
            f"Monitoring. Delete it in the VPC console. {advice}"
        )
    return CliError(f"CloudFormation could not delete {stack}. {why} {advice}")
