"""Required actions: the IAM actions that a call to AWS needs, by AWS's Service Authorization Reference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.emulator.iam.aws_call import Call

ACCOUNT = "000000000000"  # ministack's
TOKEN_OPERATIONS = ("states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat")


@dataclass(frozen=True)
class Check:
    """An action that a call needs, and the resources of which one has to be allowed."""

    action: str
    resources: tuple[str, ...]


def checks(call: Call) -> Iterator[Check]:
    """Yield the actions that a call needs, by AWS's Service Authorization Reference."""
    from ministack.core import iam_actions

    service, region = call.service, call.region
    arguments = (service, call.method, call.path, call.headers, call.body, call.query)
    action = iam_actions.extract_iam_action(*arguments)
    if action is None:
        return
    resource = iam_actions.extract_resource_arn(*arguments, region, ACCOUNT)
    if service == "s3":
        yield Check(action, (resource,))
        extra = iam_actions.s3_additional_checks(call.method, call.path, call.headers, call.body, call.query)
        # "If-Match … you must have the s3:GetObject permission, too"
        # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
        extra += [("s3:GetObject", resource)] if action == "s3:PutObject" and "if-match" in call.headers else []
        yield from (Check(name, (arn,)) for name, arn in extra)
    elif service == "dynamodb":
        items = iam_actions.dynamodb_transaction_checks(action, call.body, region, ACCOUNT)
        tables = iam_actions.dynamodb_resource_arns(call.body, region, ACCOUNT)
        yield from (Check(name, (arn,)) for name, arn in items or [(action, arn) for arn in tables])
    elif service == "events":
        buses = iam_actions.eventbridge_resource_arns(call.body, region, ACCOUNT)
        yield from (Check(action, (arn,)) for arn in buses or [resource])
    elif action in TOKEN_OPERATIONS:
        # A token names its state machine on AWS; here any of the account's may be meant.
        yield Check(action, tuple(state_machines()))
    elif service == "sqs":
        yield Check(action.removesuffix("Batch"), (resource,))  # a batch is authorized as its single operation
    elif service == "ecs":
        yield from task_checks(action, json.loads(call.body or b"{}"))
    else:
        yield Check(action, (resource,))


def task_checks(action: str, document: Mapping[str, Any]) -> Iterator[Check]:
    """Yield the checks of a call to ECS. RunTask also hands the task's roles over to ECS."""
    if action != "ecs:RunTask":
        yield Check(action, (document.get("task") or next(iter(document.get("tasks", [])), "*"),))
        return
    from ministack.services import ecs

    definition = ecs._task_defs[ecs._resolve_td_key(document["taskDefinition"])]
    yield Check(action, (definition["taskDefinitionArn"],))
    for role in filter(None, (definition.get("taskRoleArn"), definition.get("executionRoleArn"))):
        yield Check("iam:PassRole", (role,))


def state_machines() -> list[str]:
    """Return the ARNs of the deployed state machines."""
    from ministack.services import stepfunctions

    return [machine["stateMachineArn"] for machine in list(stepfunctions._state_machines.values())] or ["*"]


def is_read(required: list[Check]) -> bool:
    """Return whether a call reads an object."""
    return bool(required) and required[0].action in ("s3:GetObject", "s3:GetObjectVersion")
