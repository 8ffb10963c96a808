"""A caller's URL, fetched: whatever leads astray is refused, whatever is audio arrives byte for byte."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from functions.errors import ApiError
from functions.network import download as downloads
from functions.network import public_address
from functions.network.download import download
from functions.settings import settings

AUDIO = bytes(range(256)) * 4096  # 1 MiB
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.7"

Respond = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """A server on loopback that plays the internet: names resolve as the test says, and connections to public
    addresses arrive here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pages: dict[str, Respond] = {}
        self.names: dict[str, list[list[str]]] = {}  # the answers to one look-up after the other
        self.lookups: list[str] = []
        self.connections: list[tuple[str, int]] = []
        self.requests: list[BaseHTTPRequestHandler] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.requests.append(self)
                web.pages[self.path](self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.really_connect, self.really_resolve = socket.create_connection, socket.getaddrinfo
        monkeypatch.setattr(public_address.socket, "getaddrinfo", self.resolve)
        monkeypatch.setattr(public_address.socket, "create_connection", self.connect)

    def resolve(self, host: str, port: int, *args: Any, **kinds: Any) -> list[Any]:
        if not args:  # with them it is create_connection, which has an address already
            self.lookups.append(host)
        if host not in self.names:
            return self.really_resolve(host, port, *args, **kinds)
        answers = self.names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connections.append(address)
        return self.really_connect(self.server.server_address[:2], timeout=timeout)

    def page(self, path: str, body: bytes = AUDIO, status: int = 200, **headers: str) -> None:
        def respond(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.pages[path] = respond


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "false")
    monkeypatch.setattr(downloads, "FIRST_PAUSE_SECONDS", 0.005)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    web = Web(monkeypatch)
    web.names = {"audio.example": [[PUBLIC]], "inside.example": [[PRIVATE]]}
    yield web
    web.server.shutdown()
    web.server.server_close()


def error_of(url: str, **limits: Any) -> str:
    with pytest.raises(ApiError) as caught:
        list(download(url, **limits))
    assert caught.value.failure.err_code in ("REMOTE_CONTENT_ERROR", "PAYLOAD_TOO_LARGE")
    return caught.value.failure.err_msg


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
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",  # 127.0.0.1 as one number
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",  # NAT64 of 169.254.169.254
        "[2002:a00:1::]",  # 6to4 of 10.0.0.1
        "[fd00:ec2::254]",  # EC2's metadata over IPv6
        "[fe80::1]",
        "[ff02::1]",
        "169.254.169.254",
        "169.254.170.2",  # credentials of ECS tasks
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "user:password@127.0.0.1",
        "audio.example@127.0.0.1",
        "127.0.0.1:8080",
        "inside.example",
    ],
)
def test_private_address_is_never_connected_to(web, host):
    assert error_of(f"http://{host}/latest/meta-data/") == "URL for media download must be publicly routable."
    assert web.connections == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "audio",
        "//audio.example/a",
        "http://",
        "http:///a",
        "http://audio.example:0/",
        "http://audio.example:99999/",
        "http://audio.example:x/",
        "http://[::1/",
        "http://audio.example\\@127.0.0.1/",
        "http://audio example/a",
        "http://audio.example/\ud800",
        "http://audio.example/\r\nHost: inside.example",
        "http://audio.example/\x00",
        "http://" + "a" * 70 + ".example/",
        "http://audio.example/" + "a" * 5000,
        "file:///etc/passwd",
        "gopher://audio.example/",
        "ftp://audio.example/a.mp3",
        "data:audio/wav;base64,AAAA",
        "s3://uploads/a.mp3",
    ],
)
def test_invalid_url_is_not_resolved(web, url):
    assert error_of(url).startswith("Could not parse URL as a URI.")
    assert web.lookups == []


def test_host_with_one_private_address_is_rejected(web):
    web.names["both.example"] = [[PUBLIC, PRIVATE]]

    assert error_of("http://both.example/") == "URL for media download must be publicly routable."
    assert web.connections == []


def test_unresolvable_host_returns_error(web):
    assert "no-such-host.invalid has no address" in error_of("http://no-such-host.invalid/")


