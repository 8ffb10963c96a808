"""Logs are kept for a month and go with the stack."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct


def log_group(scope: Construct, id: str, name: str | None = None) -> logs.LogGroup:
    """`name` only where AWS asks for a certain one."""
    return logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )


def state_machine_logs(scope: Construct, state_machine: str) -> sfn.LogOptions:
    """Every step of a state machine, without its data: inputs hold object keys and URLs of callers."""
    # Under this prefix the log delivery's resource policy does not grow with every group (its limit is 5 KB).
    group = log_group(scope, "Logs", f"/aws/vendedlogs/states/{Stack.of(scope).stack_name}-{state_machine}")
    return sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=False)
