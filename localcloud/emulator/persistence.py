"""State of the emulator on disk: saved 20 s after a change.

ministack itself saves when it stops. Without this, a kill or a power cut would lose every transcript since the start.
"""

from __future__ import annotations

import asyncio
from typing import Any

SAVE_INTERVAL_SECONDS = 20.0  # at most this much is lost by a kill
RUNTIME_SERVICES = frozenset({"dynamodb", "s3", "sqs", "stepfunctions"})  # the rest only changes with the stack
# How the names of operations begin that change nothing worth saving.
READ_OPERATIONS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


class StateSaver:
    """ASGI application around ministack's; notes that a request changed something, and saves.

    Args:
        app: ministack's ASGI application.
    """

    def __init__(self, app: Any) -> None:
        self.app, self.dirty = app, False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Hand the request on; note whether it changes something."""
        if scope["type"] == "http" and not self.dirty:
            self.dirty = is_write(scope)
        await self.app(scope, receive, send)

    def save(self, everything: bool) -> None:
        """Write the state of all services, or of those that change while the stack runs."""
        from ministack.app import _build_persistence_save_dict
        from ministack.core.persistence import save_all

        services = _build_persistence_save_dict()
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
