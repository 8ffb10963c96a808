"""Callbacks: what is sent, to whom, and when it counts as taken."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest
from msgspec import UNSET

from functions.errors import ApiError
from functions.handlers.api.routes.job_routes import job_summary
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.job_events import detail
from functions.network.callback_delivery import CallbackFailed, deliver
from functions.network.callback_schedule import RETRY_DELAYS, retry_delay
from functions.network.callback_url import check_callback_url
from functions.options.options import Options
from functions.settings import settings
from tests.clients.web import Site
from tests.fixtures.servers.callbacks import JOB


@pytest.mark.parametrize(
    ("written", "requested"),
    [
        ("/rückruf?job=ä", "/r%C3%BCckruf?job=%C3%A4"),
        ("/ruf?job=a b", "/ruf?job=a%20b"),
        ("/cb/%C3%BC%2Fx?a=b%26c", "/cb/%C3%BC%2Fx?a=b%26c"),
        ("/%2520", "/%2520"),
    ],
)
def test_callback_url_is_requested_as_browsers_do(site: Site, written: str, requested: str) -> None:
    deliver(site.url + written, "POST", {}, None)

    assert site.received[0].path == requested


def test_callback_secrets_are_removed_from_events_and_answers() -> None:
    secret = urlencode({"model": "whisper", "Callback": "https://me:word@example.org:8443/hook?X-Amz-Signature=s"})
    job = Job(JOB, Source(SourceKind.BODY), secret)

    announced, shown = detail(job, "transcripts").options, job_summary(job)["options"]

    assert announced == shown == "model=whisper&Callback=https%3A%2F%2Fexample.org%3A8443"
    plain = Job(JOB, Source(SourceKind.BODY), "model=whisper&tag=a%20b")
    assert detail(plain, "transcripts").options == plain.options


@pytest.mark.parametrize("name", ["callback_url", "callbackUrl", "callbak", "webhook", "extra"])
def test_password_of_a_url_in_any_option_is_removed(name: str) -> None:
    job = Job(JOB, Source(SourceKind.BODY), urlencode({name: "https://me:wo@rd@example.org/hook", "tag": "a@b"}))

    for shown in (detail(job, "transcripts").options, job_summary(job)["options"]):
        assert "me%3A" not in shown
        assert "example.org" in shown
        assert "tag=a%40b" in shown


@pytest.mark.parametrize("name", ["callback", "cAllback", "CALLBACK", "callback[]"])
def test_event_has_callback_in_any_spelling(name: str) -> None:
    query = urlencode({name: "https://example.org/hook?secret=s"})
    with_parsed = Job(JOB, Source(SourceKind.BODY), query, Options.from_query(query).to_stored())
    of_older_deployment = Job(JOB, Source(SourceKind.BODY), query)

    for job in (with_parsed, of_older_deployment):
        assert detail(job, "transcripts").callback is True
        assert "secret" not in detail(job, "transcripts").options
    assert detail(Job(JOB, Source(SourceKind.BODY), "tag=callback"), "transcripts").callback is UNSET


def test_callback_redirect_is_not_followed(site: Site) -> None:
    site.answers["/done"] = [307]
    site.answer_headers["Location"] = f"{site.url}/elsewhere"

    with pytest.raises(CallbackFailed, match="answered 307"):
        deliver(f"{site.url}/done", "POST", {}, None)

    assert [received.path for received in site.received] == ["/done"]


@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("tomorrow", 0.0), (None, 0.0)])
def test_failed_callback_has_retry_after(site: Site, header: str | None, seconds: float) -> None:
    site.answers["/done"] = [503]
    site.answer_headers |= {"Retry-After": header} if header else {}

    with pytest.raises(CallbackFailed) as caught:
        deliver(f"{site.url}/done", "POST", {}, None)

    assert (caught.value.status, caught.value.retry_after) == (503, seconds)


def test_slow_receiver_is_left_at_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte every 20 ms for ever: the socket's own timeout would never come."""
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    monkeypatch.setattr("functions.network.callback_delivery.TIMEOUT_SECONDS", 0.2)
    settings.cache_clear()
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not stop.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server], daemon=True)
        thread.start()
        started = time.monotonic()
        with pytest.raises(CallbackFailed, match="did not answer: 0 seconds are over"):
            deliver(f"http://127.0.0.1:{server.getsockname()[1]}/", "POST", {}, None)
        stop.set()
        thread.join(5)
    settings.cache_clear()
    assert time.monotonic() - started < 5


def test_callback_to_closed_port_fails() -> None:
    with pytest.raises(CallbackFailed, match=r"127\.0\.0\.1|publicly"):
        deliver("http://127.0.0.1:9/", "POST", {}, None)


@pytest.mark.parametrize("addresses", [None, [], ["10.0.0.1"]])
def test_error_of_callback_host_speaks_of_a_callback(monkeypatch: pytest.MonkeyPatch, addresses: Any) -> None:
    found = None if addresses is None else [(2, 1, 6, "", (address, 80)) for address in addresses]
    monkeypatch.setattr("socket.getaddrinfo", Mock(return_value=found, side_effect=OSError if found is None else None))

    with pytest.raises(CallbackFailed, match=r"[Cc]allback") as caught:
        deliver("http://receiver.example/", "POST", {}, None)

    assert "media" not in str(caught.value)


def test_callback_to_private_address_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "false")
    settings.cache_clear()

    with pytest.raises(CallbackFailed, match=r"^URL for callback must be publicly routable"):
        deliver(site.url, "POST", {}, None)

    assert site.received == []


def test_callback_port_is_restricted_unless_private_urls_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "false")
    settings.cache_clear()
    check_callback_url("https://example.org/hook")
    check_callback_url("http://example.org:8080/hook")
    check_callback_url("http://example.org/rückruf?job=a b")
    for url in ("http://example.org:22/", "http://example org/", "ftp://example.org/"):
        with pytest.raises(ApiError, match="Invalid callback url"):
            check_callback_url(url)

    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    check_callback_url("http://example.org:22/")
    settings.cache_clear()


def test_callback_pauses_are_those_of_standard_webhooks() -> None:
    pauses = [retry_delay(tries) for tries in range(1, 11)]

    assert pauses[:9] == [pytest.approx(delay, rel=0.1) for delay in RETRY_DELAYS]
    assert pauses[9] is None
    assert sum(RETRY_DELAYS) == pytest.approx(75.5 * 3600, rel=0.01)
    assert len({retry_delay(9) for _ in range(5)}) > 1, "without jitter"
    assert (retry_delay(1, 60.0), retry_delay(1, 1e9)) == (60.0, 24 * 3600.0)
