"""AWS clients of a worker: SQS, S3, Step Functions and DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

# An SQS long poll lasts at most 20 s, so 30 s without a byte mean that the connection is lost.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 5},
    max_pool_connections=40,
    tcp_keepalive=True,
)


@dataclass(frozen=True)
class AwsClients:
    """One boto3 client for each service; boto3's clients may be shared by threads."""

    sqs: Any
    s3: Any
    step_functions: Any
    dynamodb: Any

    @classmethod
    def connect(cls) -> AwsClients:
        """Create the clients. Endpoint, region and credentials come from boto3's own environment variables."""
        return cls(*(boto3.client(name, config=_CONFIG) for name in ("sqs", "s3", "stepfunctions", "dynamodb")))
