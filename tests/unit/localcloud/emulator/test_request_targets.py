"""A request whose target is a whole address gets the answer of its path."""

from __future__ import annotations

import asyncio
from typing import Any

from localcloud.emulator.request_targets import AbsoluteTargets
from tests.fixtures.rows import each_row


def path_of(target: bytes) -> tuple[str, bytes]:
    seen: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "http", "path": target.decode(), "raw_path": target, "headers": [(b"host", b"127.0.0.1:8123")]}
    asyncio.run(AbsoluteTargets(app)(scope, None, None))
    return seen[0]["path"], seen[0]["raw_path"]


@each_row(
    ("target", "path", "raw_path"),
    [
        (b"/v1/listen", "/v1/listen", b"/v1/listen"),
        (b"http://127.0.0.1:8123/v1/listen", "/v1/listen", b"/v1/listen"),
        (b"HTTP://127.0.0.1:8123/v1/requests/%C3%BC", "/v1/requests/ü", b"/v1/requests/%C3%BC"),
        (b"http://127.0.0.1:8123", "/", b"/"),
        (b"http://example.com/v1/listen", "http://example.com/v1/listen", b"http://example.com/v1/listen"),
        (b"ftp://127.0.0.1:8123/x", "ftp://127.0.0.1:8123/x", b"ftp://127.0.0.1:8123/x"),
        (b"*", "*", b"*"),
    ],
)
def test_address_of_the_own_host_is_its_path(target: bytes, path: str, raw_path: bytes) -> None:
    assert path_of(target) == (path, raw_path)
