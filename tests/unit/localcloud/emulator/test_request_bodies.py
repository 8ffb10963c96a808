"""Bodies that reach the API of the local cloud: whole, or not at all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from localcloud.emulator import api_gateway

HALF, REST = b"RIFF....WAVE", b"the other half"


def answer(monkeypatch: pytest.MonkeyPatch, *messages: dict[str, Any]) -> tuple[int, list[bytes]]:
    """Send a POST as a server does; return its status, and the bodies that the function was called with."""
    called: list[bytes] = []
    sent: list[dict[str, Any]] = []
    left = list(messages)

    async def execute(stage: str, method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        called.append(body)
        return 200, {}, b"{}"

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    monkeypatch.setattr(api_gateway, "execute_method", execute)
    monkeypatch.setattr(api_gateway, "is_stage", lambda name: name == "v1")
    scope = {"type": "http", "method": "POST", "path": "/v1/listen", "query_string": b"", "headers": []}
    asyncio.run(api_gateway.application(scope, receive, send))
    return sent[0]["status"], called


def part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_body_in_parts_reaches_the_function_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch, part(HALF, True), part(REST, False)) == (200, [HALF + REST])


@pytest.mark.parametrize("arrived", [[], [part(HALF, True)], [part(HALF, True), part(REST, True)]])
def test_half_a_body_reaches_no_function(monkeypatch: pytest.MonkeyPatch, arrived: list[dict[str, Any]]) -> None:
    assert answer(monkeypatch, *arrived, {"type": "http.disconnect"}) == (400, [])
