"""Jobs cancelled and deleted."""

from __future__ import annotations

import json
import time

import pytest

from earshot_contract.documents.job_events import TranscriptionCancelled
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import STORED_FORMATS, body_key, transcript_key, upload_result_key, upload_result_keys
from functions.aws import s3, step_functions
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.errors import internal_error
from functions.handlers.api.routes.job_routes import REPEATED_SECONDS
from functions.jobs.job import Job, Source, SourceKind
from functions.settings import settings

AUDIO = b"\x00\x01audio"


def posted(api, tag: str) -> str:
    return api.post(f"/listen?tag={tag}", AUDIO).json["request_id"]


def test_delete_cancels_running_job_and_sends_event(api, monkeypatch):
    announced = []
    monkeypatch.setattr("functions.aws.event_bus.announce", announced.append)
    job_id = posted(api, "a")
    states = client("stepfunctions")
    execution = states.list_executions(stateMachineArn=settings().job_machine_arn)["executions"][0]["executionArn"]
    job_table.claim(job_table.find(job_id), execution)

    answer = api("DELETE", f"/requests/{job_id}")

    assert (answer.status, answer.json["state"]) == (200, "cancelled")
    assert job_table.find(job_id).state is JobState.CANCELLED
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"
    (detail,) = announced
    assert isinstance(detail, TranscriptionCancelled)
    assert detail.job_id == job_id
    assert api.get(f"/requests/{job_id}/result").status == 410


def test_repeated_delete_keeps_what_the_first_cancelled(api, monkeypatch):
    """A client that got no answer sends the same request again: the job, its audio and its retry are still there."""
    job_id = posted(api, "a")
    first = api("DELETE", f"/requests/{job_id}")

    again = api("DELETE", f"/requests/{job_id}")
    kept = s3.get(S3Object("transcripts", body_key(job_id)))
    late = time.time() + REPEATED_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: late)
    later = api("DELETE", f"/requests/{job_id}")

    assert (again.status, again.json) == (200, first.json)
    assert kept is not None
    assert (later.json["state"], api.get(f"/requests/{job_id}").status) == ("forgotten", 404)


@pytest.mark.parametrize("ends", ["before", "meanwhile"])
def test_action_cancel_leaves_a_completed_job(api, complete, monkeypatch, ends):
    job_id = posted(api, "a")
    if ends == "before":
        complete(job_id, "Words.")
    else:
        cancel = job_table.cancel
        monkeypatch.setattr(job_table, "cancel", lambda each: (complete(each, "Words."), cancel(each))[1])

    answer = api("DELETE", f"/requests/{job_id}?action=cancel")

    assert (answer.status, answer.json["state"]) == (200, "completed")
    assert api.get(f"/requests/{job_id}/result").status == 200


@pytest.mark.parametrize("state", ["running", "just cancelled"])
def test_action_delete_leaves_nothing(api, state):
    job_id = posted(api, "a")
    if state == "just cancelled":
        api("DELETE", f"/requests/{job_id}?action=cancel")

    answer = api("DELETE", f"/requests/{job_id}?action=Delete")

    assert answer.json == {"request_id": job_id, "state": "forgotten"}
    assert api.get(f"/requests/{job_id}").status == 404
    assert s3.get(S3Object("transcripts", body_key(job_id))) is None


def test_delete_ends_a_retry_that_begins_meanwhile(api, monkeypatch):
    job_id = posted(api, "a")
    job_table.fail(job_id, internal_error().failure)
    delete, retried = job_table.delete_job, []

    def delete_late(each):
        if not retried:
            second = step_functions.execution_arn(settings().job_machine_arn, "retry")
            retried.append(job_table.retry(job_table.find(each), second))
        return delete(each)

    monkeypatch.setattr(job_table, "delete_job", delete_late)

    assert api("DELETE", f"/requests/{job_id}?action=delete").json["state"] == "forgotten"
    assert retried
    assert api.get(f"/requests/{job_id}").status == 404


def test_unknown_action_deletes_nothing(api):
    job_id = posted(api, "a")

    assert api("DELETE", f"/requests/{job_id}?action=stop").json["err_code"] == "INVALID_QUERY_PARAMETER"
    assert api.get(f"/requests/{job_id}").json["state"] == "queued"


def test_delete_removes_ended_job_and_its_objects(api, complete):
    job_id = posted(api, "a")
    complete(job_id, "Words.")

    answer = api("DELETE", f"/requests/{job_id}")

    assert answer.status == 200
    assert api.get(f"/requests/{job_id}").status == 404
    assert api.get(f"/requests/{job_id}/result").status == 404
    deleted_keys = [transcript_key(job_id, form) for form in STORED_FORMATS] + [body_key(job_id)]
    assert all(s3.get(S3Object("transcripts", key)) is None for key in deleted_keys)


@pytest.mark.parametrize("latest", ["its own", "a later upload's"])
def test_delete_removes_upload_results_of_own_job_only(api, latest):
    source = Source(SourceKind.UPLOAD, S3Object("uploads", "talks/one.mp3"))
    job_table.add(Job("j1", source, "", state=JobState.COMPLETED))
    answer = json.dumps({"metadata": {"request_id": "j1" if latest == "its own" else "j2"}})
    stored = [S3Object("transcripts", upload_result_key("talks/one.mp3", form)) for form in STORED_FORMATS]
    for key in stored:
        s3.put(key, answer.encode(), "application/json")

    assert api("DELETE", "/requests/j1").status == 200

    assert all((s3.get(key) is None) == (latest == "its own") for key in stored)


@pytest.mark.parametrize("latest", ["j1", "j2"])
def test_delete_removes_results_of_long_key_by_their_metadata(api, latest):
    """Earlier versions stored no JSON for a key of 1,012 bytes, so no JSON said whose the other files are."""
    upload_key = "x" * 1012
    job_table.add(Job("j1", Source(SourceKind.UPLOAD, S3Object("uploads", upload_key)), "", state=JobState.COMPLETED))
    stored = [S3Object("transcripts", key) for key in upload_result_keys(upload_key)]
    for key in stored:
        s3.put(key, b"words", "text/plain", {"job": latest})

    assert api("DELETE", "/requests/j1").status == 200

    assert all((s3.get(key) is None) == (latest == "j1") for key in stored)


def test_cancelled_upload_leaves_no_results_of_an_earlier_one(api):
    job_table.add(Job("j2", Source(SourceKind.UPLOAD, S3Object("uploads", "talks/one.mp3")), ""))
    stored = [S3Object("transcripts", key) for key in upload_result_keys("talks/one.mp3")]
    for key in stored:
        s3.put(key, b"words of other bytes", "text/plain", {"job": "j1"})

    assert api("DELETE", "/requests/j2").json["state"] == "cancelled"

    assert [key for key in stored if s3.get(key) is not None] == []
