"""A web page of another origin calls the API in a real browser: preflight, answer, and errors that it can read.

The local cloud refuses pages of other origins, so a relay stands before it: an API Gateway that lets them through. Only
the origin in `Access-Control-Allow-Origin`, which the local cloud rewrites to its own, is put back there.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

from localcloud.cloud import Cloud
from tests.clients.browser import browser_or_skip, drive_page
from tests.clients.web import Received, Site, serving
from tests.paths import SAMPLES

HOP_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "origin", "date"}


class Relay:
    """Hands requests of any origin on to the local cloud; keeps those that a browser made on its own, preflights."""

    def __init__(self, target: str) -> None:
        self.target, self.url = target, ""
        self.preflights: list[str] = []

    def respond(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        if request.method == "OPTIONS":
            self.preflights.append(request.path)
        connection = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=60)
        sent = {k: v for k, v in request.headers.items() if k not in HOP_HEADERS and not k.startswith("sec-fetch-")}
        connection.request(request.method, request.path, request.body, sent | {"Origin": self.target})
        answer = connection.getresponse()
        body, headers = answer.read(), {k.lower(): v for k, v in answer.getheaders() if k.lower() not in HOP_HEADERS}
        connection.close()
        if headers.get("access-control-allow-origin") == self.target:
            headers["access-control-allow-origin"] = "*"  # the setting's default
        return answer.status, headers, body


def test_page_of_another_origin_reads_answers_and_errors(cloud: Cloud, say: Callable[[str], None]) -> None:
    found = browser_or_skip(say)
    relay, site = Relay(cloud.api), Site({"/": b"a page of somebody else"})
    with ExitStack() as stack:
        stack.enter_context(serving(relay))
        stack.enter_context(serving(site))
        config = {"api": relay.url, "site": f"{site.url}/nothing", "speech": str(SAMPLES / "sample.flac"), **found}
        seen = drive_page((), config, say, "cross_origin.cjs")["cross_origin"]["result"]

    assert seen["origin"] == site.url != relay.url
    assert seen["listen"]["status"] == 200
    assert seen["listen"]["body"]["results"]["channels"][0]["alternatives"][0]["transcript"]
    assert seen["listen"]["id"] == seen["listen"]["body"]["metadata"]["request_id"]
    assert [name for name, answer in seen.items() if "failed" in answer] == [], seen
    assert [seen[name]["status"] for name in ("refused", "missing", "unknown")] == [400, 404, 404]
    assert all(seen[name]["body"]["err_msg"] for name in ("refused", "missing", "unknown"))
    assert relay.preflights, "the browser asked before it sent a key"
