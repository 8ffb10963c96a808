"""POST /v1/requests/{id}/retry: a failed job anew, its history kept."""

from __future__ import annotations

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import shard_result_key
from functions.aws import s3
from functions.aws.table import job_table
from functions.errors import Failure, bad_audio
from functions.jobs import job_events
from functions.jobs.job import Job, Source, SourceKind, timestamp

AUDIO = b"\x00\x01audio"


@pytest.fixture
def failed(api) -> str:
    job_id = api.post("/listen?tag=x&name=ep1.mp3", AUDIO).json["request_id"]
    job_table.claim_existing(job_id, "arn:first")
    job_table.update(job_id, state=JobState.PROCESSING, started=timestamp(), shards=3)
    job_table.fail(job_id, bad_audio("first").failure)
    s3.put(S3Object("transcripts", shard_result_key(job_id, 2)), b"{}", "application/json")
    return job_id


def retry(api, job_id: str):
    return api("POST", f"/requests/{job_id}/retry")


def test_retried_job_is_queued_with_its_history(api, failed, executions):
    answer = retry(api, failed)

    assert (answer.status, answer.json["state"], answer.json["request_id"]) == (200, "queued", failed)
    assert not {"error", "completed", "shards"} & answer.json.keys()
    (run,) = answer.json["history"]
    assert run["state"] == "failed"
    assert "first" in run["error"]["err_msg"]
    assert {"started", "completed"} <= run.keys()
    assert sorted(executions()) == [failed, f"{failed}-2"]
    assert len(list(s3.keys("transcripts", f"work/{failed}/shards/"))) == 1  # Prepare knows whether it still holds
    job = job_table.find(failed)
    assert job.name == "ep1.mp3"
    assert job_events.detail(job, "transcripts").attempt == 2


def test_each_retry_is_another_execution(api, failed, executions):
    for _ in range(2):
        retry(api, failed)
        job_table.fail(failed, bad_audio("again").failure)

    assert retry(api, failed).status == 200
    assert len(executions()) == 4
    assert len(api.get(f"/requests/{failed}").json["history"]) == 3


def test_late_news_of_the_first_run_do_not_fail_the_second(api, failed):
    retry(api, failed)
    execution = job_table.find(failed).execution

    assert job_table.fail(failed, Failure("X", "late"), "arn:first") is None
    assert job_table.claim_existing(failed, "arn:first") is None
    assert job_table.claim_existing(failed, execution).state is JobState.QUEUED


def test_cancelled_job_can_be_retried(api, executions):
    job_id = api.post("/listen", AUDIO).json["request_id"]
    api("DELETE", f"/requests/{job_id}")

    assert retry(api, job_id).json["history"][0]["state"] == "cancelled"
    assert f"{job_id}-2" in executions()


@pytest.mark.parametrize("state", ["queued", "completed"])
def test_job_that_has_not_failed_is_refused(api, complete, executions, state):
    job_id = api.post("/listen", AUDIO).json["request_id"]
    if state == "completed":
        complete(job_id, "Words.")

    answer = retry(api, job_id)

    assert (answer.status, answer.json["err_code"]) == (400, "Bad Request")
    assert f"is {state}" in answer.json["err_msg"]
    assert executions() == [job_id]


def test_interrupted_retry_is_completed_by_another(api, failed, executions, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", lambda *_: "arn")
        retry(api, failed)
    assert executions() == [failed]

    assert retry(api, failed).status == 200
    assert sorted(executions()) == [failed, f"{failed}-2"]
    assert len(job_table.find(failed).history) == 1


def test_retry_that_another_caller_wins_removes_nothing(api, failed, monkeypatch, executions):
    monkeypatch.setattr("functions.handlers.api.routes.retry_route.job_table.retry", lambda *_: None)

    assert retry(api, failed).status == 503
    assert executions() == [failed]
    assert s3.get(S3Object("transcripts", shard_result_key(failed, 2))) is not None


def test_failed_start_leaves_a_failed_job(api, failed, monkeypatch):
    def denied(*_):
        raise RuntimeError("denied")

    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", denied)
        assert retry(api, failed).status == 500

    assert job_table.find(failed).state is JobState.FAILED
    assert retry(api, failed).status == 200


def test_retry_without_its_audio_returns_410(api, failed, executions):
    s3.remove("transcripts", [job_table.find(failed).source.audio.key])

    answer = retry(api, failed)

    assert (answer.status, answer.json["err_code"]) == (410, "AUDIO_GONE")
    assert job_table.find(failed).state is JobState.FAILED
    assert executions() == [failed]


def test_job_of_a_url_needs_no_stored_audio(api, executions):
    source = Source(SourceKind.URL, S3Object("transcripts", "work/j1/audio"), "https://example.org/a.mp3")
    job_table.add(Job("j1", source, "", state=JobState.FAILED, completed=timestamp()))

    assert retry(api, "j1").status == 200
    assert executions() == ["j1-2"]
