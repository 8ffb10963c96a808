"""POST /v1/listen sent again: the same request is the same job, as long as it can be."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.clients import client
from functions.aws.table import job_table
from functions.errors import bad_audio

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


def test_identical_request_returns_same_job(api, executions, complete):
    first = api.post("/listen?tag=x", AUDIO)
    again = api.post("/listen?tag=x", AUDIO)
    complete(first.json["request_id"], "Yes.")
    after = api.post("/listen?tag=x", AUDIO)

    assert first.json["request_id"] == again.json["request_id"] == after.json["metadata"]["request_id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == after.headers["idempotent-replayed"] == "true"
    assert len(executions()) == 1


@pytest.mark.parametrize("other", [("/listen?tag=y", AUDIO), ("/listen?tag=x", AUDIO + b"!")])
def test_different_query_or_audio_is_another_job(api, other):
    first = api.post("/listen?tag=x", AUDIO)

    assert api.post(*other).json["request_id"] != first.json["request_id"]


@pytest.mark.parametrize("end", [job_table.cancel, lambda job_id: job_table.fail(job_id, bad_audio("no").failure)])
def test_retry_after_failure_makes_new_job(api, executions, end):
    first = api.post("/listen", AUDIO).json["request_id"]
    end(first)

    second = api.post("/listen", AUDIO).json["request_id"]

    assert second != first
    assert len(executions()) == 2


def test_retry_after_replay_time_makes_new_job(api, complete, monkeypatch):
    first = api.post("/listen", AUDIO).json["request_id"]
    complete(first, "Old.")
    monkeypatch.setattr("functions.handlers.api.submit_job.REPLAY_SECONDS", 0)

    assert api.post("/listen", AUDIO).json["request_id"] != first


def test_url_is_the_same_job_only_while_it_runs(api, complete):
    """The content of a URL may change, and a user sends the same request again to transcribe the new content."""
    source = {"url": "https://example.com/a.mp3"}
    first = api.post("/listen", source).json["request_id"]
    assert api.post("/listen", source).json["request_id"] == first
    complete(first, "Old.")

    assert api.post("/listen", source).json["request_id"] != first


@pytest.mark.parametrize("bucket", ["uploads", "transcripts"], ids=["versioned", "unversioned"])
def test_overwritten_object_is_another_job(api, complete, bucket):
    storage = client("s3")
    if bucket == "uploads":
        storage.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    source = {"url": f"s3://{bucket}/work/a.flac"}
    first_version = storage.put_object(Bucket=bucket, Key="work/a.flac", Body=b"one").get("VersionId")
    first = api.post("/listen", source).json["request_id"]
    complete(first, "Old.")
    assert api.post("/listen", source).json["metadata"]["request_id"] == first, "the same bytes"
    storage.put_object(Bucket=bucket, Key="work/a.flac", Body=b"two")

    assert api.post("/listen", source).json["request_id"] != first
    assert job_table.find(first).source.audio.version == first_version


def test_retry_starts_execution_of_interrupted_request(api, executions, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", lambda *_: "arn")
        first = api.post("/listen", AUDIO).json["request_id"]
    assert executions() == []

    again = api.post("/listen", AUDIO).json["request_id"]

    assert again == first
    assert executions() == [first]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution"),
        EndpointConnectionError(endpoint_url="https://states"),
    ],
)
def test_throttled_start_keeps_the_job_for_a_repeat(api, monkeypatch, executions, error):
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", Mock(side_effect=error))
        answer = api.post("/listen", AUDIO)
    job_id = answer.json["request_id"]
    assert (answer.status, executions()) == (303, [])
    assert api.get(f"/requests/{job_id}").json["state"] == "queued"

    assert api.post("/listen", AUDIO).json["request_id"] == job_id
    assert executions() == [job_id]


def test_who_waits_for_a_late_job_starts_it_again(api, monkeypatch, executions):
    throttled = Mock(side_effect=ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution"))
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", throttled)
        job_id = api.post("/listen", AUDIO).json["request_id"]
    api.get(f"/requests/{job_id}/result")
    assert executions() == [], "its own request may still be about to start it"
    monkeypatch.setattr("functions.handlers.api.start_job.LATE_SECONDS", 0.0)

    assert api.get(f"/requests/{job_id}/result").status == 303
    assert executions() == [job_id]
    job_table.claim_existing(job_id, "an execution of the sweep's")
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.start_job.step_functions.start", Mock(side_effect=AssertionError))
        assert api.get(f"/requests/{job_id}/result").status == 303


def test_throttled_table_returns_503(api, monkeypatch):
    def throttled(*_):
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

    monkeypatch.setattr("functions.handlers.api.submit_job.idempotency.claim", throttled)

    answer = api.post("/listen", AUDIO)

    assert (answer.status, answer.json["err_code"]) == (503, "Service Unavailable")


def test_denied_start_returns_500(api, monkeypatch):
    def denied(*_):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "StartExecution")

    monkeypatch.setattr("functions.handlers.api.start_job.step_functions.start", denied)

    answer = api.post("/listen", AUDIO)

    assert (answer.status, answer.json["err_code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "retry-after" not in answer.headers
    assert api.get("/requests").json["requests"][0]["state"] == "failed"


def test_retry_of_deleted_job_makes_new_job_at_once(api, complete, monkeypatch):
    first = api.post("/listen", AUDIO).json["request_id"]
    complete(first, "Gone.")
    api("DELETE", f"/requests/{first}")
    monkeypatch.setattr("functions.handlers.api.submit_job.ARRIVAL_SECONDS", 0)
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("It waited."))

    assert api.post("/listen", AUDIO, Prefer="wait=0").json["request_id"] != first


def test_duplicate_request_during_submission_joins_first_job(api, monkeypatch):
    first = api.post("/listen", AUDIO).json["request_id"]
    really, blind = job_table.find, [None, None]
    monkeypatch.setattr(
        "functions.handlers.api.submit_job.job_table.find", lambda job_id: blind.pop() if blind else really(job_id)
    )

    assert api.post("/listen", AUDIO).json["request_id"] == first
    assert not blind
