"""Prepare of a job with a URL: what is downloaded, and what is refused."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws import s3
from functions.aws.table import job_table
from functions.errors import ApiError
from functions.jobs.job import Source, SourceKind
from functions.settings import settings
from tests.unit.functions.handlers.prepare.conftest import SAMPLE, Prepare, requested

pytestmark = pytest.mark.usefixtures("aws", "base_model", "scaled")


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><html><title>Sign in</title></html>")

    def log_message(self, *_: Any) -> None:
        pass


def test_web_page_behind_url_is_named(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()

    with pytest.raises(ApiError, match=r"answered with a web page \(HTML\).*a sign-in.*the audio file itself"):
        prepare(requested(Source(SourceKind.URL, url=f"http://127.0.0.1:{server.server_port}/a.mp3")))

    server.shutdown()
    server.server_close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A web server on loopback that has one recording."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/sample.flac"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(SAMPLE) if found else 0))
            self.end_headers()
            self.wfile.write(SAMPLE if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_url_is_downloaded_to_work_prefix(prepare: Prepare, web: str) -> None:
    answer = prepare(requested(Source(SourceKind.URL, url=f"{web}/sample.flac")))
    there = S3Object("transcripts", "work/j1/audio")
    assert S3Object.from_json(answer["shards"][0]["audio"]) == there
    assert s3.get(there) == SAMPLE
    job = job_table.find("j1")
    assert job
    assert (job.source.audio, job.source.size) == (there, len(SAMPLE))


def test_url_with_404_is_rejected(prepare: Prepare, web: str) -> None:
    with pytest.raises(ApiError, match="404"):
        prepare(requested(Source(SourceKind.URL, url=f"{web}/none.flac")))
    assert s3.head(S3Object("transcripts", "work/j1/audio")) is None


def test_private_url_is_rejected_unless_allowed(prepare: Prepare, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "false")
    settings.cache_clear()
    with pytest.raises(ApiError, match="publicly routable"):
        prepare(requested(Source(SourceKind.URL, url=f"{web}/sample.flac")))
