"""Necessity of the patch of how ministack answers what is no HTTP; see test_ministack.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import h11
import hypercorn.asyncio
import pytest

from localcloud.emulator.websocket_requests import WebSocketAsGet
from localcloud.emulator_process import server_config
from localcloud.ports import choose_ports
from tests.localcloud.patches.conftest import Apply, mended

UNREADABLE = {
    "letter": "GET /v1/listen?keyterm=Müller HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "space": b"GET /v1/listen?keyterm=Ear shot HTTP/1.1\r\nHost: x\r\n\r\n",
    "host": b"GET /v1/models HTTP/1.1\r\n\r\n",
    "header": b"GET /v1/models HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n",
    "chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}
_UPGRADE = b"GET /v1/listen HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
HANDSHAKES = {
    "no key": _UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "old version": _UPGRADE + b"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "nothing": _UPGRADE + b"\r\n",
}


async def _refuse(_scope: object, _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    start = {"type": "http.response.start", "status": 405, "headers": [(b"content-length", b"12")]}
    await send(start)
    await send({"type": "http.response.body", "body": b"no streaming"})


async def _answers(requests: dict[str, bytes]) -> dict[str, tuple[int, bytes]]:
    """Status and body that each request gets from a server with the local cloud's settings."""
    app: Any = WebSocketAsGet(_refuse)

    [port], stop = choose_ports({"port": 0}), asyncio.Event()
    server = asyncio.create_task(hypercorn.asyncio.serve(app, server_config(port), shutdown_trigger=stop.wait))
    found = {}
    for name, request in requests.items():
        for _ in range(100):
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            await asyncio.sleep(0.05)
        writer.write(request)
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        status, body = 0, b""
        while not isinstance(event := client.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
            if event is h11.NEED_DATA:  # the server leaves the connection of a handshake open
                client.receive_data(await asyncio.wait_for(reader.read(65536), 10))
            status = event.status_code if isinstance(event, h11.Response) else status
            body += bytes(event.data) if isinstance(event, h11.Data) else b""
        found[name] = (status, body)
        writer.close()
    stop.set()
    await server
    return found


@pytest.mark.upstream
def test_unreadable_request_without_patch_gets_an_empty_answer(apply: Apply) -> None:
    assert set(asyncio.run(_answers(UNREADABLE)).values()) == {(400, b"")}, mended("ministack_unreadable_requests")

    apply("ministack_unreadable_requests")

    answers = asyncio.run(_answers(UNREADABLE))
    assert {status for status, _ in answers.values()} == {400}
    messages = {name: json.loads(body)["err_msg"] for name, (_, body) in answers.items()}
    assert all(message.startswith("The request is no valid HTTP: ") for message in messages.values())
    assert not any("bytearray" in message for message in messages.values())
    assert [name for name, message in messages.items() if "percent-encoded" in message] == ["letter", "space"]


@pytest.mark.upstream
def test_handshake_without_key_without_patch_gets_no_body(apply: Apply) -> None:
    assert set(asyncio.run(_answers(HANDSHAKES)).values()) == {(400, b"")}, mended("ministack_websocket_handshakes")

    apply("ministack_websocket_handshakes")

    assert set(asyncio.run(_answers(HANDSHAKES)).values()) == {(405, b"no streaming")}
