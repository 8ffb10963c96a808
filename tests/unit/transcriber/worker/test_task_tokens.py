"""Answering tokens, with botocore's real client and stubbed answers."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from transcriber.worker.task_tokens import Gone, Tokens


@pytest.fixture
def states():
    return boto3.client("stepfunctions", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_a_success_carries_json(states) -> None:
    with Stubber(states) as stub:
        stub.add_response("send_task_success", {}, {"taskToken": "t", "output": '{"index": 0}'})
        Tokens(states).success("t", {"index": 0})
        stub.assert_no_pending_responses()


def test_a_long_cause_is_cut_to_what_step_functions_takes(states) -> None:
    with Stubber(states) as stub:
        stub.add_response("send_task_failure", {}, {"taskToken": "t", "error": "Audio.NotAudio", "cause": "x" * 32_000})
        Tokens(states).failure("t", "Audio.NotAudio", "x" * 100_000)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_nobody_waits_for_is_gone(states, error: str) -> None:
    tokens = Tokens(states)
    with Stubber(states) as stub:
        for operation in ("send_task_heartbeat", "send_task_success", "send_task_failure"):
            stub.add_client_error(operation, error)
        for call in (
            lambda: tokens.heartbeat("t"),
            lambda: tokens.success("t", {}),
            lambda: tokens.failure("t", "e", "c"),
        ):
            with pytest.raises(Gone, match=error):
                call()


def test_any_other_error_is_not_taken_for_a_cancel(states) -> None:
    with Stubber(states) as stub:
        stub.add_client_error("send_task_heartbeat", "AccessDeniedException")
        with pytest.raises(ClientError):
            Tokens(states).heartbeat("t")
