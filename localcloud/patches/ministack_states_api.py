"""ministack: state machines run in moto's interpreter (`emulator/step_functions.py`).

Why: ministack 1.5.33's own interpreter waits 150 ms before it begins; `ecs:runTask.sync` succeeds whatever the exit
    code, and every error of ECS is `ECS.RunTaskFailed`; SendTask… for a closed token answers TaskDoesNotExist where
    AWS answers TaskTimedOut; StartExecution with the name and input of a running execution is rejected where AWS
    returns that execution; CreateStateMachine accepts definitions that cannot run. moto's interpreter has retries,
    catches, timeouts, task tokens and Map as AWS has them; ministack keeps its API, its stores, CloudFormation and
    EventBridge.
Upstream: none filed.
Remove when: ministack's interpreter runs both machines of the stack: tests/localcloud/emulator/test_step_functions.py
    and test_ecs_tasks.py pass with EARSHOT_LOCALCLOUD_SKIP=ministack-states-api.
Test: tests/localcloud/patches/test_ministack_states_api.py
"""

from __future__ import annotations

import logging
from functools import partial

from localcloud.emulator.step_functions import ExecutionRunner
from localcloud.patches.registry import Patch, Runtime, original, patch

STATES = "ministack.services.stepfunctions"
RUN = f"{STATES}:_run_execution"
CREATE = f"{STATES}:_create_state_machine"
START = f"{STATES}:_start_execution"
STOP = f"{STATES}:_stop_execution"
SUCCESS = f"{STATES}:_send_task_success"
FAILURE = f"{STATES}:_send_task_failure"
HEARTBEAT = f"{STATES}:_send_task_heartbeat"


def apply(runtime: Runtime) -> None:
    """Replace what runs an execution, and the operations that have to know of running ones."""
    runner = ExecutionRunner(runtime.state)
    # moto logs every failed state with its whole parse tree; the execution's history has the same in few words.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    patch(RUN, runner.run)
    patch(CREATE, partial(runner.create_state_machine, original(CREATE)))
    patch(START, partial(runner.start_execution, original(START)))
    patch(STOP, partial(runner.stop_execution, original(STOP)))
    patch(SUCCESS, runner.send_task_success)
    patch(FAILURE, runner.send_task_failure)
    patch(HEARTBEAT, runner.send_task_heartbeat)


PATCH = Patch(
    name="ministack-states-api",
    needed_for="behaviour",
    points={
        RUN: "996dff84e0e0605a",
        CREATE: "4bc1231dda6925d2",
        START: "9923282fc76c57b9",
        STOP: "44d2d84ccd5c9702",
        SUCCESS: "12eff48bce57f5ab",
        FAILURE: "c2a489b4ed330840",
        HEARTBEAT: "56879a4655d159a2",
    },
    apply=apply,
)
