"""Persistence: the emulator's state is saved while it runs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from localcloud.emulator import persistence


def request(method: str, target: str | None = None) -> dict[str, Any]:
    """An HTTP request to the emulator."""
    headers = [(b"x-amz-target", target.encode())] if target else []
    return {"type": "http", "method": method, "headers": headers}


@pytest.mark.parametrize(
    ("scope", "changes"),
    [
        (request("PUT"), True),  # an object
        (request("GET"), False),
        (request("POST", "DynamoDB_20120810.UpdateItem"), True),
        (request("POST", "DynamoDB_20120810.GetItem"), False),
        (request("POST", "AmazonSQS.ReceiveMessage"), False),  # the worker calls this all the time
        (request("POST", "AmazonSQS.SendMessage"), True),
        (request("POST", "AWSStepFunctions.StartExecution"), True),
    ],
)
def test_is_write_by_method_and_operation(scope: dict[str, Any], changes: bool) -> None:
    assert persistence.is_write(scope) is changes


def test_saver_saves_all_then_changes_and_nothing_while_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def app(*_: Any) -> None: ...

    saver, saved = persistence.StateSaver(app), []
    monkeypatch.setattr(persistence, "SAVE_INTERVAL_SECONDS", 0.001)
    monkeypatch.setattr(saver, "save", saved.append)

    async def session() -> None:
        saving = asyncio.create_task(saver.save_periodically())
        for writes in (1, 2):
            await saver(request("PUT"), None, None)
            while len(saved) < writes:
                await asyncio.sleep(0.001)
        await saver(request("GET"), None, None)
        await asyncio.sleep(0.05)
        saving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await saving

    asyncio.run(session())

    assert saved == [True, False]
