"""Step Functions: executions of the state machines, and answers to waiting task tokens."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import CLOSED_TOKEN_ERRORS, error_code
from functions.aws.clients import client


def start(machine_arn: str, name: str, execution_input: dict[str, Any]) -> str:
    """Start an execution and return its ARN, also when an execution of this name was started before.

    Args:
        machine_arn: the state machine.
        name: unique for 90 days; it makes the call idempotent.
        execution_input: the input, as JSON values.
    """
    states = client("stepfunctions")
    try:
        body = json.dumps(execution_input)
        arn: str = states.start_execution(stateMachineArn=machine_arn, name=name, input=body)["executionArn"]
        return arn
    except ClientError as error:
        if error_code(error) != "ExecutionAlreadyExists":
            raise
        return execution_arn(machine_arn, name)


def execution_arn(machine_arn: str, name: str) -> str:
    """Return the ARN that the execution of this name has, started or not."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def stop(execution_arn: str, cause: str) -> None:
    """Stop an execution; one that has ended or does not exist is left as it is."""
    try:
        client("stepfunctions").stop_execution(executionArn=execution_arn, error="Cancelled", cause=cause)
    except ClientError as error:
        if error_code(error) not in ("ExecutionDoesNotExist", "ExecutionNotFound"):
            raise


def fail_task(token: str, error: str, cause: str) -> bool:
    """Answer a waiting task with a failure; return False when its execution no longer waits."""
    try:
        client("stepfunctions").send_task_failure(taskToken=token, error=error, cause=cause)
    except ClientError as client_error:
        if error_code(client_error) not in CLOSED_TOKEN_ERRORS:
            raise
        return False
    return True
