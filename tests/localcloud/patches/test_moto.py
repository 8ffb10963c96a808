"""Necessity of the patches of moto: without a patch moto still behaves otherwise than AWS.

A failure of a test marked `upstream` means that moto was mended: delete the patch it names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.patches import moto_no_batch_import
from tests.localcloud.patches.conftest import mended

Apply = Callable[[str], None]
ECS_TASK = "arn:aws:ecs:us-east-1:000000000000:task/c/1"
ENVIRONMENT = {"next_state_name": "Run", "event_history_context": SimpleNamespace(source_event_id=0)}


@pytest.fixture(scope="module", autouse=True)
def _interpreter_without_batch() -> None:
    moto_no_batch_import.apply()


def import_interpreter(before: str) -> bool:
    """Import the interpreter in a new process; return whether it imported moto's EC2."""
    program = f"{before}\nimport moto.stepfunctions.parser.asl.parse.asl_parser, sys\nprint('moto.ec2' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip() == "True"


@pytest.mark.upstream
def test_interpreter_import_without_patch_loads_ec2() -> None:
    assert import_interpreter(""), mended("moto_no_batch_import")
    assert not import_interpreter("from localcloud.patches.moto_no_batch_import import apply; apply()")


@pytest.mark.upstream
def test_boto_client_without_patch_is_made_for_each_call(apply: Apply) -> None:
    from moto.stepfunctions.parser.asl.utils import boto_client

    def client() -> Any:
        return boto_client.boto_client_for(region="us-east-1", service="sqs")

    assert client() is not client(), mended("moto_one_client_a_service")

    apply("moto_one_client_a_service")

    assert client() is client()
    assert client().meta.endpoint_url == "http://127.0.0.1:1"


@pytest.mark.upstream
def test_definition_without_patch_is_parsed_for_each_execution(apply: Apply) -> None:
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    details = SimpleNamespace(state_machine_details=SimpleNamespace(definition=definition))
    worker: Any = SimpleNamespace(_evaluation_details=details)

    def program() -> Any:
        return ExecutionWorker._get_evaluation_entrypoint(worker)

    assert program() is not program(), mended("moto_parse_once")

    apply("moto_parse_once")

    assert program() is program()


@pytest.mark.upstream
def test_member_case_without_patch_is_not_converted(apply: Apply) -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
        StateTaskService,
    )

    state: Any = SimpleNamespace(
        _get_boto_service_name=lambda name: "ecs", _get_boto_service_action=lambda name: "run_task"
    )

    def request() -> dict[str, Any]:
        parameters = {"Cluster": "c", "Overrides": {"ContainerOverrides": [{"Name": "n"}]}}
        StateTaskService._normalise_parameters(state, parameters)
        return parameters

    def response() -> dict[str, Any]:
        answer = {"tasks": [{"taskArn": ECS_TASK}]}
        StateTaskService._normalise_response(state, answer)
        return answer

    assert "cluster" not in request(), mended("moto_member_case")
    assert "Tasks" not in response(), mended("moto_member_case")

    apply("moto_member_case")

    assert request() == {"cluster": "c", "overrides": {"containerOverrides": [{"name": "n"}]}}
    assert response() == {"Tasks": [{"TaskArn": ECS_TASK}]}


@pytest.mark.upstream
def test_capacity_provider_strategy_without_patch_is_unsupported(apply: Apply) -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_ecs

    def supported() -> set[str]:
        return state_task_service_ecs._SUPPORTED_API_PARAM_BINDINGS["runtask"]

    before = set(supported())
    assert "CapacityProviderStrategy" not in before, mended("moto_ecs_capacity_provider_strategy")

    apply("moto_ecs_capacity_provider_strategy")

    assert supported() == before | {"CapacityProviderStrategy"}


