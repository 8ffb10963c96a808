"""Repairs to moto's Step Functions interpreter, each of something our state machines use.

moto 5.2.5 interprets the Amazon States Language well (retries, catches, timeouts, task tokens, Map), and talks
to services with boto3. What it gets wrong there, it gets right here.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from functools import cache
from types import ModuleType
from typing import Any

import boto3
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.patches.registry import replace

STATE_TASK = "moto.stepfunctions.parser.asl.component.state.exec.state_task"
SERVICE = f"{STATE_TASK}.service"
ECS = f"{SERVICE}.state_task_service_ecs"
ERROR_NAME = "moto.stepfunctions.parser.asl.component.common.error_name"

TASK_LOOK_SECONDS = 1.0  # how often a `.sync` state looks at its task: a dictionary look-up, no request


def install(endpoint: str) -> None:
    """Make the repairs. The interpreter's calls go to `endpoint`."""
    import moto.stepfunctions.parser.asl.parse.asl_parser  # noqa: F401  imports every service's module

    reuse_clients(endpoint)
    replace(f"{SERVICE}.state_task_service:StateTaskService._normalise_parameters", normalise_parameters)
    replace(f"{SERVICE}.state_task_service:StateTaskService._normalise_response", normalise_response)
    bindings: Any = replace(f"{ECS}:_SUPPORTED_API_PARAM_BINDINGS", {})
    replace(f"{ECS}:_SUPPORTED_API_PARAM_BINDINGS", {"runtask": bindings["runtask"] | {"CapacityProviderStrategy"}})
    replace(f"{ECS}:StateTaskServiceEcs._build_sync_resolver", wait_for_task)
    replace(f"{SERVICE}.state_task_service_callback:_DELAY_SECONDS_SYNC_CONDITION_CHECK", TASK_LOOK_SECONDS)
    name_ecs_errors()
    replace(f"{ERROR_NAME}.custom_error_name:CustomErrorName.__init__", any_error_name)


def leave_out_batch() -> None:
    """AWS Batch, which no machine of ours uses, brings moto's EC2 along: a second to load and 120 MB.

    To be called before anything of the interpreter is imported.
    """
    name = f"{SERVICE}.state_task_service_batch"
    stub = ModuleType(name)
    stub.StateTaskServiceBatch = None  # type: ignore[attr-defined]
    sys.modules.setdefault(name, stub)


def reuse_clients(endpoint: str) -> None:
    """A client a service instead of a client a state (27 ms each), all pointed at the emulator."""
    lock = threading.Lock()

    @cache
    def make(region: str, service: str) -> BaseClient:
        config = Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},  # retrying is the state machine's business
            read_timeout=900,  # a Lambda's longest
            max_pool_connections=64,
        )
        return boto3.client(service, region_name=region, endpoint_url=endpoint, config=config)

    def client_for(region: str, service: str, state_credentials: Any = None) -> BaseClient:
        with lock:
            return make(region, service)

    original = replace("moto.stepfunctions.parser.asl.utils.boto_client:boto_client_for", client_for)
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions") and getattr(module, "boto_client_for", None) is original:
            module.boto_client_for = client_for  # type: ignore[attr-defined]


# -- the case of members: a state machine writes `Overrides`, boto3 wants `overrides`, AWS answers `Tasks` --


@cache
def shapes(service: str, action: str) -> tuple[Any, Any]:
    """Input and output shape of an operation given in snake case."""
    model = service_model(service)
    for name in model.operation_names:
        if xform_name(name) == action:
            operation = model.operation_model(name)
            return operation.input_shape, operation.output_shape
    return None, None


def service_model(service: str) -> Any:
    """Of the client that the interpreter uses anyway: a session of one's own would load it all again."""
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    return boto_client_for(region=os.environ["AWS_REGION"], service=service).meta.service_model


