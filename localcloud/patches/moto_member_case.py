"""moto: members of requests and responses get the case that each side expects.

Why: a state machine writes `Overrides`, boto3 expects `overrides`, and Step Functions answers `Tasks`, not `tasks`.
    moto's interpreter passes both on unchanged, so `ecs:runTask` fails (moto 5.2.5).
Upstream: https://github.com/getmoto/moto/issues/10076 (open).
Remove when: that issue is closed and moto converts the members of every service.
Test: tests/localcloud/patches/test_moto.py::test_member_case_without_patch_is_not_converted
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore import xform_name

from localcloud.emulator.interpreter import service_model
from localcloud.patches.registry import Patch, Runtime, patch

SERVICE = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service:StateTaskService"
PARAMETERS = f"{SERVICE}._normalise_parameters"
RESPONSE = f"{SERVICE}._normalise_response"


def apply(runtime: Runtime) -> None:
    """Replace the two methods, which do nothing in moto."""
    patch(PARAMETERS, normalise_parameters)
    patch(RESPONSE, normalise_response)


def normalise_parameters(
    self: Any,
    parameters: dict[str, Any],
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Rename the members of a request, in place, to those of boto3."""
    service, action = called_operation(self, boto_service_name, service_action_name)
    converted = with_member_case(parameters, shapes(service, action)[0], capitalised=False)
    parameters.clear()
    parameters.update(converted)


def normalise_response(
    self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """Rename the members of a response, in place, to those of Step Functions."""
    if not isinstance(response, dict):
        return
    service, action = called_operation(self, boto_service_name, service_action_name)
    converted = with_member_case(response, shapes(service, action)[1], capitalised=True)
    response.clear()
    response.update(converted)


def called_operation(state: Any, service: str | None, action: str | None) -> tuple[str, str]:
    """Return boto3's names for a Task state's service and action (snake case)."""
    return state._get_boto_service_name(service), state._get_boto_service_action(action)


@cache
def shapes(service: str, action: str) -> tuple[Any, Any]:
    """Return the botocore shapes of an operation's input and output.

    Args:
        service: boto3's name of the service.
        action: the operation in snake case.
    """
    model = service_model(service)
    for name in model.operation_names:
        if xform_name(name) == action:
            operation = model.operation_model(name)
            return operation.input_shape, operation.output_shape
    return None, None


def with_member_case(value: Any, shape: Any, capitalised: bool) -> Any:
    """Return a value with its members named as in a botocore shape; times become ISO strings.

    Args:
        value: a member's value, or a whole document.
        shape: its botocore shape, or None.
        capitalised: begin the names with a capital letter, as Step Functions does.
    """
    type_name = getattr(shape, "type_name", None)
    if type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): name for name in shape.members}
        converted = {}
        for key, inner in value.items():
            member = str(members.get(key.lower(), key))
            written = member[:1].upper() + member[1:] if capitalised else member
            converted[written] = with_member_case(inner, shape.members.get(member), capitalised)
        return converted
    if type_name == "list" and isinstance(value, list):
        return [with_member_case(inner, shape.member, capitalised) for inner in value]
    if type_name == "map" and isinstance(value, dict):
        return {key: with_member_case(inner, shape.value, capitalised) for key, inner in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


PATCH = Patch(
    name="moto-member-case",
    needed_for="behaviour",
    points={PARAMETERS: "dece59e76fd5e746", RESPONSE: "00e0b0a50b1dd4ba"},
    apply=apply,
)
