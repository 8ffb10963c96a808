"""A table, buckets, queues, a bus and machines in moto: real boto3 calls, nothing of ours replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.moto_api._internal.models import moto_api_backend

from earshot_contract.keys import manifest_key
from earshot_contract.shards import S3Object
from functions.aws import lambda_invoke, model_bucket, s3
from functions.aws.clients import client
from functions.settings import settings

# As Lambda's runtime makes it; Powertools reads these four.
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
    "POWERTOOLS_TRACE_DISABLED": "1",
}


@pytest.fixture(scope="session")
def mocked_account() -> Iterator[None]:
    """One moto and one set of clients for the session: making them anew took 0.17 s a test."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        yield


@pytest.fixture
def aws(mocked_account: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with the stack's table, buckets, queues and bus."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    moto_api_backend.reset()
    settings.cache_clear()
    client("dynamodb").create_table(
        TableName="earshot",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "day", "created")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "listing",
                "KeySchema": [
                    {"AttributeName": "day", "KeyType": "HASH"},
                    {"AttributeName": "created", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for bucket in ("uploads", "transcripts", "models"):
        client("s3").create_bucket(Bucket=bucket)
    for queue in ("fast", "bulk"):
        url = client("sqs").create_queue(QueueName=queue)["QueueUrl"]
        monkeypatch.setenv(f"{queue.upper()}_QUEUE_URL", url)
    client("events").create_event_bus(Name="earshot")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def caught(aws: None) -> Callable[[], list[dict[str, Any]]]:
    """What reached the bus since the last call."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="caught")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="earshot", EventPattern=json.dumps({"source": ["earshot"]}))
    events.put_targets(Rule="all", EventBusName="earshot", Targets=[{"Id": "caught", "Arn": arn}])

    def read() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return read


@pytest.fixture
def base_model(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment holds one model, `base`, and `whisper` means it."""
    manifest = {"name": "base", "files": {"model.bin": {"sha256": "d" * 64, "size": 1}}}
    s3.put(S3Object("models", manifest_key("base")), json.dumps(manifest).encode(), "application/json")
    monkeypatch.setenv("DEFAULT_MODEL", "base")
    monkeypatch.setattr(model_bucket, "_cached", None)
    settings.cache_clear()


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Scale was told: moto starts no function without a container engine."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(lambda_invoke, "invoke_later", lambda _, payload: told.append(payload))
    return told