def test_connection_goes_to_checked_address(web):
    """A name that answers otherwise at the second look-up has no second look-up."""
    web.names["rebind.example"] = [[PUBLIC], [PRIVATE]]
    web.page("/a")

    list(download("http://rebind.example:8080/a"))

    assert web.lookups == ["rebind.example"]
    assert web.connections == [(PUBLIC, 8080)]
    assert web.requests[0].headers["Host"] == "rebind.example:8080"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_download_follows_redirects(web, status):
    web.page("/from", b"", status, Location="/to?x=1")
    web.page("/to?x=1")

    assert b"".join(download("http://audio.example/from")) == AUDIO


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/Größe talk.flac", "/Gr%C3%B6%C3%9Fe%20talk.flac"),
        ("/a talk.flac", "/a%20talk.flac"),
        (" /Å", "/%C3%85"),  # its last byte, 0x85, is white space in Latin-1
        ("/über/🎙?q=ä b", "/%C3%BCber/%F0%9F%8E%99?q=%C3%A4%20b"),
        ("/a%252Fb%2Fc?x=%2B%2F", "/a%252Fb%2Fc?x=%2B%2F"),
        ("../b/x.flac?t=1", "/b/x.flac?t=1"),
        ("//audio.example/à", "/%C3%A0"),
        (b"/Gr\xf6\xdfe", "/Gr%F6%DFe"),  # Latin-1, as it stands
    ],
)
def test_redirect_location_is_read_as_sent(web, location, path):
    raw = location if isinstance(location, bytes) else location.encode()
    web.page("/a/from", b"", 302, Location=raw.decode("latin-1"))
    web.page(path)

    assert b"".join(download("http://audio.example/a/from")) == AUDIO


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://inside.example/",
        "//inside.example/x",
        "http://[::1]/",
        "http://169.254.169.254/",
    ],
)
def test_redirect_to_private_address_is_rejected(web, location):
    web.page("/from", b"", 302, Location=location)

    assert error_of("http://audio.example/from") == "URL for media download must be publicly routable."
    assert len(web.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://audio.example/", "javascript:alert(1)"])
def test_redirect_to_other_scheme_is_rejected(web, location):
    web.page("/from", b"", 302, Location=location)

    assert error_of("http://audio.example/from").startswith("Could not parse URL as a URI.")


def test_redirect_loop_is_rejected(web):
    web.page("/round", b"", 302, Location="/round")

    assert "too many redirects" in error_of("http://audio.example/round")
    assert len(web.requests) == downloads.MAX_REDIRECTS + 1


def test_url_password_is_not_sent_to_redirect_target(web):
    web.names["other.example"] = [[PUBLIC]]
    web.page("/from", b"", 302, Location="http://other.example/to")
    web.page("/to")

    list(download("http://user:pass%21@audio.example/from"))

    assert web.requests[0].headers["Authorization"] == "Basic dXNlcjpwYXNzIQ=="
    assert "Authorization" not in web.requests[1].headers


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, "returned a client error: [404 Not Found]."),
        (403, "returned a client error: [403 Forbidden]."),
        (503, "returned a server error: [503 Service Unavailable]."),
        (204, "failed to return valid data"),
        (206, "failed to return valid data"),
        (302, "failed to return valid data"),  # without a Location
    ],
)
def test_other_status_than_200_is_reported(web, status, expected):
    web.page("/a", b"", status)

    assert expected in error_of("http://audio.example/a")


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

    assert error_of("http://audio.example/a", max_bytes=1_000_000) == "Payload size exceeds limit of 1000000 bytes."


def test_truncated_response_is_rejected(web):
    web.page("/a", AUDIO[:1000], Content_Length="2000")

    assert "failed to return valid data" in error_of("http://audio.example/a")


GZIPPED = gzip.compress(AUDIO)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", GZIPPED),
        ("x-gzip", GZIPPED),
        ("GZIP", GZIPPED),
        ("aws-chunked,gzip", GZIPPED),
        ("gzip, aws-chunked", gzip.compress(AUDIO[:1000]) + gzip.compress(AUDIO[1000:]) + b"\0" * 512),
        ("deflate", zlib.compress(AUDIO)),
        ("gzip", AUDIO),  # stored at S3 with a header that is not true
        ("deflate", AUDIO),
        ("aws-chunked", AUDIO),
        ("none", AUDIO),
        ("identity", AUDIO),
        ("", AUDIO),
        ("utf-8", AUDIO),
        ("binary", AUDIO),
    ],
)
def test_content_encoding_is_decoded_where_bytes_agree(web, encoding, body):
    web.page("/a", body, Content_Encoding=encoding)

    assert b"".join(download("http://audio.example/a")) == AUDIO


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("br", AUDIO, "compressed the content with Brotli"),
        ("zstd", AUDIO, "compressed the content with Zstandard"),
        ("gzip", GZIPPED[:-2000], "failed to return valid data"),
        ("gzip", GZIPPED[:20] + b"\xff" * 200, "compressed content that is damaged"),
    ],
)
def test_undecodable_content_is_rejected(web, encoding, body, expected):
    web.page("/a", body, Content_Encoding=encoding)

    assert expected in error_of("http://audio.example/a")


def test_decoded_bytes_count_against_limit(web):
    web.page("/a", gzip.compress(b"\0" * 100_000_000, 1), Content_Encoding="gzip")

    assert error_of("http://audio.example/a", max_bytes=10_000_000).startswith("Payload size exceeds limit")


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


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
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


def test_dripping_server_is_dropped(web, monkeypatch):
    monkeypatch.setattr(downloads, "GRACE_SECONDS", 0.1)

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                request.wfile.write(b"x")
                time.sleep(0.02)

    web.pages["/a"] = drip

    assert "fewer than 500 bytes a second" in error_of("http://audio.example/a")


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
                time.sleep(0.05)
        except OSError:
            pass

    web.pages["/a"] = drip

    assert "took longer than" in error_of("http://audio.example/a", max_seconds=0.5)
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


def test_private_address_is_allowed_by_setting(web, monkeypatch):
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    web.page("/a")

    assert b"".join(download(f"http://127.0.0.1:{web.server.server_port}/a")) == AUDIO
