"""Requests of web pages are refused on both ports of the local cloud."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from localcloud.emulator.browser_requests import BrowserRequests
from tests.fixtures.rows import each_row

PORT = 8123
OWN = f"127.0.0.1:{PORT}"
CORS = [
    (b"content-type", b"text/plain"),
    (b"Access-Control-Allow-Origin", b"*"),
    (b"access-control-expose-headers", b"dg-request-id"),
]
KINDS = each_row("serves_pages", [False, True])


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer 200 with CORS headers for everybody, as ministack and the API do."""
    await send({"type": "http.response.start", "status": 200, "headers": CORS})
    await send({"type": "http.response.body", "body": b"transcripts"})


def request(
    serves_pages: bool, *headers: tuple[str, str], method: str = "GET", kind: str = "http"
) -> list[dict[str, Any]]:
    """Send one request; return the messages of the answer."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect"}

    scope = {
        "type": kind,
        "method": method,
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(BrowserRequests(application, PORT, serves_pages=serves_pages)(scope, receive, send))
    return sent


def status(serves_pages: bool, *headers: tuple[str, str], method: str = "GET") -> int:
    """Return the status; a refusal has a message in both forms, no CORS header, and nothing of the application."""
    start, body = request(serves_pages, *headers, method=method)
    if start["status"] == 403:
        document = json.loads(body["body"])
        assert document["err_msg"] == document["message"]
        assert document["message"].endswith(".")
        assert not [name for name, _ in start["headers"] if name.lower().startswith(b"access-control")]
    return int(start["status"])


@KINDS
@each_row("host", [OWN, f"localhost:{PORT}", f"LocalHost:{PORT}", f"[::1]:{PORT}"])
def test_own_host_is_answered(host: str, serves_pages: bool) -> None:
    assert status(serves_pages, ("host", host)) == 200


@KINDS
@each_row(
    "host",
    [
        f"attacker.example:{PORT}",  # DNS rebinding
        "attacker.example",
        f"127.0.0.1.nip.io:{PORT}",
        f"localhost.attacker.example:{PORT}",
        f"notlocalhost:{PORT}",
        f"127.0.0.1@attacker.example:{PORT}",
        "127.0.0.1:8124",
        "127.0.0.1",
        "127.0.0.1:http",
        f"0.0.0.0:{PORT}",
        f"[::2]:{PORT}",
        f"localhost.:{PORT}",
        "",
    ],
)
def test_foreign_host_is_refused(host: str, serves_pages: bool) -> None:
    assert status(serves_pages, ("host", host)) == 403


@KINDS
def test_second_host_is_checked_too(serves_pages: bool) -> None:
    assert status(serves_pages, ("host", OWN), ("host", "attacker.example")) == 403


@each_row(
    "host", [f"uploads.localhost:{PORT}", f"uploads.s3.localhost:{PORT}", f"0a1b2c3d.execute-api.127.0.0.1:{PORT}"]
)
def test_virtual_hosts_are_answered_on_aws_port_only(host: str) -> None:
    assert status(False, ("host", host)) == 200
    assert status(True, ("host", host)) == 403


@KINDS
@each_row("method", ["GET", "POST", "OPTIONS", "PUT", "DELETE"])
@each_row(
    "origin",
    [
        "https://attacker.example",
        f"http://attacker.example:{PORT}",
        "null",
        "",
        "file://",
        "chrome-extension://abcdef",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1",
        "http://127.0.0.1:3000",  # another program of this machine
        f"http://localhost:{PORT}.attacker.example",
        f"http://localhost:{PORT}@attacker.example",
    ],
)
def test_foreign_origin_is_refused(origin: str, method: str, serves_pages: bool) -> None:
    assert status(serves_pages, ("host", OWN), ("origin", origin), method=method) == 403


@each_row("origin", [f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}", f"http://[::1]:{PORT}"])
def test_own_origin_is_allowed_on_api_port_only(origin: str) -> None:
    """A page on the AWS port would be an uploaded object."""
    assert status(True, ("host", OWN), ("origin", origin), method="POST") == 200
    assert status(False, ("host", OWN), ("origin", origin), method="POST") == 403


@KINDS
@each_row("site", ["cross-site", "same-site"])
def test_page_without_origin_header_is_refused(site: str, serves_pages: bool) -> None:
    """Images, scripts and GET forms send no `Origin`."""
    headers = (("host", OWN), ("sec-fetch-site", site), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image"))
    assert status(serves_pages, *headers) == 403


def test_browser_shows_the_reference_page() -> None:
    followed = (("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"))
    assert status(True, ("host", OWN), ("sec-fetch-site", "none"), *followed) == 200
    assert status(True, ("host", OWN), ("sec-fetch-site", "same-origin")) == 200
    assert status(True, ("host", OWN), ("sec-fetch-site", "cross-site"), *followed) == 200
    assert status(True, ("host", OWN), ("sec-fetch-site", "cross-site"), *followed, method="POST") == 403
    framed = (("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe"))
    assert status(True, ("host", OWN), ("sec-fetch-site", "cross-site"), *framed) == 403


@KINDS
def test_response_without_origin_has_no_cors_headers(serves_pages: bool) -> None:
    start, body = request(serves_pages, ("host", OWN))
    assert start["headers"] == CORS[:1]
    assert body["body"] == b"transcripts"


def test_response_to_own_page_names_its_origin_only() -> None:
    origin = f"http://localhost:{PORT}"
    start, _ = request(True, ("host", OWN), ("origin", origin))
    assert dict(start["headers"])[b"Access-Control-Allow-Origin"] == origin.encode()
    assert b"*" not in dict(start["headers"]).values()


@KINDS
@each_row("headers", [(("host", "attacker.example"),), (("host", OWN), ("origin", "https://attacker.example"))])
def test_websocket_of_web_page_is_closed(headers: tuple[tuple[str, str], ...], serves_pages: bool) -> None:
    assert request(serves_pages, *headers, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


PAGE_PORT = 8124
PRESIGNED = b"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0a1b"


def of_page(origin: str, query: bytes = PRESIGNED, method: str = "GET", host: str = OWN) -> dict[str, Any]:
    """Send a request of the web page to the AWS port; return the start of the answer."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), (b"origin", origin.encode()), (b"sec-fetch-site", b"same-site")]
    scope = {"type": "http", "method": method, "path": "/b/k", "query_string": query, "headers": headers}
    guarded = BrowserRequests(application, PORT, serves_pages=False, page_port=PAGE_PORT)
    asyncio.run(guarded(scope, None, send))
    return sent[0]


@each_row(("method", "status"), [("GET", 200), ("PUT", 200), ("OPTIONS", 204)])
def test_page_may_use_presigned_url(method: str, status: int) -> None:
    origin = f"http://localhost:{PAGE_PORT}"

    answer = of_page(origin, method=method)

    assert answer["status"] == status
    allowed = [value for name, value in answer["headers"] if name.lower() == b"access-control-allow-origin"]
    assert allowed == [origin.encode()]


@each_row(
    ("origin", "query", "host"),
    [
        (f"http://127.0.0.1:{PAGE_PORT}", b"list-type=2", OWN),  # not presigned
        ("http://127.0.0.1:3000", PRESIGNED, OWN),
        ("https://attacker.example", PRESIGNED, OWN),
        ("null", PRESIGNED, OWN),
        (f"http://127.0.0.1:{PAGE_PORT}", PRESIGNED, f"attacker.example:{PORT}"),
    ],
)
def test_page_may_use_nothing_else_of_aws(origin: str, query: bytes, host: str) -> None:
    assert of_page(origin, query, host=host)["status"] == 403
