"""WebSocket requests: answered as the GET that their handshake is, because API Gateway's REST APIs know no WebSocket.

Deepgram's clients for live audio open one to `/v1/listen`. In AWS they get the template's response to an unknown
method, which says that there is no streaming; here they get the same one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]


class WebSocketAsGet:
    """ASGI application around one that knows HTTP only; no WebSocket is ever accepted."""

    def __init__(self, app: Callable[[Scope, Any, Any], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hand a request on; a handshake as a GET without a body, whose response ends it."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def receive_empty() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send_refusal(message: Message) -> None:  # ASGI's extension "websocket.http.response"
            await send({**message, "type": f"websocket.{message['type']}"})

        await receive()  # the handshake
        await self.app({**scope, "type": "http", "method": "GET", "scheme": "http"}, receive_empty, send_refusal)
