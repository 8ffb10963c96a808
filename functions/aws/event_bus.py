"""EventBridge bus of the deployment: puts the events of jobs."""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.job_events import SOURCE
from functions.aws.clients import client
from functions.settings import settings


def announce(detail_type: str, detail: dict[str, Any]) -> None:
    """Put one event on the bus.

    Raises:
        RuntimeError: the bus rejected the event; the state machine retries the step.
    """
    entry = {"EventBusName": settings().bus, "Source": SOURCE, "DetailType": detail_type, "Detail": json.dumps(detail)}
    answer = client("events").put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"The bus did not accept '{detail_type}': {answer['Entries'][0].get('ErrorMessage')}")
