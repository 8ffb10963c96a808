"""Every place where the local cloud reaches into ministack or moto, and what stood there when we did.

Both are pinned exactly (pyproject.toml). A digest is of the original's source: when an upgrade changes one,
`tests/localcloud/patches/test_registry.py` names it; read the new source, adapt our side, then write the new digest here.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from typing import Any

# ruff: noqa: E501  a name is a name
SEAMS: dict[str, str] = {
    "ministack.app:_build_persistence_save_dict": "9a6393cc953d2f67",
    "ministack.core.persistence:save_all": "ea253a04fd05447b",
    "ministack.services.apigateway_v1:_lambda_proxy_response": "3a5b91b76870782b",
    "ministack.services.apigateway_v1:_media_type_matches": "b43764b7a835fc40",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS": "6ab47d70854a8c69",
    "ministack.services.ecs:_get_docker": "a161d31a7eef7c5c",
    "ministack.services.ecs:_maybe_mark_stopped": "c9797b050da2712b",
    "ministack.services.ecs:_watch_task_lifecycle": "96817b67896736b7",
    "ministack.services.eventbridge:_dispatch_event": "d1bfe064f602d11c",
    "ministack.services.lambda_svc:_execute_function_warm": "62b9218bef5b948a",
    "ministack.services.s3:_fire_s3_event": "2ab38cfade76bf2e",
    "ministack.services.sqs:asyncio": "120970d812836f19",
    "ministack.services.sqs:esm_wake": "4e1f49a9c8ae8a15",
    "ministack.services.stepfunctions:_create_state_machine": "4bc1231dda6925d2",
    "ministack.services.stepfunctions:_run_execution": "996dff84e0e0605a",
    "ministack.services.stepfunctions:_send_task_failure": "c2a489b4ed330840",
    "ministack.services.stepfunctions:_send_task_heartbeat": "56879a4655d159a2",
    "ministack.services.stepfunctions:_send_task_success": "12eff48bce57f5ab",
    "ministack.services.stepfunctions:_start_execution": "9923282fc76c57b9",
    "ministack.services.stepfunctions:_stop_execution": "44d2d84ccd5c9702",
    "moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name:CustomErrorName.__init__": "2814dc26f7aeecf9",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service:StateTaskService._normalise_parameters": "dece59e76fd5e746",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service:StateTaskService._normalise_response": "00e0b0a50b1dd4ba",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback:_DELAY_SECONDS_SYNC_CONDITION_CHECK": "76a7e234dc54e9c6",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs:StateTaskServiceEcs._build_sync_resolver": "6c540791a32b16b1",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs:StateTaskServiceEcs._from_error": "1b5fce8960778380",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs:_SUPPORTED_API_PARAM_BINDINGS": "6ab47d70854a8c69",
    "moto.stepfunctions.parser.asl.parse.asl_parser:AmazonStateLanguageParser.parse": "a59a7d18760fb22e",
    "moto.stepfunctions.parser.asl.utils.boto_client:boto_client_for": "1f44dc2ac8aa2179",
    "moto.stepfunctions.parser.backend.execution_worker:ExecutionWorker._get_evaluation_entrypoint": "2b25949ae855da80",
}

# What we call, or whose inner workings we count on, without replacing it.
RELIED_ON: dict[str, str] = {
    "ministack.app:_handle_lifespan": "0daf4cf135cf3cb4",
    "ministack.core.responses:request_scope": "c1ee92e8e8c7ceef",
    "ministack.services.apigateway_v1:_GatewayError": "650887b48e81e669",
    "ministack.services.apigateway_v1:_gateway_error_response": "c0a3f091df36886a",
    "ministack.services.apigateway_v1:_invoke_lambda_proxy_v1": "5651a96fa7ba1ad6",
    "ministack.services.apigateway_v1:handle_execute": "c44e927a3e336b6c",
    "ministack.services.apigateway_v1:stages_for_api": "61c0fe3fd8e98c6c",
    "ministack.services.ecs:_mark_task_stopped": "09bac9c1c8d02496",
    "ministack.services.sqs:_act_receive_message": "abc94f693de18aee",
    "ministack.services.stepfunctions:_emit_execution_status_event": "9c89e45693e353eb",
    "ministack.services.stepfunctions:_fail_execution": "e6da895fa0b74cdd",
    "ministack.services.stepfunctions:_restore_state": "b94c49c3dd97e93d",
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback:StateTaskServiceCallback._eval_integration_pattern": "3b97ada1d4cb7280",
    "moto.stepfunctions.parser.asl.eval.callback.callback:CallbackEndpoint": "84bf0df32aaae793",
    "moto.stepfunctions.parser.asl.eval.callback.callback:CallbackPoolManager": "46a5b7baafbc511a",
    "moto.stepfunctions.parser.backend.execution:Execution": "c16c6915b36187a6",
    "moto.stepfunctions.parser.backend.execution_worker:ExecutionWorker._execution_logic": "baa3e2a48fd228d9",
}


def original(seam: str) -> Any:
    """The attribute a seam names, e.g. `package.module:Class.method`."""
    holder, name = locate(seam)
    return getattr(holder, name)


def replace(seam: str, ours: Any) -> Any:
    """Put ours in its place; answers what stood there.

    Raises:
        KeyError: the seam is not in SEAMS, so no test would notice when it moves.
    """
    SEAMS[seam]
    holder, name = locate(seam)
    was = getattr(holder, name)
    setattr(holder, name, ours)
    return was


def locate(seam: str) -> tuple[Any, str]:
    module, _, path = seam.partition(":")
    holder: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    return holder, name


def digest(thing: Any) -> str:
    """Of a function's or class's source; of a plain value only its type, for values of ours may differ."""
    source = inspect.getsource(thing) if inspect.isroutine(thing) or inspect.isclass(thing) else type(thing).__name__
    return hashlib.sha256(source.encode()).hexdigest()[:16]
