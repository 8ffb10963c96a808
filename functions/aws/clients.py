"""boto3 clients: one a service and process.

Creating a client takes 20–100 ms, a request over an open connection 5 ms.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import error_code

# Error codes of throttling and unavailability, of all services used here.
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
    """Return the process's client of a service.

    The S3 client signs presigned URLs with version 4, which virtual-host and path-style endpoints both accept.
    """
    import boto3
    from botocore.config import Config

    create: Any = boto3.client  # its type stubs know literal service names only
    return create(service, config=Config(signature_version="s3v4") if service == "s3" else None)


def is_unavailable(error: Exception) -> bool:
    """Return True for throttling and unavailability errors that remain after boto3's retries."""
    return isinstance(error, ClientError) and error_code(error) in _UNAVAILABLE_CODES
