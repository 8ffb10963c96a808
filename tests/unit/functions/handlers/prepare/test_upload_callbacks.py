"""Prepare of an upload with a callback: the row has scheme and host of its URL, an item of its own the whole."""

from __future__ import annotations

import json

import pytest

from earshot_contract.keys import callback_url_pk
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import callback_urls
from functions.errors import ApiError, bad_audio
from functions.settings import settings
from tests.unit.functions.handlers.prepare.conftest import SAMPLE, Prepare

pytestmark = pytest.mark.usefixtures("aws", "base_model", "scaled")
SECRET = "p4ssw0rd"
URL = f"https://me:{SECRET}@example.org/{SECRET}?token={SECRET}"


def put(callback: str) -> dict[str, object]:
    metadata = {"listen": f"language=de&keyterm=http://a/b?token=c&callback={callback}"}
    client("s3").put_object(Bucket="uploads", Key="a.flac", Body=SAMPLE, Metadata=metadata)
    return {"upload": {"bucket": "uploads", "key": "a.flac", "version": "", "sequencer": "01", "size": len(SAMPLE)}}


def items_with_secret() -> list[str]:
    scanned = client("dynamodb").scan(TableName=settings().table)["Items"]
    return [item["pk"]["S"] for item in scanned if SECRET in json.dumps(item)]


def test_only_the_item_of_the_callback_has_its_secrets(prepare: Prepare) -> None:
    answer = prepare(put(URL))

    job = job_table.find(answer["job_id"])
    assert job
    assert job.parsed
    assert job.parsed["values"]["callback"] == "https://example.org"
    assert job.parsed["values"]["keyterm"] == ["http://a/b?token=c"], "what is no URL to call is an option as it is"
    assert items_with_secret() == [callback_url_pk(job.id)]
    assert callback_urls.find(job.id) == URL
    assert SECRET not in json.dumps(answer)


def test_retry_of_an_upload_reads_the_same_options(prepare: Prepare) -> None:
    job_id = prepare(put(URL))["job_id"]
    job_table.fail(job_id, bad_audio("nothing to hear").failure)
    failed = job_table.find(job_id)
    assert failed
    job_table.retry(failed, "arn:2")

    prepare({"job_id": job_id}, "arn:2")

    again = job_table.find(job_id)
    assert again
    assert (again.parsed, again.callback_withheld) == (failed.parsed, True)
    assert items_with_secret() == [callback_url_pk(job_id)]


@pytest.mark.parametrize("callback", [f"ftp://me:{SECRET}@example.org/a", f"https://me:{SECRET}/9@example.org/a"])
def test_callback_that_is_refused_is_withheld_too(prepare: Prepare, callback: str) -> None:
    with pytest.raises(ApiError, match="Invalid callback url") as error:
        prepare(put(callback))
    assert SECRET not in str(error.value)
    assert [pk for pk in items_with_secret() if not pk.startswith("CALLBACK#")] == []
