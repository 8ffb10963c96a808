"""`earshot share`: what it sends, and what it shows."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from earshot_cli.errors import Status

SHARE = {"share_id": "abc123", "created": "2026-11-28T12:00:00.000Z", "expires": "2026-12-05T12:00:00.000Z"}
NEW = {**SHARE, "audio": True, "secret": "s3cret", "link": "/v1/#/shared/job-1/s3cret"}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """The requests that reach the deployment: method, path, body."""
    seen: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path, json.loads(request.content or b"null")))
        listed = {"shares": [{**SHARE, "audio": False}]}
        return httpx.Response(200, json=NEW if request.method == "POST" else listed)

    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **kw: client(transport=httpx.MockTransport(answer), **kw))
    return seen


def test_share_prints_the_link_alone_to_stdout(earshot: Any, api: list[Any]) -> None:
    done = earshot("share", "job-1", "--days", "3", "--url", "https://example.org/v1")

    assert (done.returncode, done.stdout) == (0, "https://example.org/v1/#/shared/job-1/s3cret\n")
    assert "not shown again" in done.stderr
    assert api == [("POST", "/v1/requests/job-1/shares", {"audio": True, "days": 3})]


def test_share_link_has_no_password_of_the_deployment(earshot: Any, api: list[Any]) -> None:
    done = earshot("share", "job-1", "--url", "https://bob:hunter2@example.org/v1/")

    assert done.stdout == "https://example.org/v1/#/shared/job-1/s3cret\n"


@pytest.mark.parametrize(
    ("arguments", "request_sent", "shown"),
    [
        (["--words-only"], ("POST", "/v1/requests/job-1/shares", {"audio": False}), "/v1/#/shared/"),
        (["--list"], ("GET", "/v1/requests/job-1/shares", None), "abc123  until 2026-12-05"),
        (["--withdraw", "abc123"], ("DELETE", "/v1/requests/job-1/shares/abc123", None), ""),
        (["--json", "--list"], ("GET", "/v1/requests/job-1/shares", None), '{"shares": ['),
    ],
)
def test_share_options_choose_the_request(
    earshot: Any, api: list[Any], arguments: list[str], request_sent: Any, shown: str
) -> None:
    done = earshot("share", "job-1", *arguments)

    assert done.returncode == 0
    assert shown in done.stdout
    assert api == [request_sent]


def test_share_does_one_thing_at_a_time(earshot: Any, api: list[Any]) -> None:
    assert earshot("share", "job-1", "--list", "--days", "3").returncode == Status.USAGE
    assert api == []
