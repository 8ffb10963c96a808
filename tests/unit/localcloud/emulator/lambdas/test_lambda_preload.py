"""Clients that are made before Lambda functions are forked are those that the functions use, and make no call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import boto3
import pytest

from functions.aws import clients
from localcloud.emulator.lambdas import lambda_preload, lambda_sandbox


def test_clients_of_functions_are_made_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(service: str, **_: Any) -> Any:
        made.append(service)
        return MagicMock()

    session = SimpleNamespace(client=make, resource=make)
    monkeypatch.setattr(boto3, "setup_default_session", lambda: monkeypatch.setattr(boto3, "DEFAULT_SESSION", session))
    lambda_sandbox.sibling_module("lambda_preload").preload()
    beforehand, made[:] = list(made), []

    for service in lambda_preload.PRELOADED_CLIENTS:
        clients.client.__wrapped__(service)

    assert {"s3", "dynamodb", "stepfunctions"} <= set(beforehand)
    assert made == []


def test_exercised_call_reaches_no_service() -> None:
    client = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    answers: list[Any] = []

    lambda_preload.exercise(client, b'{"QueueUrls": ["q"]}', lambda: answers.append(client.list_queues()))
    _, later = client.meta.events.emit_until_response("before-send.sqs.ListQueues", request=None)

    assert answers[0]["QueueUrls"] == ["q"]
    assert later is None  # the next call is a real one
