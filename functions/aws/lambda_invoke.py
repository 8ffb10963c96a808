"""Functions started without waiting for them."""

from __future__ import annotations

import json
from typing import Any

from functions.aws.clients import client


def invoke_later(function: str, payload: dict[str, Any]) -> None:
    client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))
