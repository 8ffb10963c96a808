"""The web around the API, on loopback: a site with audio, a receiver of callbacks, and fronts that fail once."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Site:
    """Serves `files` by path, 404 for any other; takes POST and PUT and keeps them in `received`.

    `answers` says what a path answers to its first, second, … delivery; 200 after that.
    """

    files: dict[str, bytes]
    answers: dict[str, list[int]] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)  # of every answer to a delivery
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    url: str = ""

    def wait_for(self, matches: Callable[[Received], bool], count: int = 1, seconds: float = 90) -> list[Received]:
        """Return the deliveries that match, as soon as there are `count` of them; fewer when time is up."""

        def here() -> list[Received]:
            return [one for one in self.received if matches(one)]

        with self.arrived:
            self.arrived.wait_for(lambda: len(here()) >= count, seconds)
            return here()

    def respond(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        if request.method in ("GET", "HEAD"):
            found = self.files.get(request.path)
            return (404, {}, b"nothing here") if found is None else (200, {"Content-Type": "audio/wav"}, found)
        with self.arrived:
            self.received.append(request)
            self.arrived.notify_all()
            plan = self.answers.get(urlsplit(request.path).path, [])
            return (plan.pop(0) if plan else 200), self.answer_headers, b""


class Front:
    """In front of the API at `target`: the first POST of each User-Agent goes wrong, everything else goes through.

    Going wrong is a 503 before the API has seen the request (`lost=False`), or the API's answer lost on its way
    back (`lost=True`): the client cannot tell whether its request was heard.
    """

    def __init__(self, target: str, lost: bool) -> None:
        self.target = target
        self.lost = lost
        self.url = ""
        self._seen: set[str] = set()

    def respond(self, request: Received) -> tuple[int, dict[str, str], bytes] | None:
        agent = request.headers.get("user-agent", "")
        first = request.method == "POST" and agent not in self._seen
        self._seen.add(agent)
        if first and not self.lost:
            body = b'{"err_code":"Service Unavailable","err_msg":"Please try again later","request_id":"-"}'
            return 503, {"Content-Type": "application/json", "Retry-After": "1"}, body
        answer = self._forward(request)
        return None if first else answer

    def _forward(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=60)
        skipped = ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")
        headers = {name: value for name, value in request.headers.items() if name not in skipped}
        connection.request(request.method, request.path, request.body, headers)
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "location")}
        body = answer.read()
        connection.close()
        return answer.status, kept, body


@contextmanager
def serving(site: Any) -> Iterator[None]:
    """On a free port of loopback; `site.url` is its address meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site.respond))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.002})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(
    respond: Callable[[Received], tuple[int, dict[str, str], bytes] | None],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            outcome = respond(Received(self.command, self.path, headers, self._body(headers)))
            if outcome is None:  # hang up without a word
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, more, body = outcome
            self.send_response(status)
            for name, value in (more | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

        def _body(self, headers: dict[str, str]) -> bytes:
            if headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(int(headers.get("content-length", 0)))
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *words: object) -> None:
            pass

    return Handler
