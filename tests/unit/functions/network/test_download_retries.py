"""A caller's URL, fetched: busy servers are tried again, broken downloads continued."""

from __future__ import annotations

import re
import socket
import struct
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

import pytest

from functions.network import download as downloads
from functions.network import public_address
from functions.network.download import download
from tests.fixtures.servers.internet import (
    AUDIO,
    GZIPPED,
    Respond,
    Web,
    error_of,
)


def answers_in_turn(web: Web, path: str, *answers: Respond) -> None:
    """Answer one request after the other; the last answer remains."""
    left = list(answers)
    web.pages[path] = lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def page(body: bytes = AUDIO, status: int = 200, cut: int | None = None, **headers: str) -> Respond:
    """Return a response that ends after `cut` bytes."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body[:cut])

    return respond


def no_answer(request: BaseHTTPRequestHandler) -> None:
    """Break the connection without a response."""


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 522])
def test_busy_server_is_tried_again(web, status):
    answers_in_turn(web, "/a", page(b"", status), page(b"", status, Retry_After="0"), page())

    assert b"".join(download("http://audio.example/a")) == AUDIO
    assert len(web.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_other_error_is_not_tried_again(web, status):
    web.page("/a", b"", status)

    error_of("http://audio.example/a")
    assert len(web.requests) == 1


def test_retry_after_is_waited_for(web, monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(downloads.time, "sleep", pauses.append)
    date = formatdate(time.time() + 30, usegmt=True)
    answers_in_turn(web, "/a", page(b"", 429, Retry_After="7"), page(b"", 503, Retry_After=date), page())

    assert b"".join(download("http://audio.example/a")) == AUDIO
    assert pauses[0] == 7
    assert 25 < pauses[1] <= 30


@pytest.mark.parametrize(("retry_after", "max_seconds"), [("5", 2), ("3600", 600), ("9" * 400, 600)])
def test_retry_after_beyond_the_time_is_not_waited_for(web, retry_after, max_seconds):
    web.page("/a", b"", 503, Retry_After=retry_after)

    assert "503" in error_of("http://audio.example/a", max_seconds=max_seconds)
    assert len(web.requests) == 1


def test_tries_are_limited(web):
    web.page("/a", b"", 503)

    assert "503" in error_of("http://audio.example/a")
    assert len(web.requests) == downloads.MAX_TRIES


@pytest.mark.parametrize("body", [AUDIO, GZIPPED], ids=["identity", "gzip"])
def test_broken_connection_is_continued(web, body):
    """Each byte arrives once: what was passed on before the break is skipped."""
    encoding = "gzip" if body is GZIPPED else "identity"
    cuts = [page(body, cut=cut, Content_Encoding=encoding) for cut in (len(body) // 2, 10)]
    answers_in_turn(web, "/a", no_answer, *cuts, page(body, Content_Encoding=encoding))

    assert b"".join(download("http://audio.example/a")) == AUDIO
    assert len(web.requests) == 4


def reset(request: BaseHTTPRequestHandler) -> None:
    """Send half of the body and reset the connection."""
    page(cut=len(AUDIO) // 2)(request)
    request.wfile.flush()
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def cut_in_chunk(request: BaseHTTPRequestHandler) -> None:
    """End the connection within a chunk, so that no length tells how much is missing."""
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"%x\r\n" % len(AUDIO) + AUDIO[: len(AUDIO) // 2])


@pytest.mark.parametrize("broken", [reset, cut_in_chunk])
def test_connection_lost_within_body_is_continued(web, broken):
    answers_in_turn(web, "/a", broken, page())

    assert b"".join(download("http://audio.example/a")) == AUDIO
    assert len(web.requests) == 2


def test_server_that_was_unreachable_is_tried_again(web, monkeypatch):
    web.page("/a")
    failures = [ConnectionRefusedError(), TimeoutError()]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if failures:
            raise failures.pop()
        return web.connect(address, timeout)

    monkeypatch.setattr(public_address.socket, "create_connection", connect)

    assert b"".join(download("http://audio.example/a")) == AUDIO


@pytest.mark.parametrize("other", [AUDIO[::-1], AUDIO[:1000]], ids=["other", "shorter"])
def test_content_that_changed_after_break_is_rejected(web, other):
    answers_in_turn(web, "/a", page(cut=500_000), page(other))

    assert "then sent other content" in error_of("http://audio.example/a")


def sent(raw: bytes) -> Respond:
    """Respond with these bytes and nothing else."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.wfile.write(raw)

    return respond


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(AUDIO), AUDIO)


@pytest.mark.parametrize("early", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_answers_before_the_answer_are_read_over(web, early):
    web.pages["/a"] = sent(f"HTTP/1.1 {early}\r\nLink: </b>\r\n\r\n".encode() * 2 + WHOLE)

    assert b"".join(download("http://audio.example/a")) == AUDIO


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "closed the connection without an answer"),
        (b"SSH-2.0-OpenSSH\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "too many headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "after 3 of 9 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "the file is empty"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", "connection ended before the file"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + GZIPPED[:-9], "compressed content is cut off"),
        (b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", r"client error: \[404\]\."),
        (b"HTTP/1.1 404 \x1b[31mNo\x07\x9b\r\nContent-Length: 0\r\n\r\n", r"client error: \[404 \[31mNo\]\."),
        (b"HTTP/1.1 404 " + b"x" * 5000 + b"\r\nContent-Length: 0\r\n\r\n", r"404 x{100}\]\."),
    ],
)
def test_failure_says_what_the_server_did(web, raw, reason):
    web.pages["/a"] = sent(raw)

    assert re.search(reason, error_of("http://audio.example/a"))
