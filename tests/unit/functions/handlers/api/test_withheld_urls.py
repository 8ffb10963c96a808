"""URLs with a password or a signature: only an item of its own has them whole, for as long as a retry may need it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from earshot_contract.keys import source_url_pk
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import KEPT_DAYS, source_urls
from functions.errors import ApiError, remote_content_error
from functions.handlers.prepare import locate_audio
from functions.jobs import job_events
from functions.jobs.job import Source, SourceKind
from functions.settings import settings

SECRET = "p4ssw0rd"
URL = f"https://me:{SECRET}@example.org/a.mp3?part=2&X-Amz-Signature={SECRET}"
SHOWN = "https://example.org/a.mp3?part=2&X-Amz-Signature=hidden"


@pytest.fixture
def downloaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(locate_audio, "download", lambda url, on_slow: urls.append(url))
    monkeypatch.setattr("functions.aws.s3.put_stream", lambda *_: 7)
    return urls


@pytest.fixture
def failed(api: Any) -> str:
    job_id: str = api.post("/listen", {"url": URL}, Prefer="wait=0").json["request_id"]
    job_table.fail(job_id, remote_content_error("It answered 403.").failure)
    return job_id


def items_with_secret() -> list[str]:
    scanned = client("dynamodb").scan(TableName=settings().table)["Items"]
    return [item["pk"]["S"] for item in scanned if SECRET in json.dumps(item)]


def test_only_the_item_of_the_url_has_its_secrets(api: Any, failed: str) -> None:
    assert items_with_secret() == [source_url_pk(failed)]
    summary = api.get(f"/requests/{failed}").json
    assert summary["source"] == {"kind": "url", "url": SHOWN}
    job = job_table.find(failed)
    assert job
    assert SECRET not in repr(job_events.detail(job, "transcripts"))
    executions = client("stepfunctions").list_executions(stateMachineArn=settings().job_machine_arn)["executions"]
    described = [client("stepfunctions").describe_execution(executionArn=e["executionArn"]) for e in executions]
    assert SECRET not in repr(described)


def test_retry_downloads_the_whole_url(api: Any, failed: str, downloaded: list[str]) -> None:
    assert api("POST", f"/requests/{failed}/retry").status == 200
    job = job_table.find(failed)
    assert job
    locate_audio.locate_audio(job)
    assert downloaded == [URL]


def test_retry_without_the_url_is_refused_in_words(api: Any, failed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB removes an expired item within days; the retry knows before."""
    later = time.time() + KEPT_DAYS * 86400 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    answer = api("POST", f"/requests/{failed}/retry")
    assert (answer.status, answer.json["err_code"]) == (410, "AUDIO_GONE")
    assert f"{KEPT_DAYS} days" in answer.json["err_msg"]
    job = job_table.find(failed)
    assert job
    with pytest.raises(ApiError, match="Send it as a new request"):  # a run that waited for long
        locate_audio.locate_audio(job)


def test_deleted_job_leaves_no_url(api: Any, failed: str) -> None:
    assert api("DELETE", f"/requests/{failed}").status == 200
    assert items_with_secret() == []


def test_url_without_secrets_stays_in_the_row_alone(api: Any, downloaded: list[str]) -> None:
    plain = "https://example.org/a.mp3?part=2"
    job_id = api.post("/listen", {"url": plain}, Prefer="wait=0").json["request_id"]
    assert source_urls.find(job_id) is None
    job = job_table.find(job_id)
    assert job
    locate_audio.locate_audio(job)
    assert downloaded == [plain]


def test_key_of_an_object_is_no_secret() -> None:
    source = Source(SourceKind.OBJECT, url="s3://uploads/a?token=b.mp3")
    assert source.without_credentials() == source
