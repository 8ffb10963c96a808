"""Registry of patches: applies them, and holds digests of the code that the local cloud replaces or relies on.

ministack and moto are pinned exactly (pyproject.toml). A digest is of the original's source. When an upgrade changes
one, `tests/localcloud/patches/test_registry.py` names it: read the new source, adapt the patch, write the new digest.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from localcloud.emulator.container_runtime import ContainerRuntime
from localcloud.emulator.durability.durable_state import DurableState
from localcloud.emulator.lambdas.lambda_runtime import LambdaEnvironments

SKIP_VARIABLE = "EARSHOT_LOCALCLOUD_SKIP"  # names of patches to leave out, separated by commas

# Modules of this package in the order in which they are applied. The first one must run before moto's interpreter is
# imported; moto_one_client_a_service imports all of it.
MODULES = (
    "moto_no_batch_import",
    "moto_one_client_a_service",
    "moto_parse_once",
    "moto_member_case",
    "moto_ecs_capacity_provider_strategy",
    "moto_ecs_sync",
    "moto_ecs_error_names",
    "moto_any_error_name_in_fail",
    "moto_retry_task_token",
    "ministack_placeholder_resources",
    "ministack_durable_state",
    "ministack_durable_uploads",
    "ministack_global_table_update",
    "ministack_lambda_runtime",
    "ministack_lambda_images",
    "ministack_ecs_container_runtime",
    "ministack_eventbridge_size",
    "ministack_eventbridge_log",
    "ministack_sqs_long_poll",
    "ministack_sqs_fair_queues",
    "ministack_s3_event_version",
    "ministack_s3_version_range",
    "ministack_s3_part_rules",
    "ministack_states_api",
    "ministack_apigateway_content_type",
    "ministack_apigateway_responses",
    "ministack_apigateway_request_time",
    "ministack_unreadable_requests",
    "ministack_websocket_handshakes",
)

# Code that the local cloud calls, or on whose implementation it relies, without replacing it.
_SERVICE = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
_CALLBACK = "moto.stepfunctions.parser.asl.eval.callback.callback"
_BACKEND = "moto.stepfunctions.parser.backend"
RELIED_ON: dict[str, str] = {
    "ministack.app:_build_persistence_save_dict": "9a6393cc953d2f67",
    "ministack.app:_handle_lifespan": "0daf4cf135cf3cb4",
    "ministack.core.iam_actions:access_denied_response": "3cc2e315f91f45da",
    "ministack.core.iam_actions:dynamodb_resource_arns": "a7186900d54a313c",
    "ministack.core.iam_actions:dynamodb_transaction_checks": "684e748338e8727f",
    "ministack.core.iam_actions:eventbridge_resource_arns": "0615291c4d9bbe53",
    "ministack.core.iam_actions:extract_iam_action": "ec476b92d969822b",
    "ministack.core.iam_actions:extract_resource_arn": "82f51700695c62fd",
    "ministack.core.iam_actions:s3_additional_checks": "26e5e5602d743140",
    "ministack.core.iam_evaluator:EvalContext": "f5769904b3fa1d4e",
    "ministack.core.iam_evaluator:_action_matches": "b826f2f3c2cb7c7b",
    "ministack.core.iam_evaluator:_conditions_met": "15b4c24a03e3ff17",
    "ministack.core.iam_evaluator:_first_match": "dc96ef4846c74212",
    "ministack.core.iam_evaluator:_resource_matches": "b7886876ab63da89",
    "ministack.core.iam_evaluator:parse_policy_document": "622a4f98a3ecd766",
    "ministack.core.iam_evaluator:resolve_credential": "32276bd395ef6a6a",
    "ministack.core.persistence:_json_default": "495d9abe01cbca19",
    "ministack.core.persistence:_json_object_hook": "645fe967614700ec",
    "ministack.core.persistence:save_all": "ea253a04fd05447b",
    "ministack.core.responses:request_scope": "c1ee92e8e8c7ceef",
    "ministack.core.router:extract_access_key_id": "4f0df6b2b1cd3320",
    "ministack.services.apigateway_v1:_GatewayError": "650887b48e81e669",
    "ministack.services.apigateway_v1:_gateway_error_response": "c0a3f091df36886a",
    "ministack.services.apigateway_v1:_invoke_lambda_proxy_v1": "5651a96fa7ba1ad6",
    "ministack.services.apigateway_v1:handle_execute": "c44e927a3e336b6c",
    "ministack.services.apigateway_v1:stages_for_api": "61c0fe3fd8e98c6c",
    "ministack.services.dynamodb:_items_replaced": "b48626c371f77c18",
    "ministack.services.ecs:_mark_task_stopped": "09bac9c1c8d02496",
    "ministack.services.ecs:_maybe_mark_stopped": "c9797b050da2712b",
    "ministack.services.ecs:_resolve_td_key": "0cd4ac5c23cebae6",
    "ministack.services.eventbridge:_dispatch_to_sqs": "eb75981283a29783",
    "ministack.services.s3:_next_event_sequencer": "e7f430202d191d70",
    "ministack.services.s3:_object_disk_path": "0a7ed55714d95566",
    "ministack.services.s3:_parse_range": "0631595e6e00e40f",
    "ministack.services.s3:_range_error_xml": "7bf593fed84faa60",
    "ministack.services.s3:_version_disk_path": "3b946e67ea1b82ef",
    "ministack.services.s3:_version_file_exists": "1567d8962bcb195a",
    "ministack.services.s3:_xml_body": "a66f9c18121c2a57",
    "ministack.services.sqs:_act_receive_message": "abc94f693de18aee",
    "ministack.services.stepfunctions:_emit_execution_status_event": "9c89e45693e353eb",
    "ministack.services.stepfunctions:_fail_execution": "e6da895fa0b74cdd",
    "ministack.services.stepfunctions:_restore_state": "b94c49c3dd97e93d",
    "moto.stepfunctions.parser.quotas:is_within_size_quota": "744cc11a3a37f2e7",
    f"{_SERVICE}.state_task_service_callback:StateTaskServiceCallback._eval_integration_pattern": "3b97ada1d4cb7280",
    f"{_CALLBACK}:CallbackEndpoint": "84bf0df32aaae793",
    f"{_CALLBACK}:CallbackPoolManager": "46a5b7baafbc511a",
    f"{_BACKEND}.execution:Execution": "c16c6915b36187a6",
    f"{_BACKEND}.execution_worker:ExecutionWorker._execution_logic": "baa3e2a48fd228d9",
    f"{_BACKEND}.execution_worker:ExecutionWorker._get_evaluation_entrypoint": "2b25949ae855da80",
}


@dataclass(frozen=True)
class Runtime:
    """Parts of the running emulator that patches connect ministack and moto to.

    Attributes:
        endpoint: URL of the emulated AWS endpoint.
        environments: where Lambda functions run.
        containers: where the containers of ECS tasks run.
        state: what is written to disk before a request is answered.
    """

    endpoint: str
    environments: LambdaEnvironments
    containers: ContainerRuntime
    state: DurableState


@dataclass(frozen=True)
class Patch:
    """One repair of an emulator.

    Attributes:
        name: the module's name with dashes; `EARSHOT_LOCALCLOUD_SKIP` takes it.
        needed_for: `deployment`: the stack does not deploy without it. `behaviour`: AWS behaves otherwise than the
            unpatched emulator, and the stack depends on it. `latency`, `memory`: only slower, or larger, without it.
        points: what is replaced, as `package.module:Class.attribute`, and the digest of the original's source.
        apply: makes the repair.
    """

    name: str
    needed_for: Literal["deployment", "behaviour", "latency", "memory"]
    points: Mapping[str, str]
    apply: Callable[[Runtime], None]


def load(module: str) -> Patch:
    """Import a module of this package and return its patch."""
    loaded: Patch = importlib.import_module(f"localcloud.patches.{module}").PATCH
    return loaded


def load_all() -> list[Patch]:
    """Return every patch, in the order of application."""
    return [load(module) for module in MODULES]


def apply_all(runtime: Runtime) -> None:
    """Apply every patch that `EARSHOT_LOCALCLOUD_SKIP` does not name."""
    skipped = skipped_names()
    for each in load_all():
        if each.name not in skipped:
            each.apply(runtime)


def skipped_names() -> frozenset[str]:
    """Return the names in `EARSHOT_LOCALCLOUD_SKIP`.

    Raises:
        ValueError: a name belongs to no patch; the message lists those that do.
    """
    names = frozenset(name.strip() for name in os.environ.get(SKIP_VARIABLE, "").split(",")) - {""}
    known = [each.name for each in load_all()]
    if unknown := sorted(names - set(known)):
        raise ValueError(f"{SKIP_VARIABLE}: no patch is called {', '.join(unknown)}. There are {', '.join(known)}.")
    return names


def patch_points() -> dict[str, str]:
    """Return the points of all patches with their digests."""
    return {point: expected for each in load_all() for point, expected in each.points.items()}


def original(point: str) -> Any:
    """Return the attribute that a patch point names, e.g. `package.module:Class.method`."""
    holder, name = locate(point)
    return getattr(holder, name)


def patch(point: str, replacement: Any) -> Any:
    """Put a replacement at a patch point; return what stood there.

    Raises:
        KeyError: no patch declares the point, so no test would notice when its original changes.
    """
    if point not in patch_points():
        raise KeyError(point)
    holder, name = locate(point)
    replaced = getattr(holder, name)
    setattr(holder, name, replacement)
    return replaced


def locate(point: str) -> tuple[Any, str]:
    """Return the object that holds an attribute `package.module:Class.attribute`, and the attribute's name."""
    module, _, path = point.partition(":")
    holder: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for attribute in outer:
        holder = getattr(holder, attribute)
    return holder, name


def digest(value: Any) -> str:
    """Return 16 hex digits over the source of a function or class; over the type's name for any other value."""
    source = inspect.getsource(value) if inspect.isroutine(value) or inspect.isclass(value) else type(value).__name__
    return hashlib.sha256(source.encode()).hexdigest()[:16]
