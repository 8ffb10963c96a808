"""How jobs end: assembled and announced, failed, or given up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_contract.keys import shard_result_key
from earshot_contract.shards import S3Object, ShardError, ShardMessage, ShardResult
from functions.aws import clients, job_table, s3, step_functions
from functions.errors import STOPPED, remote_content_error
from functions.handlers.announce.handler import handler as announce
from functions.handlers.assemble.handler import handler as assemble
from functions.handlers.fail.handler import handler as fail
from functions.handlers.reap.handler import handler as reap
from functions.jobs.job import Job, Source, SourceKind, State, timestamp
from functions.jobs.upload_event import Upload
from functions.transcripts.transcript import Transcript
from tests.places import SAMPLES

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # a step that found nothing to do
]

Caught = Callable[[], list[dict[str, Any]]]


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def transcribed(source: Source, options: str = "model=whisper&punctuate=true") -> Job:
    """A job whose one shard is done."""
    job = Job("j1", source, options, state=State.PROCESSING, started=timestamp(), shards=1, execution="arn:1")
    job_table.add(job)
    result = ShardResult.from_json(sample("shard-result")).to_json()
    s3.put(S3Object("transcripts", shard_result_key("j1", 0)), result.encode(), "application/json")
    return job


def read(key: str) -> str:
    body = s3.get(S3Object("transcripts", key))
    assert body is not None, f"There is no {key}."
    return body.decode()


def test_a_job_is_kept_in_four_formats_and_its_row_says_where(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio")))
    assert assemble({"job_id": "j1"}, context) == {"job_id": "j1"}
    document = Transcript.from_json(read("jobs/j1/transcript.json"))
    assert document.channels[0].segments[0].text == "Audio arrives by two doors."
    assert read("jobs/j1/transcript.txt") == "Audio arrives by two doors.\n"
    assert read("jobs/j1/transcript.srt").startswith("1\n00:00:00,320 --> 00:00:02,020\n")
    assert read("jobs/j1/transcript.vtt").startswith("WEBVTT\n\n00:00:00.320 --> ")
    job = job_table.find("j1")
    assert job
    assert (job.state, job.language, job.duration, job.channels) == ("completed", "en", 2.4, 1)
    assert (job.model, job.model_seconds, job.transcript) == ("base", 0.38, "jobs/j1/transcript.json")
    assert job.completed
    assert not list(s3.keys("transcripts", "uploads/"))

    announce({"job_id": "j1"}, context)
    (event,) = caught()
    assert event["detail-type"] == "Transcription Completed"
    assert event["detail"]["transcript"] == {"bucket": "transcripts", "key": "jobs/j1/transcript.json"}


def test_an_uploads_answer_lies_beside_its_whole_name(context: Any) -> None:
    transcribed(Source(SourceKind.UPLOAD, S3Object("uploads", "a b/ü+%.mp3")))
    assemble({"job_id": "j1"}, context)
    answer = json.loads(read("uploads/a b/ü+%.mp3.json"))
    assert answer["results"]["channels"][0]["alternatives"][0]["transcript"] == "Audio arrives by two doors."
    assert answer["metadata"]["request_id"] == "j1"
    for side in ("srt", "vtt", "txt"):
        assert read(f"uploads/a b/ü+%.mp3.{side}") == read(f"jobs/j1/transcript.{side}")


def test_an_upload_whose_name_is_as_long_as_s3_allows_is_kept_by_its_id(context: Any) -> None:
    transcribed(Source(SourceKind.UPLOAD, S3Object("uploads", "x" * 1020 + ".mp3")))
    assemble({"job_id": "j1"}, context)
    assert job_table.find("j1").state == "completed"  # type: ignore[union-attr]
    assert not list(s3.keys("transcripts", "uploads/"))


def test_assembling_twice_changes_nothing(context: Any) -> None:
    transcribed(Source(SourceKind.BODY))
    assemble({"job_id": "j1"}, context)
    first = (job_table.find("j1"), read("jobs/j1/transcript.json"))
    assert assemble({"job_id": "j1"}, context) == {"job_id": "j1"}
    assert (job_table.find("j1"), read("jobs/j1/transcript.json")) == first


def test_a_job_cancelled_before_the_end_stays_cancelled_and_silent(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY))
    job_table.cancel("j1")
    assemble({"job_id": "j1"}, context)
    announce({"job_id": "j1"}, context)
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert caught() == []
    assert not list(s3.keys("transcripts", "jobs/"))


def test_a_shard_without_result_is_an_error_of_ours(context: Any) -> None:
    job = transcribed(Source(SourceKind.BODY))
    job_table.update(job.id, shards=2)
    with pytest.raises(ValueError, match="2 shards"):
        assemble({"job_id": "j1"}, context)


def failed(given: dict[str, Any], context: Any, execution: str = "arn:1", **error: str) -> dict[str, Any]:
    return fail({"input": given, "execution": execution, "error": error}, context)


def test_a_failed_job_says_why_in_its_row_and_on_the_bus(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.URL, url="https://example.com/a"))
    cause = json.dumps({"errorType": "ApiError", "errorMessage": str(remote_content_error("Nothing there."))})
    failed({"job_id": "j1"}, context, Error="ApiError", Cause=cause)
    job = job_table.find("j1")
    assert job
    assert job.failure
    assert (job.state, job.failure.err_code, job.failure.err_msg) == (
        "failed",
        "REMOTE_CONTENT_ERROR",
        "Nothing there.",
    )
    (event,) = caught()
    assert event["detail-type"] == "Transcription Failed"
    assert event["detail"]["error"] == {"err_code": "REMOTE_CONTENT_ERROR", "err_msg": "Nothing there."}


def test_a_workers_error_becomes_the_callers(context: Any) -> None:
    transcribed(Source(SourceKind.BODY))
    failed({"job_id": "j1"}, context, Error=ShardError.NOT_AUDIO, Cause="No decoder opens it.")
    assert "No decoder opens it." in job_table.find("j1").failure.err_msg  # type: ignore[union-attr]


def test_an_upload_that_never_got_a_row_gets_a_failed_one(context: Any, caught: Caught) -> None:
    step = sample("step-failed")
    answer = fail(step, context)
    job = job_table.find(Upload.from_event(step["input"]["upload"]).job_id)
    assert job
    assert (job.id, job.state, job.source.audio.key) == (answer["job_id"], "failed", "podcasts/ep 1.mp3")  # type: ignore[union-attr]
    assert len(caught()) == 1


def test_failing_twice_is_failing_once_and_telling_again(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY))
    failed({"job_id": "j1"}, context, Error="States.Timeout")
    first = job_table.find("j1")
    failed({"job_id": "j1"}, context, Error="Audio.Empty", Cause="x")
    assert job_table.find("j1") == first
    assert len(caught()) == 2


def test_one_execution_does_not_fail_the_job_of_another(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY))
    assert failed({"job_id": "j1"}, context, "arn:2", Error="X")["job_id"] is None
    assert job_table.find("j1").state == "processing"  # type: ignore[union-attr]
    job_table.cancel("j1")
    assert failed({"job_id": "j1"}, context, Error="X")["job_id"] is None
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert caught() == []


def test_dead_letters_answer_their_tasks(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(step_functions, "fail_task", lambda *answer: told.append(answer) is None)
    letters = sample("dead-letters")
    letters["Records"].insert(0, {"messageId": "odd", "body": "not a shard"})
    reap(letters, context)
    ((token, error, cause),) = told
    assert token == ShardMessage.from_json(sample("dead-letters")["Records"][0]["body"]).task_token
    assert error == "Worker.GaveUp"
    assert "shard 1 of 1" in cause


def test_a_task_nobody_waits_for_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(code: str) -> None:
        def answer(**_: str) -> None:
            raise ClientError({"Error": {"Code": code}}, "SendTaskFailure")

        monkeypatch.setattr(clients.client("stepfunctions"), "send_task_failure", answer)

    for over in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
        refuses(over)
        assert step_functions.fail_task("token", "Worker.GaveUp", "x") is False
    refuses("ThrottlingException")
    with pytest.raises(ClientError):
        step_functions.fail_task("token", "Worker.GaveUp", "x")


def test_an_execution_that_was_stopped_fails_its_job_whose_input_comes_as_text(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY))
    stopped = {"input": '{"job_id": "j1"}', "execution": "arn:1", "error": {"Error": STOPPED, "Cause": "ABORTED"}}
    fail(stopped, context)
    job = job_table.find("j1")
    assert job
    assert job.failure
    assert (job.state, job.failure.status) == ("failed", 500)
    assert "stopped" in job.failure.err_msg
    assert len(caught()) == 1


def test_a_cancelled_job_stays_so_when_its_execution_stops(context: Any, caught: Caught) -> None:
    transcribed(Source(SourceKind.BODY))
    job_table.cancel("j1")
    fail({"input": '{"job_id": "j1"}', "execution": "arn:1", "error": {"Error": STOPPED}}, context)
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert caught() == []
