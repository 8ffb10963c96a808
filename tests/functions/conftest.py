"""A table, buckets, queues, a bus and machines in moto: real boto3 calls, nothing of ours replaced."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from functions.settings import settings
from functions.stores import clients, table


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE": "earshot",
        "BUS": "earshot",
        "UPLOADS_BUCKET": "uploads",
        "TRANSCRIPTS_BUCKET": "transcripts",
        "MODELS_BUCKET": "models",
        "RETENTION_DAYS": "30",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        _forget()
        boto3.client("dynamodb").create_table(
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
            boto3.client("s3").create_bucket(Bucket=bucket)
        for lane in ("fast", "bulk"):
            url = boto3.client("sqs").create_queue(QueueName=lane)["QueueUrl"]
            monkeypatch.setenv(f"{lane.upper()}_QUEUE_URL", url)
        boto3.client("events").create_event_bus(Name="earshot")
        _forget()
        yield
    _forget()


def _forget() -> None:
    settings.cache_clear()
    clients.client.cache_clear()
    table._table.cache_clear()
