"""Task tokens with botocore's real client and stubbed answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from transcriber.worker.shards.task_tokens import TaskTokenClosed, TaskTokens


@pytest.fixture
def step_functions() -> Any:
    return boto3.client("stepfunctions", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_success_sends_output_as_json(step_functions: Any) -> None:
    with Stubber(step_functions) as stub:
        stub.add_response("send_task_success", {}, {"taskToken": "t", "output": '{"index": 0}'})
        TaskTokens(step_functions).success("t", {"index": 0})
        stub.assert_no_pending_responses()


def test_long_cause_is_truncated(step_functions: Any) -> None:
    with Stubber(step_functions) as stub:
        stub.add_response("send_task_failure", {}, {"taskToken": "t", "error": "Audio.NotAudio", "cause": "x" * 32_000})
        TaskTokens(step_functions).failure("t", "Audio.NotAudio", "x" * 100_000)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_closed_token_raises_task_token_closed(step_functions: Any, error: str) -> None:
    tokens = TaskTokens(step_functions)
    with Stubber(step_functions) as stub:
        for operation in ("send_task_heartbeat", "send_task_success", "send_task_failure"):
            stub.add_client_error(operation, error)
        for call in (
            lambda: tokens.heartbeat("t"),
            lambda: tokens.success("t", {}),
            lambda: tokens.failure("t", "e", "c"),
        ):
            with pytest.raises(TaskTokenClosed, match=error):
                call()


def test_other_client_error_is_raised_unchanged(step_functions: Any) -> None:
    with Stubber(step_functions) as stub:
        stub.add_client_error("send_task_heartbeat", "AccessDeniedException")
        with pytest.raises(ClientError):
            TaskTokens(step_functions).heartbeat("t")
