"""Callback URLs: an item of its own alone has path, query and password, for as long as tries to deliver need them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from earshot_contract.keys import callback_url_pk
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import KEPT_DAYS, callback_urls
from functions.errors import bad_audio
from functions.handlers.callback.handler import handler as deliver
from functions.jobs import job_events
from functions.settings import settings
from tests.clients.web import Site
from tests.fixtures.local_cloud.logs import log_records
from tests.fixtures.servers.callbacks import AGAIN, CONTEXT, TAKEN, Queue, message_queue, site
from tests.paths import SAMPLES

__all__ = ["message_queue", "site"]
SECRET = "p4ssw0rd"
SAMPLE = (SAMPLES / "sample.flac").read_bytes()


@pytest.fixture
def job_id(api: Any, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A failed job whose callback has a secret in each part of its URL."""
    queue = client("sqs").create_queue(QueueName="callbacks")["QueueUrl"]
    monkeypatch.setenv("CALLBACK_QUEUE_URL", queue)
    settings.cache_clear()
    url = site.url.replace("//", f"//me:{SECRET}@") + f"/{SECRET}?token={SECRET}"
    answer = api.post(f"/listen?tag=a&{urlencode({'callback': url})}", SAMPLE)
    made: str = answer.json["request_id"]
    job_table.fail(made, bad_audio("nothing to hear").failure)
    yield made
    settings.cache_clear()


def items_with_secret() -> list[str]:
    scanned = client("dynamodb").scan(TableName=settings().table)["Items"]
    return [item["pk"]["S"] for item in scanned if SECRET in json.dumps(item)]


def call_back(job_id: str, **detail: Any) -> dict[str, Any]:
    body = json.dumps({"detail": {"job_id": job_id, **detail}})
    record = {"messageId": "m1", "receiptHandle": "r1", "body": body}
    return deliver({"Records": [record]}, CONTEXT)  # type: ignore[arg-type]


def after_days(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    later = time.time() + days * 86400
    monkeypatch.setattr(time, "time", lambda: later)


def test_only_the_item_of_the_callback_has_its_secrets(api: Any, job_id: str, site: Site) -> None:
    assert items_with_secret() == [callback_url_pk(job_id)]
    job = job_table.find(job_id)
    assert job
    assert job.options == f"tag=a&callback={quote(site.url, safe='')}"
    assert SECRET not in api.get(f"/requests/{job_id}").text + repr(job_events.detail(job, "transcripts"))
    site.answers[f"/{SECRET}"] = [410]
    with log_records(logging.INFO) as records:
        assert call_back(job_id) == TAKEN
    assert records
    assert SECRET not in repr([vars(record) for record in records])
    executions = client("stepfunctions").list_executions(stateMachineArn=settings().job_machine_arn)["executions"]
    described = [client("stepfunctions").describe_execution(executionArn=e["executionArn"]) for e in executions]
    assert SECRET not in repr(described)


def test_callback_is_delivered_to_the_whole_url(job_id: str, site: Site) -> None:
    assert call_back(job_id) == TAKEN

    [received] = site.received
    assert received.path == f"/{SECRET}?token={SECRET}"
    assert "authorization" in received.headers
    assert items_with_secret() == [callback_url_pk(job_id)], "a redelivery may follow"


def test_each_try_keeps_the_callback_for_further_ones(
    job_id: str, site: Site, message_queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answers[f"/{SECRET}"] = [503, 503, 503]
    tries = [call_back(job_id)]
    for _ in range(2):
        after_days(monkeypatch, KEPT_DAYS - 1)
        tries.append(call_back(job_id))

    assert tries == [AGAIN] * 3
    assert len(site.received) == 3


def test_callback_that_is_gone_ends_its_tries_in_words(
    job_id: str, site: Site, message_queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_days(monkeypatch, KEPT_DAYS + 1)

    assert call_back(job_id) == TAKEN

    job = job_table.find(job_id)
    assert job
    assert job.deliveries
    assert (site.received, job.deliveries[-1].error) == ([], callback_urls.gone(job_id))
    assert job.deliveries[-1].next is None
    assert message_queue.abandoned == [], "no alarm: nothing is to be done about it"


def test_redelivery_goes_to_the_whole_url_or_is_refused(
    api: Any, job_id: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_back(job_id)
    after_days(monkeypatch, KEPT_DAYS - 1)
    assert api("POST", f"/requests/{job_id}/redeliver").status == 200
    assert call_back(job_id, redelivery=1) == TAKEN
    assert [received.path for received in site.received] == [f"/{SECRET}?token={SECRET}"] * 2

    after_days(monkeypatch, KEPT_DAYS + 1)
    answer = api("POST", f"/requests/{job_id}/redeliver")
    assert (answer.status, answer.json["err_code"]) == (410, "CALLBACK_GONE")
    assert f"{KEPT_DAYS} days" in answer.json["err_msg"]


def test_retry_keeps_the_callback(api: Any, job_id: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    after_days(monkeypatch, KEPT_DAYS - 1)
    assert api("POST", f"/requests/{job_id}/retry").status == 200
    job_table.fail(job_id, bad_audio("again").failure)
    after_days(monkeypatch, KEPT_DAYS - 1)

    assert call_back(job_id, attempt=2) == TAKEN
    assert len(site.received) == 1


def test_deleted_job_leaves_no_callback(api: Any, job_id: str) -> None:
    assert api("DELETE", f"/requests/{job_id}").status == 200
    assert items_with_secret() == []


def test_callback_of_scheme_and_host_stays_in_the_row(api: Any, site: Site) -> None:
    made = api.post(f"/listen?callback={site.url}", SAMPLE).json["request_id"]
    job_table.fail(made, bad_audio("nothing to hear").failure)

    assert callback_urls.find(made) is None
    assert call_back(made) == TAKEN
    assert len(site.received) == 1
