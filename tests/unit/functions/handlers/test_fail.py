"""Fail: a failed job's row and event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import ShardError
from earshot_contract.keys import upload_error_key, upload_result_keys
from functions.aws import s3
from functions.aws.table import job_table, latest_uploads
from functions.errors import remote_content_error
from functions.handlers.fail.handler import handler as fail
from functions.jobs.job import Source, SourceKind
from functions.jobs.upload_event import Upload
from tests.fixtures.results.finished_jobs import job_with_results, sample

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # a step that found nothing to do
]

REFUSAL = {"err_code": "Bad Request", "err_msg": "No."}
Events = Callable[[], list[dict[str, Any]]]


def fail_job(execution_input: dict[str, Any], context: Any, execution: str = "arn:1", **error: str) -> dict[str, Any]:
    return fail({"input": execution_input, "execution": execution, "error": error}, context)


def stopped(status: str) -> dict[str, Any]:
    """The input that the rule on the job machine's status passes on."""
    return {"stopped": {"status": status, "executionArn": "arn:1", "input": '{"job_id": "j1"}', "name": 'a "name"'}}


@pytest.mark.parametrize(("status", "broken"), [(400, False), (500, True)])
def test_failure_by_no_fault_of_the_caller_is_counted(
    context: Any, capsys: pytest.CaptureFixture[str], status: int, broken: bool
) -> None:
    """The alarm Failures reads the second."""
    job_with_results(Source(SourceKind.URL, url="https://example.com/a"))
    cause = json.dumps({"errorType": "ApiError", "errorMessage": json.dumps(REFUSAL | {"status": status})})
    fail_job({"job_id": "j1"}, context, Error="ApiError", Cause=cause)
    written = capsys.readouterr().out
    assert ('"JobsBroken"' in written, '"service":"every","Failures":[1.0]' in written) == (broken, broken)


def test_failed_job_has_its_reason_in_row_and_event(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.URL, url="https://example.com/a"))
    cause = json.dumps({"errorType": "ApiError", "errorMessage": str(remote_content_error("Nothing there."))})
    fail_job({"job_id": "j1"}, context, Error="ApiError", Cause=cause)
    job = job_table.find("j1")
    assert job
    assert job.failure
    assert (job.state, job.failure.err_code, job.failure.err_msg) == (
        "failed",
        "REMOTE_CONTENT_ERROR",
        "Nothing there.",
    )
    (event,) = events()
    assert event["detail-type"] == "Transcription Failed"
    assert event["detail"]["error"] == {"err_code": "REMOTE_CONTENT_ERROR", "err_msg": "Nothing there."}


def test_shard_error_becomes_the_jobs_failure(context: Any) -> None:
    job_with_results(Source(SourceKind.BODY))
    fail_job({"job_id": "j1"}, context, Error=ShardError.NOT_AUDIO, Cause="No decoder opens it.")
    assert "No decoder opens it." in job_table.find("j1").failure.err_msg  # type: ignore[union-attr]


@pytest.mark.parametrize("later", [False, True])
def test_failed_upload_leaves_no_results_of_an_earlier_one(context: Any, later: bool) -> None:
    step = sample("step-failed")
    upload = Upload.from_event(step["input"]["upload"])
    if later:  # its results are not to be removed by an earlier upload that fails after it
        latest_uploads.claim(Upload(upload.audio, "F" * 18, 9))
    for key in upload_result_keys(upload.audio.key):
        s3.put(S3Object("transcripts", key), b"words of other bytes", "text/plain")
    fail(step, context)
    error = upload_error_key(upload.audio.key)
    assert error == "uploads/podcasts/ep 1.mp3.error.json"
    found = [S3Object("transcripts", key) for key in s3.keys("transcripts", "uploads/")]
    if later:
        assert {s3.get(each) for each in found} == {b"words of other bytes"}
        return
    assert [each.key for each in found] == [error]
    document = json.loads(s3.get(found[0]) or b"")
    assert document == {**job_table.find(upload.job_id).failure.body(), "request_id": upload.job_id}  # type: ignore[union-attr]
    assert s3.head(found[0]).metadata == {"job": upload.job_id}  # type: ignore[union-attr]


@pytest.mark.parametrize(("sequencer", "left"), [("F" * 18, 0), ("0" * 18, 1)])
def test_error_goes_when_its_upload_is_deleted(context: Any, sequencer: str, left: int) -> None:
    step = sample("step-failed")
    fail(step, context)
    detail = step["input"]["upload"]
    gone = {"bucket": detail["bucket"], "object": {"key": detail["object"]["key"], "sequencer": sequencer}}
    assert fail({"deleted": gone}, context)["job_id"] is None
    assert len(list(s3.keys("transcripts", "uploads/"))) == left, "an event that is late is of an earlier upload"


def test_upload_without_row_gets_a_failed_row(context: Any, events: Events) -> None:
    step = sample("step-failed")
    answer = fail(step, context)
    job = job_table.find(Upload.from_event(step["input"]["upload"]).job_id)
    assert job
    assert (job.id, job.state, job.source.audio.key) == (answer["job_id"], "failed", "podcasts/ep 1.mp3")  # type: ignore[union-attr]
    assert len(events()) == 1


def test_fail_twice_keeps_first_failure_and_repeats_event(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    fail_job({"job_id": "j1"}, context, Error="States.Timeout")
    first = job_table.find("j1")
    fail_job({"job_id": "j1"}, context, Error="Audio.Empty", Cause="x")
    assert job_table.find("j1") == first
    assert len(events()) == 2


def test_execution_does_not_fail_the_job_of_another(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    assert fail_job({"job_id": "j1"}, context, "arn:2", Error="X")["job_id"] is None
    assert job_table.find("j1").state == "processing"  # type: ignore[union-attr]
    job_table.cancel("j1")
    assert fail_job({"job_id": "j1"}, context, Error="X")["job_id"] is None
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert events() == []


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_stopped_execution_fails_its_job_from_text_input(context: Any, events: Events, status: str) -> None:
    job_with_results(Source(SourceKind.BODY))
    fail(stopped(status), context)
    job = job_table.find("j1")
    assert job
    assert job.failure
    assert (job.state, job.failure.status) == ("failed", 500)
    assert "stopped" in job.failure.err_msg
    assert len(events()) == 1


def test_execution_that_failed_without_fail_fails_its_job(context: Any, events: Events) -> None:
    """The Fail state itself was throttled, for example."""
    job_with_results(Source(SourceKind.BODY))
    fail(stopped("FAILED"), context)
    assert job_table.find("j1").state == "failed"  # type: ignore[union-attr]
    assert len(events()) == 1


def test_status_after_the_fail_state_repeats_nothing(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    fail_job({"job_id": "j1"}, context, Error=ShardError.EMPTY, Cause="x")
    before = job_table.find("j1")
    fail(stopped("FAILED"), context)
    assert job_table.find("j1") == before
    assert len(events()) == 1


def test_cancelled_job_stays_cancelled_when_execution_stops(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    job_table.cancel("j1")
    fail(stopped("ABORTED"), context)
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert events() == []


@pytest.mark.parametrize(("options", "left"), [("redact=pci", 0), ("punctuate=true", 1)])
def test_failed_job_leaves_no_words_that_redact_forbids(context: Any, options: str, left: int) -> None:
    job_with_results(Source(SourceKind.BODY), options)
    fail_job({"job_id": "j1"}, context, Error=ShardError.INTERNAL, Cause="The other shard failed.")
    assert len(list(s3.keys("transcripts", "work/j1/shards/"))) == left
