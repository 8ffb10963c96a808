"""State of the emulator on disk: saved when the stack is deployed, and 20 s after a change.

ministack itself saves when it stops. Without this, a kill or a power cut would lose every transcript since the start.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

SAVE_PATH = "/_earshot/save"  # POST: save everything now
SAVE_INTERVAL_SECONDS = 20.0  # at most this much is lost by a kill
STACKS_SERVICE = "cloudformation"
RUNTIME_SERVICES = frozenset({"dynamodb", "s3", "sqs", "stepfunctions"})  # the rest only changes with the stack
# How the names of operations begin that change nothing worth saving.
READ_OPERATIONS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


def discard_partial_state(folder: Path) -> None:
    """Remove a state that has no stack: the emulator was killed before the stack was saved, and nothing has used it.

    Its resources would be in the way of the stack's new ones.

    Args:
        folder: of the saved state.
    """
    if not (folder / f"{STACKS_SERVICE}.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)


class StateSaver:
    """ASGI application around ministack's; notes that a request changed something, and saves.

    Args:
        app: ministack's ASGI application.
    """

    def __init__(self, app: Any) -> None:
        self.app, self.dirty = app, False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Hand the request on; note whether it changes something. `POST /_earshot/save` saves everything."""
        if scope["type"] == "http" and (scope["method"], scope.get("path")) == ("POST", SAVE_PATH):
            self.dirty = False
            self.save(everything=True)
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["type"] == "http" and not self.dirty:
            self.dirty = is_write(scope)
        await self.app(scope, receive, send)

    def save(self, everything: bool) -> None:
        """Write the state of all services, or of those that change while the stack runs."""
        from ministack.app import _build_persistence_save_dict
        from ministack.core.persistence import save_all

        services = _build_persistence_save_dict()
        if stacks := services.pop(STACKS_SERVICE, None):
            services[STACKS_SERVICE] = stacks  # last: the resources of a saved stack are saved as well
        chosen = services if everything else {k: v for k, v in services.items() if k in RUNTIME_SERVICES}
        save_all(chosen)

    async def save_periodically(self) -> None:
        """Save after each interval with a change; the first time everything, for the stack was just deployed."""
        everything = True
        while True:
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)
            if self.dirty:
                self.dirty = False
                self.save(everything)
                everything = False


def is_write(scope: dict[str, Any]) -> bool:
    """Return whether a request to the emulator changes something worth saving."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    for name, value in scope["headers"]:
        if name == b"x-amz-target":
            return not value.decode("latin-1").rpartition(".")[2].startswith(READ_OPERATIONS)
    return True
