"""Callback: what the function does with a message, and what the row says of it."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from earshot_contract.credentials.webhook_secrets import new_secret
from earshot_contract.keys import webhook_secrets_pk
from functions.aws.clients import client
from functions.aws.queues import callback_queue
from functions.aws.table import dynamodb, job_table
from functions.errors import bad_audio
from functions.handlers.api.routes.job_routes import job_summary
from functions.network.callback_schedule import RETRY_DELAYS
from functions.settings import settings
from tests.clients.web import Site
from tests.fixtures.accounts import account
from tests.fixtures.servers.callbacks import AGAIN, JOB, TAKEN, Queue, come_due, deliveries, message, receive


def test_callback_delivers_listen_response(delivered: Any, site: Site) -> None:
    assert delivered(f"punctuate=true&callback={site.url}/done?x=1") == TAKEN

    [received] = site.received
    assert (received.method, received.path) == ("POST", "/done?x=1")
    assert received.json()["metadata"]["request_id"] == JOB
    assert received.json()["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hello, world."
    assert received.headers["content-type"] == "application/json"
    assert received.headers["dg-token"] == "reports"


def test_callback_delivers_edited_words(delivered: Any, site: Site) -> None:
    assert delivered(f"replace=hello:Goodbye&callback={site.url}/done") == TAKEN

    [received] = site.received
    assert received.json()["results"]["channels"][0]["alternatives"][0]["transcript"] == "Goodbye world"


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


@pytest.mark.parametrize("status", [301, 404, 500])
def test_callback_with_error_status_stays_in_queue(
    delivered: Any, site: Site, message_queue: Queue, status: int
) -> None:
    site.answers["/done"] = [status]

    assert delivered(f"callback={site.url}/done") == AGAIN

    [delivery] = deliveries()
    assert (delivery.status, delivery.error) == (status, f"127.0.0.1 answered {status}.")
    assert message_queue.hidden == [pytest.approx(5, abs=2)]
    job = job_table.find(JOB)
    assert job is not None
    assert job_summary(job)["deliveries"] == [{k: v for k, v in delivery.to_dict().items() if v is not None}]


def test_callback_is_not_tried_before_it_is_due(delivered: Any, site: Site, message_queue: Queue) -> None:
    site.answers["/done"] = [503, 200]
    site.answer_headers["Retry-After"] = "3600"
    delivered(f"callback={site.url}/done")

    assert receive(message()) == AGAIN
    assert len(site.received) == 1
    assert message_queue.hidden == [pytest.approx(3600, abs=5)] * 2

    come_due()
    assert receive(message()) == TAKEN
    assert [each.status for each in deliveries()] == [503, 200]
    assert receive(message()) == TAKEN, "a second delivery of the message"
    assert len(site.received) == 2
    assert len({received.headers.get("webhook-id") for received in site.received}) == 1


def test_callback_that_always_fails_is_abandoned(delivered: Any, site: Site, message_queue: Queue) -> None:
    site.answers["/done"] = [500] * 20
    delivered(f"callback={site.url}/done")
    for _ in RETRY_DELAYS:
        come_due()
        answer = receive(message())

    assert answer == TAKEN
    assert (len(site.received), message_queue.abandoned) == (10, [message()])
    assert (len(deliveries()), deliveries()[-1].next) == (10, None)
    assert message_queue.hidden == [pytest.approx(delay, rel=0.11, abs=1) for delay in RETRY_DELAYS]


def test_callback_of_earlier_run_is_not_delivered(delivered: Any, site: Site) -> None:
    site.answers["/done"] = [500]
    delivered(f"callback={site.url}/done", fails=True)
    failed = job_table.find(JOB)
    assert failed is not None
    job_table.retry(failed, "arn2")
    job_table.fail(JOB, bad_audio("again").failure, "arn2")

    assert deliveries() == []
    assert receive(message()) == TAKEN
    assert len(site.received) == 1
    assert receive(message(attempt=2)) == TAKEN
    assert "again" in site.received[1].json()["err_msg"]


def test_callback_answered_410_is_not_tried_again(delivered: Any, site: Site, message_queue: Queue) -> None:
    site.answers["/done"] = [410]

    assert delivered(f"callback={site.url}/done") == TAKEN
    assert len(site.received) == 1
    assert [(each.status, each.next) for each in deliveries()] == [(410, None)]
    assert message_queue.abandoned == []


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


def test_queue_hides_messages_for_12_hours_at_most(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBACK_QUEUE_URL", account.create_queue("callbacks"))
    settings.cache_clear()
    url, sqs = settings().callback_queue_url, client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    [received] = sqs.receive_message(QueueUrl=url)["Messages"]

    callback_queue.hide(received["ReceiptHandle"], 20 * 3600)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    callback_queue.hide(received["ReceiptHandle"], -1)
    assert sqs.receive_message(QueueUrl=url)["Messages"]
