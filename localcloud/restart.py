"""Restart of the local cloud: frees the slots of workers that no longer run; starts interrupted executions again.

On AWS nothing stops, so the stack itself has no such step. Both functions call AWS's API from outside, as an operator
would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from earshot_contract.keys import SLOT_PK_PREFIX
from localcloud.emulator.step_functions import INTERRUPTED_ERROR

Client = Callable[[str], Any]


def free_slots(client: Client, table: str) -> None:
    """Delete every slot: no worker outlives a stop of the emulator, so all leases are void."""
    dynamodb = client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :slot)",
        ExpressionAttributeValues={":slot": {"S": SLOT_PK_PREFIX}},
        ProjectionExpression="pk",
    )
    for item in [item for page in pages for item in page["Items"]]:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"]})


def restart_interrupted(client: Client, state_machine: str, since: datetime) -> int:
    """Start interrupted executions again; return how many. Every step of the machine may run twice.

    Args:
        client: returns a boto3 client for a service's name.
        state_machine: ARN.
        since: when this start began: ministack ends interrupted executions when it loads its state.
    """
    step_functions, restarted = client("stepfunctions"), 0
    pages = step_functions.get_paginator("list_executions").paginate(
        stateMachineArn=state_machine, statusFilter="FAILED"
    )
    for execution in [e for page in pages for e in page["executions"] if e["stopDate"] >= since]:
        described = step_functions.describe_execution(executionArn=execution["executionArn"])
        if described.get("error") == INTERRUPTED_ERROR:
            step_functions.start_execution(
                stateMachineArn=state_machine, name=described["name"], input=described["input"]
            )
            restarted += 1
    return restarted
