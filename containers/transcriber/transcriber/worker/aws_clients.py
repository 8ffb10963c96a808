"""AWS clients of a worker: SQS, S3, Step Functions and DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

from earshot_contract.aws_errors import UNAVAILABLE_CODES, error_code

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


def is_unavailable(error: BaseException) -> bool:
    """Return whether AWS took no request, after boto3's own retries: throttling, a broken connection or download.

    That says nothing about a shard or this worker, and lasts as long as the burst or the outage does.
    """
    if isinstance(error, ClientError):
        return error_code(error) in UNAVAILABLE_CODES
    return isinstance(error, ConnectionError | HTTPClientError | IncompleteReadError | Boto3Error)
