"""moto: errors of ECS have the names that Step Functions gives them.

Why: on AWS a state fails with `ECS.` and the name of a modelled exception, or with `ECS.AmazonECSException` for any
    other, e.g. throttling; the Worker machine retries by these names. moto 5.2.5 names them all `States.Runtime`.
Upstream: none filed.
Remove when: moto's ECS integration has an `_from_error` of its own that names them so.
Test: tests/localcloud/patches/test_moto.py::test_ecs_error_without_patch_is_states_runtime
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from localcloud.emulator.interpreter import service_model, task_failure
from localcloud.patches.registry import Patch, Runtime, patch

FROM_ERROR = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs"
    ":StateTaskServiceEcs._from_error"
)


def apply(runtime: Runtime) -> None:
    """Replace the method that makes a failure event of an exception."""
    patch(FROM_ERROR, failure_event)


def failure_event(self: Any, env: Any, ex: Exception) -> Any:
    """Return the failure event of an exception that a call of ECS raised."""
    if not isinstance(ex, ClientError):
        return super(type(self), self)._from_error(env=env, ex=ex)
    code = ex.response["Error"]["Code"]
    modelled = any(code == shape.name for shape in service_model("ecs").error_shapes)
    error = f"ECS.{code if modelled else 'AmazonECSException'}"
    cause = f"{ex.response['Error']['Message']} (Service: AmazonECS; Error Code: {code})"
    return task_failure(self, env, error, cause).failure_event


PATCH = Patch(name="moto-ecs-error-names", needed_for="behaviour", points={FROM_ERROR: "1b5fce8960778380"}, apply=apply)
