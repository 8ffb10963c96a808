"""moto: `ecs:runTask` accepts CapacityProviderStrategy.

Why: the Worker machine starts its tasks with a capacity provider strategy; moto 5.2.5 does not list it among the
    parameters of the integration. (https://github.com/getmoto/moto/issues/8722 is about moto's own ECS, not this.)
Upstream: none filed.
Remove when: `CapacityProviderStrategy` is in moto's `_SUPPORTED_API_PARAM_BINDINGS` of ECS.
Test: tests/localcloud/patches/test_moto.py::test_capacity_provider_strategy_without_patch_is_unsupported
"""

from __future__ import annotations

from localcloud.patches.registry import Patch, Runtime, original, patch

PARAMETERS = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs"
    ":_SUPPORTED_API_PARAM_BINDINGS"
)


def apply(runtime: Runtime) -> None:
    """Add the parameter to those of `runTask`."""
    supported = original(PARAMETERS)
    patch(PARAMETERS, supported | {"runtask": supported["runtask"] | {"CapacityProviderStrategy"}})


PATCH = Patch(
    name="moto-ecs-capacity-provider-strategy",
    needed_for="behaviour",
    points={PARAMETERS: "6ab47d70854a8c69"},
    apply=apply,
)
