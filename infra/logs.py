"""CloudWatch log groups: kept for one month, deleted with the stack."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct


def log_group(scope: Construct, id: str, name: str | None = None) -> logs.LogGroup:
    """Build a log group. `name` only where AWS requires a certain one; otherwise CloudFormation chooses it."""
    return logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )


def state_machine_logs(scope: Construct, state_machine: str) -> sfn.LogOptions:
    """Return options that log every state of a state machine, but no data: inputs hold keys and URLs of callers."""
    # For groups under this prefix the resource policy of log delivery, limited to 5 KB, does not grow with each group.
    group = log_group(scope, "Logs", f"/aws/vendedlogs/states/{Stack.of(scope).stack_name}-{state_machine}")
    return sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=False)
