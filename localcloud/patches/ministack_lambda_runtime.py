"""ministack: Lambda functions run in forked environments (`emulator/lambdas/lambda_runtime.py`).

Why: ministack 1.5.33 starts a new interpreter for each environment, ends it whenever a handler raises, reports every
    error as `Runtime.HandlerError` (the job machine catches errors by the name of their class) and waits 50 ms for log
    lines after each event.
Upstream: none filed.
Remove when: ministack reports an exception by its class name; then measure whether the speed alone is worth the patch.
Test: tests/localcloud/patches/test_ministack.py::test_lambda_error_without_patch_is_named_handler_error
"""

from __future__ import annotations

from localcloud.patches.registry import Patch, Runtime, patch

EXECUTE = "ministack.services.lambda_svc:_execute_function_warm"


def apply(runtime: Runtime) -> None:
    """Let ministack's Lambda service run Python functions in the environments."""
    patch(EXECUTE, runtime.environments.invoke)


PATCH = Patch(
    name="ministack-lambda-runtime", needed_for="behaviour", points={EXECUTE: "62b9218bef5b948a"}, apply=apply
)
