"""EventBridge bus of the deployment: puts the events of jobs."""

from __future__ import annotations

import json
from typing import Any

from earshot_contract.document import InvalidDocument
from earshot_contract.job_events import DETAILS, SOURCE
from functions.aws.clients import client
from functions.observability import logger
from functions.settings import settings


def announce(detail_type: str, detail: dict[str, Any]) -> None:
    """Put one event on the bus.

    A detail that its class in the contract does not accept is logged as an error and still put: the job it reports has
    ended, and a listener can do more with an odd event than with none.

    Raises:
        RuntimeError: the bus rejected the event; the state machine retries the step.
    """
    try:
        DETAILS[detail_type].from_json(detail)
    except InvalidDocument:
        logger.exception("An event does not match the contract", detail_type=detail_type)
    entry = {"EventBusName": settings().bus, "Source": SOURCE, "DetailType": detail_type, "Detail": json.dumps(detail)}
    answer = client("events").put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"The bus did not accept '{detail_type}': {answer['Entries'][0].get('ErrorMessage')}")
