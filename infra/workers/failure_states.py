"""Last states of the Worker machine after a failure; the console shows their names and causes."""

from __future__ import annotations

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from earshot_contract.worker_kinds import WorkerFailure

_SHARDS = "Its shards come back to their queue."
_COOLS = "The slot cools down."
# Why no other worker follows → state, error, cause.
_FAILURES = {
    WorkerFailure.NOT_LAUNCHED: ("NoWorker", "Worker.NoCapacity", f"No worker could be launched. {_COOLS}"),
    WorkerFailure.DIED: ("WorkerDied", "Worker.Died", f"The worker died. {_SHARDS} The slot is free."),
    WorkerFailure.KEEPS_DYING: (
        "WorkersKeepDying",
        "Worker.KeepsDying",
        f"The worker died before it had transcribed anything; the one before it failed, too. {_SHARDS} {_COOLS}",
    ),
}


def after_failure(scope: Construct, relaunch: sfn.IChainable) -> sfn.Choice:
    """Build the choice that follows Settle's answer to a failure: another launch, or an end that says why.

    Args:
        scope: parent of the states.
        relaunch: first state of another launch.
    """
    died = sfn.Choice(scope, "DiedAtWork?")
    died.when(sfn.Condition.boolean_equals("$.settled.Payload.relaunch", True), relaunch)
    lost = sfn.Succeed(scope, "LeaseLost", comment="Another execution has the slot.")
    ends: dict[WorkerFailure, sfn.IChainable] = {
        why: sfn.Fail(scope, name, error=error, cause=cause) for why, (name, error, cause) in _FAILURES.items()
    }
    for why, state in {**ends, WorkerFailure.LEASE_LOST: lost}.items():
        if why is not WorkerFailure.NOT_LAUNCHED:
            died.when(sfn.Condition.string_equals("$.settled.Payload.why", why), state)
    return died.otherwise(ends[WorkerFailure.NOT_LAUNCHED])