@pytest.mark.upstream
def test_ecs_sync_without_patch_ignores_exit_codes(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_ecs
    from moto.stepfunctions.parser.asl.utils import boto_client

    task = {"taskArn": ECS_TASK, "clusterArn": "c", "lastStatus": "STOPPED", "containers": [{"exitCode": 1}]}

    class Ecs:
        def describe_tasks(self, **_: Any) -> dict[str, Any]:
            return {"tasks": [task]}

    for module in (state_task_service_ecs, boto_client):
        monkeypatch.setattr(module, "boto_client_for", lambda **_: Ecs())

    class State(state_task_service_ecs.StateTaskServiceEcs):
        def __init__(self) -> None:
            self.resource = SimpleNamespace(api_action="runTask", service_name="ecs", condition=None)

        def _normalise_response(self, response: Any, *_: Any, **__: Any) -> None:
            (described,) = response.pop("tasks")
            response["Tasks"] = [{"TaskArn": described["taskArn"], "Containers": [{"ExitCode": 1}]}]

    def resolve() -> Any:
        env: Any = SimpleNamespace(stack=[{"Tasks": [{"TaskArn": ECS_TASK, "ClusterArn": "c"}]}], **ENVIRONMENT)
        part: Any = SimpleNamespace(region="us-east-1")
        credentials: Any = None
        resolver = State()._build_sync_resolver(env, part, {}, credentials)
        assert resolver is not None
        return resolver()

    assert resolve()["Containers"] == [{"ExitCode": 1}], mended("moto_ecs_sync")

    apply("moto_ecs_sync")

    with pytest.raises(FailureEventException) as failed:
        resolve()
    assert failed.value.extract_error_cause_pair()[0] == "States.TaskFailed"


@pytest.mark.upstream
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidParameterException", "ECS.InvalidParameterException"),
        ("ThrottlingException", "ECS.AmazonECSException"),  # not modelled by ECS
    ],
)
def test_ecs_error_without_patch_is_states_runtime(apply: Apply, code: str, error: str) -> None:
    from botocore.exceptions import ClientError
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_ecs

    class State(state_task_service_ecs.StateTaskServiceEcs):
        def __init__(self) -> None:
            self.resource = SimpleNamespace(api_action="runTask", service_name="ecs", condition=None)

    def name() -> str:
        env: Any = SimpleNamespace(**ENVIRONMENT)
        response: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {}}
        event = State()._from_error(env, ClientError(response, "RunTask"))
        return str(event.error_name.error_name if event.error_name else None)

    assert name() == "States.Runtime", mended("moto_ecs_error_names")

    apply("moto_ecs_error_names")

    assert name() == error


@pytest.mark.upstream
def test_states_error_name_without_patch_is_rejected(apply: Apply) -> None:
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName

    def is_accepted() -> bool:
        try:
            return CustomErrorName("States.Timeout").error_name == "States.Timeout"
        except ValueError:
            return False

    assert not is_accepted(), mended("moto_any_error_name_in_fail")

    apply("moto_any_error_name_in_fail")

    assert is_accepted()


@pytest.mark.upstream
def test_retry_without_patch_keeps_task_token(apply: Apply) -> None:
    from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
    from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
    from moto.stepfunctions.parser.asl.eval.states import ContextObject

    opened: list[str] = []

    def token_of_retry() -> str:
        data: Any = {"State": {"RetryCount": 0}, "Task": {"Token": "first"}}
        env: Any = SimpleNamespace(
            stack=[],
            states=SimpleNamespace(context_object=ContextObject(data)),
            callback_pool_manager=SimpleNamespace(add=opened.append),
        )
        state: Any = SimpleNamespace(
            retry=SimpleNamespace(eval=lambda env: env.stack.append(RetryOutcome.CanRetry)),
        )
        ExecutionState._handle_retry(state, env, SimpleNamespace(error_name="E"))  # type: ignore[arg-type]
        return str(data["Task"]["Token"])

    assert token_of_retry() == "first", mended("moto_retry_task_token")

    apply("moto_retry_task_token")

    assert [token_of_retry()] == opened
    assert opened != ["first"]
