"""POST /v1/requests/{id}/redeliver, and what the function `callback` then does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.clients import client
from functions.aws.table import job_table
from functions.errors import ApiError
from functions.handlers.api.routes.redeliver_route import MAX_REDELIVERIES, redeliver
from functions.handlers.callback import handler as callback
from functions.settings import settings
from tests.clients.web import Site
from tests.fixtures.servers.callbacks import AGAIN, JOB, TAKEN, Queue, come_due, deliveries, message, receive


@pytest.fixture
def redelivery(monkeypatch: pytest.MonkeyPatch, delivered: Any) -> Callable[[], str]:
    """Asks for the callback again; returns the message that the queue gets."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="callbacks")["QueueUrl"]
    monkeypatch.setenv("CALLBACK_QUEUE_URL", url)
    settings.cache_clear()

    def call() -> str:
        job = job_table.find(JOB)
        assert job is not None
        assert redeliver(None, job).status == 200  # type: ignore[arg-type]
        (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
        return str(received["Body"])

    return call


def test_delivered_callback_is_sent_again_when_requested(
    delivered: Any, site: Site, redelivery: Callable[[], str]
) -> None:
    delivered(f"callback={site.url}/done")

    assert receive(redelivery()) == TAKEN

    first, second = site.received
    assert first.json() == second.json()
    assert [(each.status, each.requested) for each in deliveries()] == [(200, None), (None, True), (200, None)]


def test_abandoned_callback_gets_the_whole_schedule_again(
    delivered: Any, site: Site, message_queue: Queue, redelivery: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answers["/done"] = [410, 500, 500]
    delivered(f"callback={site.url}/done")
    again = redelivery()

    assert receive(again) == AGAIN
    come_due()
    assert receive(again) == AGAIN
    assert message_queue.hidden == [pytest.approx(5, abs=2), pytest.approx(300, rel=0.11)]


def test_earlier_message_does_nothing_after_a_redelivery(
    delivered: Any, site: Site, redelivery: Callable[[], str]
) -> None:
    site.answers["/done"] = [500]
    delivered(f"callback={site.url}/done")
    again = redelivery()

    assert receive(message()) == TAKEN  # its second try would have come
    assert len(site.received) == 1
    assert receive(again) == TAKEN
    assert len(site.received) == 2


def test_redelivery_during_a_try_is_not_lost(
    delivered: Any, site: Site, redelivery: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The try's own record must not replace the request that came while it was made."""
    site.answers["/done"] = [500]
    requested: list[str] = []
    deliver = callback.deliver

    def deliver_and_request(*arguments: Any, **named: Any) -> int:
        requested.append(redelivery())
        return deliver(*arguments, **named)

    monkeypatch.setattr(callback, "deliver", deliver_and_request)
    assert delivered(f"callback={site.url}/done") == TAKEN
    monkeypatch.setattr(callback, "deliver", deliver)

    assert receive(requested[0]) == TAKEN
    assert [each.requested for each in deliveries()] == [True, None]


def test_job_without_callback_or_end_is_not_redelivered(
    delivered: Any, site: Site, redelivery: Callable[[], str]
) -> None:
    delivered("tag=x")
    with pytest.raises(ApiError, match="no callback"):
        redelivery()


def test_redeliveries_have_a_limit(
    delivered: Any, site: Site, redelivery: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered(f"callback={site.url}/done")
    for _ in range(MAX_REDELIVERIES):
        last = redelivery()
    assert json.loads(last)["detail"]["redelivery"] == MAX_REDELIVERIES
    with pytest.raises(ApiError, match="20 times"):
        redelivery()
