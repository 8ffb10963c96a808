"""Executions of the state machines, and answers to tasks they wait on."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.clients import client, code

OVER = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")  # the execution does not wait any more


def start(machine: str, name: str, given: dict[str, Any]) -> str:
    """Start an execution, whose name is unique for 90 days; its ARN, also when it had been started before."""
    states = client("stepfunctions")
    try:
        return states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
    except ClientError as error:
        if code(error) != "ExecutionAlreadyExists":
            raise
        return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"


def stop(execution: str, cause: str) -> None:
    """Stop an execution; one that is over already, or never was, stays as it is."""
    try:
        client("stepfunctions").stop_execution(executionArn=execution, error="Cancelled", cause=cause)
    except ClientError as error:
        if code(error) not in ("ExecutionDoesNotExist", "ExecutionNotFound"):
            raise


def fail_task(token: str, error: str, cause: str) -> bool:
    """Answer a waiting task with a failure; False when nobody waits for it any more."""
    try:
        client("stepfunctions").send_task_failure(taskToken=token, error=error, cause=cause)
    except ClientError as refused:
        if code(refused) not in OVER:
            raise
        return False
    return True
