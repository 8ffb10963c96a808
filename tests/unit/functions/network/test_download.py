"""A caller's URL, fetched: whatever is audio arrives byte for byte, within the limits."""

from __future__ import annotations

import contextlib
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from functions.errors import ApiError, SlowDownloadsBusy
from functions.network import download as downloads
from functions.network import public_address
from functions.network.download import download
from tests.fixtures.servers.internet import AUDIO, PUBLIC, error_of


def test_download_yields_exact_bytes(web):
    web.page("/a%20b.mp3?sig=x%2By&n=1")

    chunks = list(download("http://audio.example/a%20b.mp3?sig=x%2By&n=1#t=10"))

    assert b"".join(chunks) == AUDIO
    assert max(map(len, chunks)) <= downloads.CHUNK_BYTES
    (request,) = web.requests
    assert request.headers["Host"] == "audio.example"
    assert request.headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in request.headers


def test_download_reads_chunked_response(web):
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.protocol_version = "HTTP/1.1"
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")

    web.pages["/"] = respond

    assert b"".join(download("http://audio.example")) == b"hello world"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, "returned a client error: [404 Not Found]."),
        (403, "returned a client error: [403 Forbidden]."),
        (503, "returned a server error: [503 Service Unavailable]."),
        (204, "failed to return valid data"),
        (206, "failed to return valid data"),
        (302, "sent a redirect to no address."),  # without a Location
    ],
)
def test_other_status_than_200_is_reported(web, status, expected):
    web.page("/a", b"", status)

    assert expected in error_of("http://audio.example/a")


@pytest.mark.parametrize(
    ("query", "is_presigned"),
    [
        ("X-Amz-Signature=ab&X-Amz-Expires=60", True),
        ("Expires=1&Signature=a%2Bb", True),
        ("sv=1&sig=a", True),
        ("", False),
    ],
)
def test_refused_presigned_address_has_perhaps_expired(web, query, is_presigned):
    web.page(f"/a?{query}" if query else "/a", b"<Error><Code>AccessDenied</Code></Error>", 403)

    message = error_of(f"http://audio.example/a?{query}")

    assert message.endswith("it has perhaps expired.") == is_presigned
    assert "[403 Forbidden]." in message


@pytest.mark.parametrize(
    ("after", "reason"), [(b"", "no answer came within"), (b"HTTP/1.1 200 OK\r\n\r\nfLaC", "nothing more came within")]
)
def test_server_that_falls_silent_is_named(web, monkeypatch, after, reason):
    monkeypatch.setattr(downloads, "READ_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(downloads, "MAX_TRIES", 1)

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(after)
        time.sleep(0.6)

    web.pages["/"] = respond

    assert reason in error_of("http://audio.example")


@pytest.mark.parametrize(
    ("content_range", "is_whole"), [("bytes 0-1/2", True), ("bytes 0-1/9", False), ("bytes 1-2/3", False)]
)
def test_range_of_all_bytes_is_the_file(web, content_range, is_whole):
    web.page("/a", b"ab", 206, Content_Range=content_range)

    if is_whole:
        assert b"".join(download("http://audio.example/a")) == b"ab"
    else:
        assert "failed to return valid data" in error_of("http://audio.example/a")


def test_empty_file_is_rejected(web):
    web.page("/a", b"")

    assert "failed to return valid data" in error_of("http://audio.example/a")


def test_content_length_above_limit_is_not_read(web):
    web.page("/a", Content_Length=str(3 * 1024**3))

    with pytest.raises(ApiError) as caught:
        next(download("http://audio.example/a"))
    assert caught.value.failure.status == 413


def test_body_above_limit_is_aborted(web):
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"\0" * 65536)
        except OSError:
            pass

    web.pages["/a"] = endless

    assert error_of("http://audio.example/a", max_bytes=1_000_000) == "Payload size exceeds limit of 1,000,000 bytes."


def test_truncated_response_is_rejected(web):
    web.page("/a", AUDIO[:1000], Content_Length="2000")

    assert "failed to return valid data" in error_of("http://audio.example/a")


def test_dripping_server_is_dropped(web, monkeypatch):
    monkeypatch.setattr(downloads, "GRACE_SECONDS", 0.03)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                request.wfile.write(b"x")
                time.sleep(0.01)

    web.pages["/a"] = drip

    assert "fewer than 500 bytes a second" in error_of("http://audio.example/a")


def test_slow_server_is_reported_once_and_may_be_refused(web, monkeypatch):
    monkeypatch.setattr(downloads, "GRACE_SECONDS", 0.03)

    def slow(request: BaseHTTPRequestHandler) -> None:  # 5,000 bytes a second
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(6):
                request.wfile.write(b"x" * 100)
                time.sleep(0.02)

    web.pages["/slow"] = slow
    web.page("/quick")
    calls: list[str] = []

    assert len(b"".join(download("http://audio.example/slow", on_slow=lambda: calls.append("slow")))) == 600
    assert calls == ["slow"]
    assert b"".join(download("http://audio.example/quick", on_slow=lambda: calls.append("quick"))) == AUDIO
    assert calls == ["slow"]

    def refuse() -> None:
        raise SlowDownloadsBusy

    with pytest.raises(SlowDownloadsBusy):
        b"".join(download("http://audio.example/slow", on_slow=refuse))


@pytest.mark.parametrize("part", ["headers", "body"])
def test_slow_download_is_aborted_at_deadline(web, part):
    drops = []

    def drip(request: BaseHTTPRequestHandler) -> None:
        if part == "body":
            request.send_response(200)
            request.end_headers()
        try:
            while len(drops) < 200:
                request.wfile.write(b"x")
                drops.append(b"x")
                time.sleep(0.01)
        except OSError:
            pass

    web.pages["/a"] = drip

    assert "took longer than" in error_of("http://audio.example/a", max_seconds=0.06)
    assert len(drops) < 200


def test_non_http_response_is_rejected(web):
    web.pages["/a"] = lambda request: request.wfile.write(b"\x00\x01\x02 what is http\r\n\r\n")

    assert "failed to return valid data" in error_of("http://audio.example/a")


def test_refused_connection_is_reported(web, monkeypatch):
    def closed(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(public_address.socket, "create_connection", closed)

    assert "could not be reached: audio.example, port 8080" in error_of("http://audio.example:8080/a")


def test_server_without_tls_is_reported(web):
    assert "TLS handshake with audio.example failed" in error_of("https://audio.example/a")
    assert web.connections == [(PUBLIC, 443)]
