"""moto: `ecs:runTask.sync` fails its state when a container of the task fails, and stops its task when it is aborted.

Why: on AWS the state fails with States.TaskFailed when a container exits with another code than 0 or the task does not
    start; moto 5.2.5 returns the stopped task as a success. moto also requests DescribeTasks twice a second for every
    running task; a worker runs for days, so this looks the task up in ministack's own dictionary once a second. And on
    AWS a state that is aborted (its execution is stopped, another branch fails) stops the task, which moto forgets.
Upstream: none filed.
Remove when: moto reads the exit codes (and ministack's DescribeTasks is cheap enough at two requests a second).
Test: tests/localcloud/patches/test_moto.py::test_ecs_sync_without_patch_ignores_exit_codes
"""

from __future__ import annotations

import json
from typing import Any

from localcloud.emulator.interpreter import task_failure
from localcloud.patches.registry import Patch, Runtime, original, patch

SERVICE = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
RESOLVER = f"{SERVICE}.state_task_service_ecs:StateTaskServiceEcs._build_sync_resolver"
INTERVAL = f"{SERVICE}.state_task_service_callback:_DELAY_SECONDS_SYNC_CONDITION_CHECK"
EVAL_SYNC = f"{SERVICE}.state_task_service_callback:StateTaskServiceCallback._eval_sync"
INTERVAL_SECONDS = 1.0  # how often a `.sync` state looks at its task: a look-up in a dictionary, no request


def apply(runtime: Runtime) -> None:
    """Replace the resolver of ECS tasks, the interval at which it is called, and the wait that calls it."""
    patch(RESOLVER, build_sync_resolver)
    patch(INTERVAL, INTERVAL_SECONDS)
    eval_sync = original(EVAL_SYNC)

    def eval_sync_and_abort(self: Any, env: Any, sync_resolver: Any, **arguments: Any) -> Any:
        outcome = eval_sync(self, env=env, sync_resolver=sync_resolver, **arguments)
        abort = getattr(sync_resolver, "abort", None)
        # The stopped task is a document. Anything else is an abort: nothing, or the interrupted wait for a token.
        if abort is not None and not isinstance(outcome, dict):
            abort()
        return outcome

    patch(EVAL_SYNC, eval_sync_and_abort)


def build_sync_resolver(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> Any:
    """Return a function that returns the stopped task, None while it runs, and raises when the task failed."""
    from ministack.core.responses import request_scope
    from ministack.services import ecs
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    task = env.stack.pop()["Tasks"][0]
    _, _, _, region, account, _ = task["TaskArn"].split(":", 5)

    def stopped_task() -> dict[str, Any] | None:
        with request_scope(account, region):
            record = ecs._tasks.get(task["TaskArn"])
        if record is not None and record["lastStatus"] != "STOPPED":
            return None
        client: Any = boto_client_for(service="ecs", region=region, state_credentials=state_credentials)
        described = client.describe_tasks(cluster=task["ClusterArn"], tasks=[task["TaskArn"]])
        self._normalise_response(described, service_action_name="describe_tasks")
        outcome: dict[str, Any] = described["Tasks"][0]
        containers = outcome.get("Containers", [])
        if outcome.get("StopCode") == "TaskFailedToStart" or any(c.get("ExitCode", 0) for c in containers):
            raise task_failure(self, env, "States.TaskFailed", json.dumps(outcome, default=str))
        return outcome

    def abort() -> None:
        client: Any = boto_client_for(service="ecs", region=region, state_credentials=state_credentials)
        client.stop_task(cluster=task["ClusterArn"], task=task["TaskArn"], reason="The state was aborted.")

    stopped_task.abort = abort  # type: ignore[attr-defined]
    return stopped_task


PATCH = Patch(
    name="moto-ecs-sync",
    needed_for="behaviour",
    points={RESOLVER: "6c540791a32b16b1", INTERVAL: "76a7e234dc54e9c6", EVAL_SYNC: "b8f76de4d5142da1"},
    apply=apply,
)
