"""Yesterday's transcripts: the emulator's state on disk.

ministack writes its state when it stops. What a kill or a power cut would lose is written in between as well,
soon after something changed.
"""

from __future__ import annotations

import asyncio
from typing import Any

SAVE_INTERVAL_SECONDS = 20.0
RUNTIME_SERVICES = frozenset({"dynamodb", "s3", "sqs", "stepfunctions"})  # the rest only changes with the stack
READ_OPERATIONS = ("Get", "List", "Describe", "Query", "Scan", "Receive", "BatchGet")


class StateSaver:
    """Notes that something was written, and saves."""

    def __init__(self, app: Any) -> None:
        self.app, self.dirty = app, False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not self.dirty:
            self.dirty = is_write(scope)
        await self.app(scope, receive, send)

    def save(self, everything: bool) -> None:
        from ministack.app import _build_persistence_save_dict
        from ministack.core.persistence import save_all

        services = _build_persistence_save_dict()
        chosen = services if everything else {k: v for k, v in services.items() if k in RUNTIME_SERVICES}
        save_all(chosen)

    async def save_periodically(self) -> None:
        """Save whenever something was written; the first time all of it, which is the stack just deployed."""
        everything = True
        while True:
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)
            if self.dirty:
                self.dirty = False
                self.save(everything)
                everything = False


def is_write(scope: dict[str, Any]) -> bool:
    """Whether a request to the emulator changes something worth keeping."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    for name, value in scope["headers"]:
        if name == b"x-amz-target":
            return not value.decode("latin-1").rpartition(".")[2].startswith(READ_OPERATIONS)
    return True