def recased(value: Any, shape: Any, capitalised: bool) -> Any:
    """The value with its members named as the botocore shape has them, or that with a capital first letter."""
    kind = getattr(shape, "type_name", None)
    if kind == "structure" and isinstance(value, dict):
        members = {name.lower(): name for name in shape.members}
        named = {}
        for key, inner in value.items():
            name = str(members.get(key.lower(), key))
            written = name[:1].upper() + name[1:] if capitalised else name
            named[written] = recased(inner, shape.members.get(name), capitalised)
        return named
    if kind == "list" and isinstance(value, list):
        return [recased(inner, shape.member, capitalised) for inner in value]
    if kind == "map" and isinstance(value, dict):
        return {key: recased(inner, shape.value, capitalised) for key, inner in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def normalise_parameters(
    self: Any,
    parameters: dict[str, Any],
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    service, action = (
        self._get_boto_service_name(boto_service_name),
        self._get_boto_service_action(service_action_name),
    )
    named = recased(parameters, shapes(service, action)[0], capitalised=False)
    parameters.clear()
    parameters.update(named)


def normalise_response(
    self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    if not isinstance(response, dict):
        return
    service, action = (
        self._get_boto_service_name(boto_service_name),
        self._get_boto_service_action(service_action_name),
    )
    named = recased(response, shapes(service, action)[1], capitalised=True)
    response.clear()
    response.update(named)


# -- ecs:runTask.sync ---------------------------------------------------------------------------------------


def wait_for_task(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> Any:
    """A resolver that answers the stopped task, and fails the state when an essential container did."""
    from ministack.core.responses import request_scope
    from ministack.services import ecs
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    task = env.stack.pop()["Tasks"][0]
    _, _, _, region, account, _ = task["TaskArn"].split(":", 5)

    def stopped() -> dict[str, Any] | None:
        with request_scope(account, region):
            record = ecs._tasks.get(task["TaskArn"])
        if record is not None and record["lastStatus"] != "STOPPED":
            return None
        client = boto_client_for(service="ecs", region=region)
        described = client.describe_tasks(cluster=task["ClusterArn"], tasks=[task["TaskArn"]])
        self._normalise_response(described, service_action_name="describe_tasks")
        outcome = described["Tasks"][0]
        containers = outcome.get("Containers", [])
        if outcome.get("StopCode") == "TaskFailedToStart" or any(c.get("ExitCode", 0) for c in containers):
            raise failure(self, env, "States.TaskFailed", json.dumps(outcome, default=str))
        return outcome

    return stopped


def name_ecs_errors() -> None:
    """`ECS.<the modelled exception>`, anything else `ECS.AmazonECSException`, as AWS names them."""

    def named(self: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, ClientError):
            return super(type(self), self)._from_error(env=env, ex=ex)
        code = ex.response["Error"]["Code"]
        modelled = any(code == shape.name for shape in service_model("ecs").error_shapes)
        error = f"ECS.{code if modelled else 'AmazonECSException'}"
        cause = f"{ex.response['Error']['Message']} (Service: AmazonECS; Error Code: {code})"
        return failure(self, env, error, cause).failure_event

    replace(f"{ECS}:StateTaskServiceEcs._from_error", named)


def failure(state: Any, env: Any, error: str, cause: str) -> Any:
    """The exception with which a task state fails."""
    from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    failed = StatesErrorNameType.StatesTaskFailed
    name = StatesErrorName(typ=failed) if error == failed.to_name() else CustomErrorName(error)
    details = TaskFailedEventDetails(
        resource=state._get_sfn_resource(), resourceType=state._get_sfn_resource_type(), error=error, cause=cause
    )
    event = FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.TaskFailed,
        event_details=EventDetails(taskFailedEventDetails=details),  # type: ignore[typeddict-item]
    )
    return FailureEventException(failure_event=event)


def any_error_name(self: Any, error_name: str | None) -> None:
    """A Fail state that passes on what it caught may name a `States.*` error; moto refuses."""
    from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName

    ErrorName.__init__(self, error_name=error_name or "")
