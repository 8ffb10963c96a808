"""Parent process of Lambda functions: what it makes beforehand is what the functions ask for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.aws import clients
from localcloud.emulator import lambda_sandbox


def test_clients_of_functions_are_made_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(service: str, **_: Any) -> Any:
        made.append(service)
        return SimpleNamespace(meta=SimpleNamespace(events=SimpleNamespace(register=lambda *_: None)))

    session = SimpleNamespace(client=make, resource=make)
    monkeypatch.setattr(boto3, "setup_default_session", lambda: monkeypatch.setattr(boto3, "DEFAULT_SESSION", session))
    lambda_sandbox.preload()
    beforehand, made[:] = list(made), []

    for service in lambda_sandbox.PRELOADED_CLIENTS:
        clients.client.__wrapped__(service)

    assert {"s3", "dynamodb", "stepfunctions"} <= set(beforehand)
    assert made == []
