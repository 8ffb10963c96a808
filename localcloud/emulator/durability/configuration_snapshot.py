"""Snapshot of the emulator's configuration: functions, queues, rules, the stack itself.

It is saved when the stack is deployed, when the emulator stops, and 20 s after a change by hand. Objects, rows,
messages and executions are saved at once by `durable_state.py`.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from localcloud.emulator.durability.durable_state import DurableState

SAVE_PATH = "/_earshot/save"  # POST: save everything now
DELIVER_PATH = "/_earshot/deliver"  # POST: deliver the events of S3 that a kill kept from delivery
SAVE_INTERVAL_SECONDS = 20.0  # after a change of the configuration
STACKS_SERVICE = "cloudformation"
# How the names of operations begin that change nothing.
READ_OPERATIONS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet", "Head")
# Operations whose changes are durable already, or worth nothing after a stop.
DATA_OPERATIONS = (
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    *("SendMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue"),  # also …Batch
    *("StartExecution", "StopExecution", "SendTask", "PutEvents", "PutMetricData", "RunTask", "StopTask"),
)
FUNCTIONS_PATH = "/2015-03-31/functions"  # Lambda's API


def discard_partial_state(folder: Path) -> None:
    """Remove a state that has no stack: the emulator was killed before the stack was saved, and nothing has used it.

    Its resources would be in the way of the stack's new ones.

    Args:
        folder: folder of the saved state.
    """
    if not (folder / f"{STACKS_SERVICE}.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)


class StateSaver:
    """ASGI application around the AWS endpoint; notes that a request changed the configuration, and saves it.

    Args:
        app: the AWS endpoint's ASGI application.
        state: whose undelivered events `POST /_earshot/deliver` delivers.
    """

    def __init__(self, app: Any, state: DurableState) -> None:
        self.app, self.state, self.dirty = app, state, False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Hand the request on. `POST /_earshot/save` and `/_earshot/deliver` are served here."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope.get("path") in (SAVE_PATH, DELIVER_PATH):
            if scope["path"] == SAVE_PATH:
                self.dirty = False
                self.save()
            else:
                await asyncio.to_thread(self.state.deliver_pending)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["type"] == "http" and not self.dirty:
            self.dirty = changes_configuration(scope)
        await self.app(scope, receive, send)

    def save(self) -> None:
        """Write the state of all services."""
        from ministack.app import _build_persistence_save_dict
        from ministack.core.persistence import save_all

        services = _build_persistence_save_dict()
        if stacks := services.pop(STACKS_SERVICE, None):
            services[STACKS_SERVICE] = stacks  # last: the resources of a saved stack are saved as well
        save_all(services)

    async def save_periodically(self) -> None:
        """Save after each interval with a change."""
        while True:
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)
            if self.dirty:
                self.dirty = False
                self.save()


def is_write(scope: dict[str, Any]) -> bool:
    """Return whether a request to the AWS endpoint stores something; one that only reads or deletes does not."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return False
    name = operation(scope)
    return name is None or not name.startswith((*READ_OPERATIONS, "Delete"))


def changes_configuration(scope: dict[str, Any]) -> bool:
    """Return whether a request to the AWS endpoint changes what only the snapshot stores."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    name, path = operation(scope), str(scope.get("path", "/"))
    if name is not None:
        return not name.startswith((*READ_OPERATIONS, *DATA_OPERATIONS))
    if path.startswith(FUNCTIONS_PATH):
        return not path.endswith("/invocations")
    return "/" not in path.strip("/")  # CloudFormation's and IAM's requests, and S3's for a whole bucket


def operation(scope: dict[str, Any]) -> str | None:
    """Return the operation that a request to a service with a JSON protocol names, or None."""
    for name, value in scope["headers"]:
        if name == b"x-amz-target":
            return str(value.decode("latin-1").rpartition(".")[2])
    return None
