"""A WebSocket handshake is answered as the GET that it is."""

from __future__ import annotations

import asyncio
from typing import Any

from localcloud.emulator.websocket_requests import WebSocketAsGet


async def api(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer with what was asked."""
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 404, "headers": [(b"x", b"y")]})
    await send({"type": "http.response.body", "body": f"{scope['method']} {scope['path']} {body!r}".encode()})


def answer(kind: str, method: str = "") -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b"audio"}

    scope = {"type": kind, "path": "/v1/listen", **({"method": method} if method else {})}
    asyncio.run(WebSocketAsGet(api)(scope, receive, send))
    return sent


def test_websocket_handshake_gets_response_to_get() -> None:
    start, body = answer("websocket")

    assert start == {"type": "websocket.http.response.start", "status": 404, "headers": [(b"x", b"y")]}
    assert body == {"type": "websocket.http.response.body", "body": b"GET /v1/listen b''"}


def test_http_request_is_handed_on_unchanged() -> None:
    start, body = answer("http", "POST")

    assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
    assert body["body"] == b"POST /v1/listen b'audio'"
