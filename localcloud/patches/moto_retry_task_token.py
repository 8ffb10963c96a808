"""moto: a retried task gets a new task token.

Why: on AWS each attempt of a `.waitForTaskToken` task has a token of its own, and the token of a failed attempt is
    closed. moto 5.2.5 makes one token when it enters the state. A retry sends the same token again and does not wait:
    it takes the first attempt's failure for its own, so all attempts are used up at once.
Upstream: none filed.
Remove when: moto makes the token where it begins an attempt (`_eval_state`'s loop).
Test: tests/localcloud/patches/test_moto.py::test_retry_without_patch_keeps_task_token
"""

from __future__ import annotations

from typing import Any

from localcloud.patches.registry import Patch, Runtime, patch

RETRY = "moto.stepfunctions.parser.asl.component.state.exec.execute_state:ExecutionState._handle_retry"


def apply(runtime: Runtime) -> None:
    """Open a new token once a retry is decided and its interval has passed."""
    from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome

    def handle_retry(self: Any, env: Any, failure_event: Any) -> Any:
        outcome = original_retry(self, env, failure_event)
        context = env.states.context_object
        if outcome == RetryOutcome.CanRetry and context.context_object_data.get("Task"):
            env.callback_pool_manager.add(context.update_task_token())
        return outcome

    original_retry = patch(RETRY, handle_retry)


PATCH = Patch(name="moto-retry-task-token", needed_for="behaviour", points={RETRY: "1fe79d82364a35d1"}, apply=apply)
