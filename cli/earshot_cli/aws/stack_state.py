"""State of a CloudFormation stack: the commands that it allows, and advice for the other states.

Statuses: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from earshot_cli.errors import CliError, Status

APPLICATION = {"Key": "Application", "Value": "Earshot"}  # tag of every stack that `infra` or this command makes

DELETING = "DELETE_IN_PROGRESS"
BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", DELETING)  # of the stack itself: an operation begins
# Reasons of resources that were cancelled because another one failed; the reason of that one matters.
CANCELLED = tuple(f"Resource {operation} cancelled" for operation in ("creation", "update", "deletion"))


class Stage(Enum):
    """Stage of a stack, with the commands that it allows."""

    ABSENT = "deploy"  # there is none, or only a change set that was never executed
    ROLLED_BACK = "deploy; the CDK deletes what is left first"  # its first deployment failed
    STANDS = "upgrade, destroy"
    BUSY = "wait"
    STUCK = "continue the rollback"  # an update failed, and so did its rollback
    HALF_DELETED = "destroy"


STAGES = {
    "REVIEW_IN_PROGRESS": Stage.ABSENT,
    "CREATE_FAILED": Stage.HALF_DELETED,  # where rollback was turned off
    "ROLLBACK_COMPLETE": Stage.ROLLED_BACK,
    "ROLLBACK_FAILED": Stage.ROLLED_BACK,
    "DELETE_FAILED": Stage.HALF_DELETED,
    "UPDATE_FAILED": Stage.STUCK,
    "UPDATE_ROLLBACK_FAILED": Stage.STUCK,
}


def describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """Return CloudFormation's description of a stack; None if there is none."""
    from botocore.exceptions import ClientError

    try:
        return dict(cloudformation.describe_stacks(StackName=name)["Stacks"][0])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def resources(cloudformation: Any, name: str) -> list[dict[str, Any]]:
    """Return the resources that a stack has, by logical id. CloudFormation also lists those that it has deleted."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    there = [r for r in found if r.get("PhysicalResourceId") and r["ResourceStatus"] != "DELETE_COMPLETE"]
    return sorted(there, key=lambda resource: str(resource["LogicalResourceId"]))


def failures(cloudformation: Any, name: str) -> list[str]:
    """Return why resources of a stack failed in its last operation: a line each, in the order of time.

    A stack's own reason names its resources alone.
    """
    found: list[str] = []
    for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]:  # the newest first
        status, resource = event["ResourceStatus"], event["LogicalResourceId"]
        if resource == name and status in BEGINNINGS:
            break
        why = event.get("ResourceStatusReason", "")
        if status.endswith("_FAILED") and resource != name and not why.startswith(CANCELLED):
            found.append(f"{resource}: {why}")
    return found[::-1]


def stage(description: Mapping[str, Any] | None) -> Stage:
    """Return the stage of a described stack."""
    if description is None:
        return Stage.ABSENT
    status = description["StackStatus"]
    return STAGES.get(status, Stage.BUSY if status.endswith("_IN_PROGRESS") else Stage.STANDS)


def is_earshots(description: Mapping[str, Any]) -> bool:
    """Return whether a stack is Earshot's, by its tag: one whose creation failed has no outputs."""
    return APPLICATION in description.get("Tags", [])


def check_unprotected(name: str, description: Mapping[str, Any]) -> None:
    """Raise CliError if CloudFormation refuses to delete a stack because it is protected."""
    if description.get("EnableTerminationProtection"):
        raise CliError(
            f"The stack {name} has termination protection. Nothing was stopped. `aws cloudformation "
            f"update-termination-protection --no-enable-termination-protection --stack-name {name}` ends it."
        )


def refusal(name: str, description: Mapping[str, Any] | None, region: str) -> CliError:
    """Return the error of a command that needs a deployed stack: the state of this one, and what to do."""
    if description is None:
        return CliError(
            f"There is no stack {name} in the region {region}. Check its name, AWS_PROFILE and AWS_REGION; "
            "`earshot deploy` makes one.",
            Status.UNREACHABLE,
        )
    status = description["StackStatus"]
    match stage(description):
        case Stage.BUSY:
            advice = "CloudFormation is changing it. Wait until that has ended, then repeat the command."
        case Stage.ABSENT | Stage.ROLLED_BACK:
            advice = (
                "Its first deployment did not succeed; its events in the CloudFormation console say why. "
                f"`earshot deploy --name {name}` removes what is left and tries again."
            )
        case Stage.STUCK:
            advice = (
                "An update failed, and so did the way back; its events in the CloudFormation console say why. "
                f"Mend that, then: `aws cloudformation {_way_back(status)} --stack-name {name}`"
            )
        case Stage.HALF_DELETED:
            advice = f"It is not whole. `earshot destroy {name}` removes what there is."
        case Stage.STANDS:
            advice = "It is not Earshot's."
    return CliError(f"The stack {name} is {status}. {advice}")


def _way_back(status: str) -> str:
    return "continue-update-rollback" if status == "UPDATE_ROLLBACK_FAILED" else "rollback-stack"
