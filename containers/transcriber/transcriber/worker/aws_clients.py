"""The four AWS clients of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# A long poll lasts at most 20 s, so 30 s without a byte means that the connection is gone.
_PATIENCE = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 5},
    max_pool_connections=40,
    tcp_keepalive=True,
)


@dataclass(frozen=True)
class Clients:
    sqs: Any
    s3: Any
    states: Any
    dynamodb: Any

    @classmethod
    def connect(cls) -> Clients:
        """Endpoint, region and credentials come from the environment, as boto3 has it."""
        return cls(*(boto3.client(name, config=_PATIENCE) for name in ("sqs", "s3", "stepfunctions", "dynamodb")))


def code(error: ClientError) -> str:
    """The service's own name for what went wrong, e.g. `NoSuchKey`; a HEAD has only the status, e.g. `404`."""
    return str(error.response.get("Error", {}).get("Code", ""))
