"""Requests whose target is a whole address, `POST http://127.0.0.1:8123/v1/listen`, as clients write it for a proxy.

Every HTTP server must take that form (RFC 9112, section 3.2.2), and API Gateway does; hypercorn hands it on as a path.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

Scope = dict[str, Any]


class AbsoluteTargets:
    """ASGI application around one that reads paths; of an address of the request's own host it gets the path."""

    def __init__(self, app: Callable[[Scope, Any, Any], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hand the request on; one to another host keeps its target, for which there is no route."""
        target, host = scope.get("raw_path") or b"", dict(scope.get("headers", ())).get(b"host", b"")
        scheme, separator, rest = target.partition(b"://")
        authority, _, path = rest.partition(b"/")
        if separator and scheme.lower() in (b"http", b"https") and authority.lower() == host.lower():
            raw_path = b"/" + path
            scope = {**scope, "raw_path": raw_path, "path": unquote(raw_path.decode("ascii"))}
        await self.app(scope, receive, send)
