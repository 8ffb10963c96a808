"""Restart of the local cloud: starts interrupted executions again.

AWS does not stop, so the stack itself has no such step. This module calls AWS's API from outside, as an operator would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.emulator.durability.durable_state import INTERRUPTED_ERROR

Client = Callable[[str], Any]


def restart_interrupted(client: Client, state_machine: str) -> int:
    """Start interrupted executions again; return how many. Every step of the machine may run twice.

    Args:
        client: returns a boto3 client for a service's name.
        state_machine: ARN.
    """
    step_functions, restarted = client("stepfunctions"), 0
    pages = step_functions.get_paginator("list_executions").paginate(
        stateMachineArn=state_machine, statusFilter="FAILED"
    )
    for execution in [e for page in pages for e in page["executions"]]:
        described = step_functions.describe_execution(executionArn=execution["executionArn"])
        if described.get("error") == INTERRUPTED_ERROR:
            step_functions.start_execution(
                stateMachineArn=state_machine, name=described["name"], input=described["input"]
            )
            restarted += 1
    return restarted
