"""Events that leave on the deployment's bus."""

from __future__ import annotations

import json
from typing import Any

from functions.aws.clients import client
from functions.settings import settings

SOURCE = "earshot"


def announce(kind: str, detail: dict[str, Any]) -> None:
    """Put one event; raises RuntimeError when the bus refuses it (the caller's step is retried)."""
    entry = {"EventBusName": settings().bus, "Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}
    answer = client("events").put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"The bus did not take '{kind}': {answer['Entries'][0].get('ErrorMessage')}")
