"""boto3 clients: one a service and process.

Creating a client takes 20–100 ms, a request over an open connection 5 ms. Throttling that remains after boto3's own
retries is raised as `Throttled`, whose name tells a state machine to try again for long.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from earshot_contract.aws_errors import UNAVAILABLE_CODES, error_code


class Throttled(ClientError):  # type: ignore[misc]  # botocore has no types
    """A service that takes no more requests just now, or is unavailable. Its code is one of UNAVAILABLE_CODES."""


@cache
def client(service: str) -> Any:
    """Return the process's client of a service.

    The S3 client signs presigned URLs with version 4, for the bucket's host in its own region: outside us-east-1 the
    global host (`BUCKET.s3.amazonaws.com`) may answer an upload with 307
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html).
    """
    import boto3
    from botocore.config import Config

    create: Any = boto3.client  # its type stubs know literal service names only
    s3_config = Config(
        signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    )
    return raise_throttled(create(service, config=s3_config if service == "s3" else None))


def raise_throttled(made: Any) -> Any:
    """Make a client raise `Throttled` for throttling; return the client."""
    made.meta.events.register("after-call", _check_throttling)
    return made


def _check_throttling(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    if parsed.get("Error", {}).get("Code") in UNAVAILABLE_CODES:
        raise Throttled(parsed, model.name)


@cache
def dynamodb_resource() -> Any:
    """Return the process's resource of DynamoDB, which turns items into Python values and back."""
    import boto3

    resource = boto3.resource("dynamodb")
    raise_throttled(resource.meta.client)  # its tables share the client
    return resource


def is_unavailable(error: Exception) -> bool:
    """Return True for throttling, unavailability and lost connections that remain after boto3's retries."""
    if isinstance(error, (ConnectionError, HTTPClientError)):
        return True
    return isinstance(error, ClientError) and error_code(error) in UNAVAILABLE_CODES
