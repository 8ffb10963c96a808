"""Requests of web pages: refused on both ports, so that no page in a browser uses the local cloud.

A browser sends a page's requests to 127.0.0.1 as well. Without this check, any page could list transcripts, and
create and run a Lambda function, which is code on this machine. Three headers tell where a request comes from, and a
page cannot change them: `Host` (a name that an attacker's DNS points to 127.0.0.1), `Origin` and `Sec-Fetch-Site`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Names below these are no names of DNS: browsers resolve `*.localhost` to the loopback interface themselves, and
# `x.127.0.0.1` is no valid host in a URL of theirs. S3's clients put buckets there, ministack its execute-api hosts.
LOOPBACK_SUFFIXES = (".localhost", ".127.0.0.1")
SIGNATURE = b"X-Amz-Signature="  # of the query of a presigned URL
HTTP_PORT = 80  # of a `Host` or `Origin` without a port

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class BrowserRequests:
    """ASGI application around one that serves a port; answers 403 to what a web page of another origin sends.

    Args:
        app: the application.
        port: its port.
        serves_pages: whether the port has web pages of its own (the API's reference page). They may use it, and get
            CORS headers for their own origin. Without, every `Origin` is refused, and no response has CORS headers.
        page_port: port of the pages that may send presigned requests to this one: the web page uploads audio to S3
            and plays it from there. The URL's signature limits what they may do.
    """

    def __init__(self, app: Application, port: int, *, serves_pages: bool, page_port: int | None = None) -> None:
        self.app, self.port, self.serves_pages, self.page_port = app, port, serves_pages, page_port

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hand the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = header_values(scope)
        if self.is_of_the_page(scope, headers):
            await self.answer_the_page(scope, receive, send, headers["origin"][0])
            return
        reason = self.refusal(scope.get("method", "GET"), headers)
        if reason is None:
            await self.app(scope, receive, without_cors(send, next(iter(headers.get("origin", [])), None)))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before the handshake's end the server answers 403
        else:
            await refuse(send, reason)

    def is_of_the_page(self, scope: Scope, headers: dict[str, list[str]]) -> bool:
        """Return whether the web page sends a presigned request, or asks whether it may (a preflight)."""
        presigned = SIGNATURE in scope.get("query_string", b"")
        origins = headers.get("origin", [])
        return (
            scope["type"] == "http"
            and self.page_port is not None
            and presigned
            and len(origins) == 1
            and is_origin_of(origins[0], self.page_port)
            and all(self.is_own_host(host) for host in headers.get("host", []))
        )

    async def answer_the_page(self, scope: Scope, receive: Any, send: Any, origin: str) -> None:
        """Answer a preflight, or hand the request on, as the bucket's CORS rules have it."""
        cors = [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", b"GET, HEAD, PUT"),
            (b"access-control-allow-headers", b"content-type, range"),
            (b"access-control-expose-headers", b"content-length, content-range, etag"),
            (b"vary", b"Origin"),
        ]
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": cors})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_cors(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                others = [
                    (name, value)
                    for name, value in message.get("headers", [])
                    if not name.lower().startswith(b"access-control-")
                ]
                message = {**message, "headers": [*others, *cors]}
            await send(message)

        await self.app(scope, receive, send_with_cors)

    def refusal(self, method: str, headers: dict[str, list[str]]) -> str | None:
        """Return the message for a request that is refused, or None.

        Args:
            method: HTTP method.
            headers: names in lower case → values.
        """
        for host in headers.get("host", []):
            if not self.is_own_host(host):
                return (
                    f"The local cloud answers requests to http://127.0.0.1:{self.port} and "
                    f"http://localhost:{self.port} only, not to the host {host!r}."
                )
        for origin in headers.get("origin", []):
            if not self.is_own_origin(origin):
                return f"Web pages cannot use the local cloud: this request has the origin {origin!r}."
        for site in headers.get("sec-fetch-site", []):
            if not self.is_own_site(site.lower(), method, headers):
                return (
                    "Web pages cannot use the local cloud: this request comes from a page of another address "
                    "(Sec-Fetch-Site). To open it in a browser, type the address in."
                )
        return None

    def is_own_host(self, host: str) -> bool:
        """Return whether a `Host` header names this port of the loopback interface."""
        name, port = split_port(host)
        return port == self.port and (
            name in LOOPBACK_HOSTS or (not self.serves_pages and name.endswith(LOOPBACK_SUFFIXES))
        )

    def is_own_origin(self, origin: str) -> bool:
        """Return whether an `Origin` header is that of this port's own pages."""
        return self.serves_pages and is_origin_of(origin, self.port)

    def is_own_site(self, site: str, method: str, headers: dict[str, list[str]]) -> bool:
        """Return whether a `Sec-Fetch-Site` header allows the request.

        A link on another page may lead to a page of the API: the browser shows it, and the other page cannot read it.
        """
        if site == "none":  # typed in, or a bookmark
            return True
        followed_link = (
            method == "GET"
            and headers.get("sec-fetch-mode") == ["navigate"]
            and headers.get("sec-fetch-dest") == ["document"]
        )
        return self.serves_pages and (site == "same-origin" or followed_link)


def is_origin_of(origin: str, port: int) -> bool:
    """Return whether an `Origin` header is that of pages of a port of the loopback interface."""
    scheme, _, host = origin.strip().lower().partition("://")
    name, own = split_port(host)
    return scheme == "http" and own == port and name in LOOPBACK_HOSTS


def header_values(scope: Scope) -> dict[str, list[str]]:
    """Return the values of each header, names in lower case."""
    values: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
    return values


def split_port(host: str) -> tuple[str, int | None]:
    """Return name and port of a `Host` header; the port is 80 if there is none, None if it is not a number."""
    name, colon, port = host.strip().lower().rpartition(":")
    if not colon or port.endswith("]"):
        return host.strip().lower(), HTTP_PORT
    return name, int(port) if port.isascii() and port.isdecimal() else None


def without_cors(send: Any, origin: str | None) -> Any:
    """Return `send` with no CORS headers but, for a request with an allowed origin, those for this origin."""

    async def send_without_cors(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            lines = []
            for name, value in message.get("headers", []):
                if name.lower() == b"access-control-allow-origin" and origin is not None:
                    lines += [(name, origin.encode("latin-1")), (b"vary", b"Origin")]
                elif origin is not None or not name.lower().startswith(b"access-control-"):
                    lines.append((name, value))
            message = {**message, "headers": lines}
        await send(message)

    return send_without_cors


async def refuse(send: Any, message: str) -> None:
    """Answer 403 with a message, as Deepgram's and AWS's clients read it."""
    code = "INSUFFICIENT_PERMISSIONS"
    document = {"err_code": code, "err_msg": message, "__type": "AccessDeniedException", "message": message}
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # the body of the request is not read
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
