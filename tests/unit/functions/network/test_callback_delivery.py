"""Callbacks: what is sent, to whom, and when it counts as taken."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest
from msgspec import UNSET
from standardwebhooks import Webhook, WebhookVerificationError

from earshot_contract.keys import transcript_key, webhook_secrets_pk
from earshot_contract.shards import S3Object
from earshot_contract.webhook_secrets import new_secret
from functions.aws import dynamodb, job_table, s3
from functions.errors import ApiError, bad_audio
from functions.handlers.api.job_routes import job_summary
from functions.handlers.callback.handler import handler
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.job_events import detail
from functions.network.callback_delivery import CallbackFailed, deliver
from functions.network.callback_url import check_callback_url
from functions.options.options import Options
from functions.settings import settings
from tests.clients.web import Site, serving
from tests.fixtures.transcripts import segment, timed_words, transcript

JOB = "5f3f2bd5-6a6c-4b43-9a3e-9bd5d1a1c0de"
CONTEXT = SimpleNamespace(
    function_name="callback", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id"
)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A receiver on loopback, and a deployment that may deliver there."""
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    receiver = Site({})
    with serving(receiver):
        yield receiver
    settings.cache_clear()


@pytest.fixture
def delivered(aws: None, site: Site) -> Callable[..., dict[str, Any]]:
    """The function's answer to the news that a job with these options is over."""
    settings.cache_clear()

    def run(options: str, fails: bool = False, tries: int = 1, caller: str | None = "reports") -> dict[str, Any]:
        query = urlencode(dict(pair.split("=", 1) for pair in options.split("&")))
        job_table.add(Job(JOB, Source(SourceKind.BODY), query, caller=caller, owner="3f2a91c0d4e5b6a7"))
        if fails:
            job_table.fail(JOB, bad_audio("nothing to hear").failure, "arn")
        else:
            words = transcript([segment(timed_words("Hello, world."))], job_id=JOB)
            s3.put(S3Object("transcripts", transcript_key(JOB)), words.to_json().encode(), "application/json")
            job_table.finish(JOB)
        body = json.dumps({"detail-type": "Transcription Completed", "detail": {"job_id": JOB}})
        record = {"messageId": "m1", "body": body, "attributes": {"ApproximateReceiveCount": str(tries)}}
        return handler({"Records": [record]}, CONTEXT)  # type: ignore[arg-type]

    return run


TAKEN: dict[str, Any] = {"batchItemFailures": []}
AGAIN = {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_callback_delivers_listen_response(delivered: Any, site: Site) -> None:
    assert delivered(f"punctuate=true&callback={site.url}/done?x=1") == TAKEN

    [received] = site.received
    assert (received.method, received.path) == ("POST", "/done?x=1")
    assert received.json()["metadata"]["request_id"] == JOB
    assert received.json()["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hello, world."
    assert received.headers["content-type"] == "application/json"
    assert received.headers["dg-token"] == "reports"


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


def test_callback_uses_put_and_url_password(delivered: Any, site: Site) -> None:
    url = site.url.replace("//", "//me:pass%20word@")

    assert delivered(f"callback={url}&callback_method=put", caller="public") == TAKEN

    [received] = site.received
    assert received.method == "PUT"
    assert received.path == "/"
    assert received.headers["authorization"] == "Basic bWU6cGFzcyB3b3Jk"  # me:pass word
    assert "dg-token" not in received.headers


def test_a_failed_job_says_why(delivered: Any, site: Site) -> None:
    assert delivered(f"callback={site.url}/done", fails=True) == TAKEN

    assert site.received[0].json() == {
        "err_code": "Bad Request",
        "err_msg": "Bad Request: failed to process audio: nothing to hear",
        "request_id": JOB,
    }


def test_callback_secrets_are_removed_from_events_and_answers() -> None:
    secret = urlencode({"model": "whisper", "Callback": "https://me:word@example.org:8443/hook?X-Amz-Signature=s"})
    job = Job(JOB, Source(SourceKind.BODY), secret)

    announced, shown = detail(job, "transcripts").options, job_summary(job)["options"]

    assert announced == shown == "model=whisper&Callback=https%3A%2F%2Fexample.org%3A8443"
    plain = Job(JOB, Source(SourceKind.BODY), "model=whisper&tag=a%20b")
    assert detail(plain, "transcripts").options == plain.options


@pytest.mark.parametrize("name", ["callback", "cAllback", "CALLBACK", "callback[]"])
def test_event_has_callback_in_any_spelling(name: str) -> None:
    query = urlencode({name: "https://example.org/hook?secret=s"})
    with_parsed = Job(JOB, Source(SourceKind.BODY), query, Options.from_query(query).to_stored())
    of_older_deployment = Job(JOB, Source(SourceKind.BODY), query)

    for job in (with_parsed, of_older_deployment):
        assert detail(job, "transcripts").callback is True
        assert "secret" not in detail(job, "transcripts").options
    assert detail(Job(JOB, Source(SourceKind.BODY), "tag=callback"), "transcripts").callback is UNSET


@pytest.mark.parametrize("status", [301, 404, 500])
def test_callback_with_error_status_stays_in_queue(delivered: Any, site: Site, status: int) -> None:
    site.answers["/done"] = [status]

    assert delivered(f"callback={site.url}/done") == AGAIN


def test_callback_answered_410_is_not_tried_again(delivered: Any, site: Site) -> None:
    site.answers["/done"] = [410]

    assert delivered(f"callback={site.url}/done") == TAKEN
    assert len(site.received) == 1


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


def test_presigned_url_gets_headers_of_the_content_alone(delivered: Any, site: Site) -> None:
    dynamodb.add({"pk": webhook_secrets_pk("3f2a91c0d4e5b6a7"), "secrets": [new_secret()]})

    assert delivered(f"callback_method=put&callback={site.url}/bucket/key?X-Amz-Signature=5eed") == TAKEN

    [received] = site.received
    assert received.method == "PUT"
    assert received.headers.keys() == {"host", "content-type", "content-length", "accept-encoding", "user-agent"}


def test_job_without_callback_delivers_nothing(delivered: Any, site: Site) -> None:
    assert delivered("tag=callback") == TAKEN
    assert site.received == []


def test_callback_of_job_with_invalid_option_is_delivered(delivered: Any, site: Site) -> None:
    assert delivered(f"punctuate=maybe&callback={site.url}", fails=True) == TAKEN
    assert [received.json()["err_code"] for received in site.received] == ["Bad Request"]


def test_invalid_callback_of_stored_job_delivers_nothing(delivered: Any, site: Site) -> None:
    assert delivered("callback=ftp://example.org/x", fails=True) == TAKEN
    assert site.received == []


@pytest.mark.parametrize("fails", [False, True], ids=["result", "failure"])
def test_signed_callback_is_verified_by_library(delivered: Any, site: Site, fails: bool) -> None:
    old, new = new_secret(), new_secret()
    dynamodb.add({"pk": webhook_secrets_pk("3f2a91c0d4e5b6a7"), "secrets": [old, new]})

    assert delivered(f"callback={site.url}", fails=fails) == TAKEN

    [received] = site.received
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers) == received.json()
    assert received.headers["webhook-id"] == f"{JOB}-1"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(received.body, received.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(received.body.replace(b"}", b" }", 1), received.headers)


def test_callback_of_owner_without_secret_is_unsigned(delivered: Any, site: Site) -> None:
    dynamodb.add({"pk": webhook_secrets_pk("another"), "secrets": [new_secret()]})

    assert delivered(f"callback={site.url}") == TAKEN

    assert not [name for name in site.received[0].headers if name.startswith("webhook-")]


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
