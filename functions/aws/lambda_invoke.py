"""Asynchronous invocations of Lambda functions."""

from __future__ import annotations

import json
from typing import Any

from functions.aws.clients import client


def invoke_later(function: str, payload: dict[str, Any]) -> None:
    """Invoke a Lambda function asynchronously; Lambda queues the event and retries it on failure."""
    client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))
