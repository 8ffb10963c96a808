"""EventBridge bus of the deployment: puts the events of jobs."""

from __future__ import annotations

from earshot_contract.documents.job_events import DETAIL_TYPES, SOURCE, JobDetail
from functions.aws.clients import client
from functions.settings import settings


def announce(detail: JobDetail) -> None:
    """Put one event on the bus; the class of its detail is the detail type.

    Raises:
        InvalidDocument: the detail does not match the schema; nothing was put.
        RuntimeError: the bus rejected the event; the state machine retries the step.
    """
    detail_type, text = DETAIL_TYPES[type(detail)], detail.to_json()
    type(detail).from_json(text)  # constructors do not validate
    entry = {"EventBusName": settings().bus, "Source": SOURCE, "DetailType": detail_type, "Detail": text}
    answer = client("events").put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"The bus did not accept '{detail_type}': {answer['Entries'][0].get('ErrorMessage')}")
