"""One boto3 client per service and process: making one costs 20–100 ms, a request over a kept connection 5."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_UNAVAILABLE_CODES = {
    "ThrottlingException",
    "ThrottledException",
    "Throttling",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ExecutionLimitExceeded",
    "SlowDown",
    "ServiceUnavailable",
}


@cache
def client(service: str) -> Any:
    """A client that virtual-host and path-style endpoints both understand, signing presigned URLs with v4."""
    return boto3.client(service, config=Config(signature_version="s3v4") if service == "s3" else None)


def error_code(error: ClientError) -> str:
    """The service's own name for what went wrong, e.g. `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_unavailable(error: Exception) -> bool:
    """Whether a service asks to be left alone for a while, after boto3's own retries."""
    return isinstance(error, ClientError) and error_code(error) in _UNAVAILABLE_CODES
