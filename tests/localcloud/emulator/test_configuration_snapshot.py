"""Persistence: the emulator's configuration is saved while it runs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from localcloud.emulator.durability import configuration_snapshot
from localcloud.emulator.durability.durable_state import DurableState
from localcloud.emulator.durability.journal import Journal


def request(method: str, target: str | None = None, path: str = "/bucket/key") -> dict[str, Any]:
    """An HTTP request to the emulator."""
    headers = [(b"x-amz-target", target.encode())] if target else []
    return {"type": "http", "method": method, "path": "/" if target else path, "headers": headers}


@pytest.mark.parametrize(
    ("scope", "writes", "configures"),
    [
        (request("PUT"), True, False),  # an object
        (request("PUT", path="/bucket"), True, True),
        (request("GET"), False, False),
        (request("POST", "DynamoDB_20120810.UpdateItem"), True, False),
        (request("POST", "DynamoDB_20120810.GetItem"), False, False),
        (request("POST", "DynamoDB_20120810.UpdateTimeToLive"), True, True),
        (request("POST", "AmazonSQS.ReceiveMessage"), False, False),  # the worker calls this all the time
        (request("POST", "AmazonSQS.SendMessageBatch"), True, False),
        (request("POST", "AmazonSQS.SetQueueAttributes"), True, True),
        (request("POST", "AWSStepFunctions.StartExecution"), True, False),
        (request("POST", path="/2015-03-31/functions/f/invocations"), True, False),
        (request("PUT", path="/2015-03-31/functions/f/configuration"), True, True),
        (request("POST", path="/"), True, True),  # CloudFormation
    ],
)
def test_operations_that_write_or_configure_are_recognised(
    scope: dict[str, Any], writes: bool, configures: bool
) -> None:
    assert configuration_snapshot.is_write(scope) is writes
    assert configuration_snapshot.changes_configuration(scope) is configures


def test_saver_saves_after_each_change_and_not_while_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(*_: Any) -> None: ...

    saver, saved = configuration_snapshot.StateSaver(app, DurableState(Journal(":memory:"))), []
    monkeypatch.setattr(configuration_snapshot, "SAVE_INTERVAL_SECONDS", 0.001)
    monkeypatch.setattr(saver, "save", lambda: saved.append(None))

    async def session() -> None:
        saving = asyncio.create_task(saver.save_periodically())
        for writes in (1, 2):
            await saver(request("PUT", path="/bucket"), None, None)
            while len(saved) < writes:
                await asyncio.sleep(0.001)
        await saver(request("GET"), None, None)
        await asyncio.sleep(0.05)
        saving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await saving

    asyncio.run(session())

    assert len(saved) == 2
