"""Executions of the state machines, and answers to tasks they wait on."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.clients import client, error_code

CLOSED_TOKEN_ERRORS = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")  # the execution does not wait any more


def start(machine_arn: str, name: str, execution_input: dict[str, Any]) -> str:
    """Start an execution, whose name is unique for 90 days; its ARN, also when it had been started before."""
    states = client("stepfunctions")
    try:
        body = json.dumps(execution_input)
        return states.start_execution(stateMachineArn=machine_arn, name=name, input=body)["executionArn"]
    except ClientError as error:
        if error_code(error) != "ExecutionAlreadyExists":
            raise
        return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def stop(execution_arn: str, cause: str) -> None:
    """Stop an execution; one that is over already, or never was, stays as it is."""
    try:
        client("stepfunctions").stop_execution(executionArn=execution_arn, error="Cancelled", cause=cause)
    except ClientError as error:
        if error_code(error) not in ("ExecutionDoesNotExist", "ExecutionNotFound"):
            raise


def fail_task(token: str, error: str, cause: str) -> bool:
    """Answer a waiting task with a failure; False when nobody waits for it any more."""
    try:
        client("stepfunctions").send_task_failure(taskToken=token, error=error, cause=cause)
    except ClientError as client_error:
        if error_code(client_error) not in CLOSED_TOKEN_ERRORS:
            raise
        return False
    return True
