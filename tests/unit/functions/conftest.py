"""A table, buckets, queues and a bus: real boto3 calls, no code of the project replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import manifest_key
from functions.aws import lambda_invoke, model_bucket, s3
from functions.aws.clients import client
from functions.settings import settings
from tests.fixtures.accounts import account
from tests.fixtures.servers.callbacks import delivered, message_queue, site  # noqa: F401

# Lambda's context, with the four attributes that Powertools reads.
CONTEXT = SimpleNamespace(
    function_name="function",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function",
    aws_request_id="00000000-0000-4000-8000-000000000000",
)


@pytest.fixture
def context() -> SimpleNamespace:
    return CONTEXT


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "y",
    "AWS_DEFAULT_REGION": "us-east-1",
    "TABLE": "earshot",
    "BUS": "earshot",
    "UPLOADS_BUCKET": "uploads",
    "TRANSCRIPTS_BUCKET": "transcripts",
    "MODELS_BUCKET": "models",
    "RETENTION_DAYS": "30",
    "POWERTOOLS_SERVICE_NAME": "test",
}


@pytest.fixture
def aws(empty_account: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with the stack's table, buckets, queues and bus."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    _create_resources(monkeypatch)
    settings.cache_clear()
    yield
    settings.cache_clear()


def _create_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    account.create_table()
    account.create_buckets("uploads", "transcripts", "models")
    for queue in ("fast", "bulk", "dead"):
        monkeypatch.setenv(f"{queue.upper()}_QUEUE_URL", account.create_queue(queue))
    account.create_event_bus("earshot")


@pytest.fixture
def events(aws: None) -> Callable[[], list[dict[str, Any]]]:
    """Events that reached the bus since the last call."""
    sqs, event_client = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName="received")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    event_client.put_rule(Name="all", EventBusName="earshot", EventPattern=json.dumps({"source": ["earshot"]}))
    event_client.put_targets(Rule="all", EventBusName="earshot", Targets=[{"Id": "received", "Arn": arn}])

    def read() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return read


@pytest.fixture
def caught(events: Callable[[], list[dict[str, Any]]]) -> Callable[[], list[dict[str, Any]]]:
    """The same under its earlier name."""
    return events


@pytest.fixture
def base_model(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One model, `base`, is available, and `whisper` means it."""
    manifest = {"name": "base", "files": {"model.bin": {"sha256": "d" * 64, "size": 1}}}
    s3.put(S3Object("models", manifest_key("base")), json.dumps(manifest).encode(), "application/json")
    monkeypatch.setenv("DEFAULT_MODEL", "base")
    monkeypatch.setattr(model_bucket, "_cached", None)
    settings.cache_clear()


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Inputs that Scale was invoked with: moto starts no function without a container engine."""
    inputs: list[dict[str, Any]] = []
    monkeypatch.setattr(lambda_invoke, "invoke_later", lambda _, payload: inputs.append(payload))
    return inputs
