"""POST /v1/listen as clients call it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from earshot_contract.shards import S3Object
from functions.aws import job_table, s3
from functions.errors import bad_audio
from functions.jobs.job import SourceKind, State

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


def test_audio_that_takes_long_is_answered_with_a_303_that_says_what_to_do(api, executions):
    answer = api.post("/listen?model=whisper", AUDIO)

    assert answer.status == 303
    job_id = answer.json["request_id"]
    assert answer.headers["location"].startswith(f"/v1/requests/{job_id}/result?wait=")
    assert answer.headers["dg-request-id"] == job_id
    assert f"/v1/requests/{job_id}/result" in answer.json["message"]
    assert executions() == [job_id]


def test_the_audio_of_a_body_is_kept_byte_for_byte_where_the_job_looks_for_it(api):
    job = job_table.find(api.post("/listen", AUDIO, Content_Type="deepgram/audio+video").json["request_id"])

    assert job.state is State.QUEUED
    assert job.source.kind is SourceKind.BODY
    assert job.source.size == len(AUDIO)
    assert s3.get(job.source.audio) == AUDIO


def test_audio_under_a_content_type_of_json_is_still_audio(api):
    """A gateway fills that in where a client said nothing."""
    answer = api.post("/listen", AUDIO, Content_Type="application/json")

    assert job_table.find(answer.json["request_id"]).source.kind is SourceKind.BODY


def test_options_keep_their_repeated_keys_spaces_and_case(api):
    answer = api.post("/listen?tag=a&tag=b+c&Extra=k%3Av&unknown=1", AUDIO)

    assert job_table.find(answer.json["request_id"]).options == "tag=a&tag=b+c&Extra=k%3Av&unknown=1"


def test_the_answer_comes_in_the_same_request_when_the_job_is_done(api, complete):
    job_id = api.post("/listen?punctuate=true", AUDIO).json["request_id"]
    complete(job_id, "Hello,", "world.")

    answer = api.post("/listen?punctuate=true", AUDIO)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["metadata"]["request_id"] == job_id
    assert answer.json["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hello, world."


def test_the_same_request_again_is_the_same_job(api, executions, complete):
    first = api.post("/listen?tag=x", AUDIO)
    again = api.post("/listen?tag=x", AUDIO)
    complete(first.json["request_id"], "Yes.")
    after = api.post("/listen?tag=x", AUDIO)

    assert first.json["request_id"] == again.json["request_id"] == after.json["metadata"]["request_id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == after.headers["idempotent-replayed"] == "true"
    assert len(executions()) == 1


@pytest.mark.parametrize("other", [("/listen?tag=y", AUDIO), ("/listen?tag=x", AUDIO + b"!")])
def test_another_query_or_other_audio_is_another_job(api, other):
    first = api.post("/listen?tag=x", AUDIO)

    assert api.post(*other).json["request_id"] != first.json["request_id"]


@pytest.mark.parametrize("end", [job_table.cancel, lambda job_id: job_table.fail(job_id, bad_audio("no").failure)])
def test_a_retry_after_a_failure_starts_anew(api, executions, end):
    first = api.post("/listen", AUDIO).json["request_id"]
    end(first)

    second = api.post("/listen", AUDIO).json["request_id"]

    assert second != first
    assert len(executions()) == 2


def test_a_retry_long_after_the_answer_starts_anew(api, complete, monkeypatch):
    first = api.post("/listen", AUDIO).json["request_id"]
    complete(first, "Old.")
    monkeypatch.setattr("functions.handlers.api.submission.REPLAY_SECONDS", 0)

    assert api.post("/listen", AUDIO).json["request_id"] != first


def test_a_request_that_broke_off_before_its_job_started_is_healed_by_its_retry(api, executions, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.submission.step_functions.start", lambda *_: "arn")
        first = api.post("/listen", AUDIO).json["request_id"]
    assert executions() == []

    again = api.post("/listen", AUDIO).json["request_id"]

    assert again == first
    assert executions() == [first]


def test_a_throttled_start_is_a_503_worth_retrying_and_the_retry_a_new_job(api, monkeypatch, executions):
    def throttled(*_):
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")

    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.submission.step_functions.start", throttled)
        refused = api.post("/listen", AUDIO)

    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    assert api.post("/listen", AUDIO).status == 303
    assert len(executions()) == 1


def test_a_throttled_table_is_a_503_too(api, monkeypatch):
    def throttled(*_):
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

    monkeypatch.setattr("functions.handlers.api.submission.idempotency.claim", throttled)

    refused = api.post("/listen", AUDIO)

    assert (refused.status, refused.json["err_code"]) == (503, "Service Unavailable")


def test_a_start_that_is_not_allowed_is_our_fault_and_no_retry_helps(api, monkeypatch):
    def denied(*_):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "StartExecution")

    monkeypatch.setattr("functions.handlers.api.submission.step_functions.start", denied)

    refused = api.post("/listen", AUDIO)

    assert (refused.status, refused.json["err_code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "retry-after" not in refused.headers
    assert api.get("/requests").json["requests"][0]["state"] == "failed"


def test_a_request_whose_job_was_forgotten_starts_anew_without_waiting_for_it(api, complete, monkeypatch):
    first = api.post("/listen", AUDIO).json["request_id"]
    complete(first, "Gone.")
    api("DELETE", f"/requests/{first}")
    monkeypatch.setattr("functions.handlers.api.submission.ARRIVAL_SECONDS", 0)
    monkeypatch.setattr("functions.handlers.api.submission.time.sleep", lambda _: pytest.fail("It waited."))

    assert api.post("/listen", AUDIO, Prefer="wait=0").json["request_id"] != first


def test_a_request_that_comes_while_its_twin_is_still_being_written_joins_it(api, monkeypatch):
    twin = api.post("/listen", AUDIO).json["request_id"]
    really, blind = job_table.find, [None, None]
    monkeypatch.setattr(
        "functions.handlers.api.submission.job_table.find", lambda job_id: blind.pop() if blind else really(job_id)
    )

    assert api.post("/listen", AUDIO).json["request_id"] == twin
    assert not blind


def test_a_caller_who_will_not_wait_is_answered_at_once(api, monkeypatch):
    monkeypatch.setattr("functions.handlers.api.submission.time.sleep", lambda _: pytest.fail("It waited."))

    assert api.post("/listen", AUDIO, Prefer="wait=0").status == 303


def test_a_url_is_a_job_that_is_fetched_later(api):
    job = job_table.find(api.post("/listen", {"url": "https://example.org/a.mp3?x=1"}).json["request_id"])

    assert job.source.kind is SourceKind.URL
    assert job.source.url == "https://example.org/a.mp3?x=1"
    assert job.source.audio is None


def test_an_object_of_our_own_buckets_is_named_by_an_s3_url(api):
    key = "pod casts/ep+1 ü.mp3"
    job = job_table.find(api.post("/listen", {"url": f"s3://uploads/{key}"}).json["request_id"])

    assert job.source.kind is SourceKind.OBJECT
    assert job.source.audio == S3Object("uploads", key)


@pytest.mark.parametrize(
    "url",
    ["s3://someone-elses/a.mp3", "s3://uploads", "s3://transcripts/jobs/1/transcript.json", "s3://models/base/x"],
)
def test_objects_of_anything_else_are_refused(api, executions, url):
    answer = api.post("/listen", {"url": url})

    assert (answer.status, answer.json["err_code"]) == (400, "REMOTE_CONTENT_ERROR")
    assert executions() == []


@pytest.mark.parametrize("url", ["", "not a url", "file:///etc/passwd", "gopher://x", "http://", "https:///a"])
def test_a_url_that_cannot_be_one_is_refused_at_once(api, executions, url):
    answer = api.post("/listen", {"url": url})

    assert answer.status == 400
    assert executions() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"{}", b'{"url": 7}', b'{"url": null}', b"not json"])
def test_json_that_names_no_url_is_refused_in_deepgrams_words(api, body):
    answer = api.post("/listen", body, content_type="application/json; charset=utf-8")

    assert answer.status == 400
    assert answer.json["err_code"] == "Bad Request"
    assert answer.json["err_msg"].startswith(
        "Content-type was application/json, but we could not process the JSON payload."
    )


@pytest.mark.parametrize("headers", [{}, {"Content_Type": "application/json"}, {"Content_Type": "audio/wav"}])
def test_an_empty_body_is_refused(api, executions, headers):
    answer = api.post("/listen", None, **headers)

    assert answer.status == 400
    assert executions() == []


def test_a_failed_job_is_the_callers_failure_with_its_own_status(api):
    job_id = api.post("/listen", AUDIO).json["request_id"]
    job_table.fail(job_id, bad_audio("corrupt or unsupported data").failure)

    answer = api.get(f"/requests/{job_id}/result?wait=25")

    assert answer.status == 400
    assert answer.json == {
        "err_code": "Bad Request",
        "err_msg": "Bad Request: failed to process audio: corrupt or unsupported data",
        "request_id": job_id,
    }
    assert answer.headers["dg-error"] == answer.json["err_msg"]


def test_a_model_that_is_not_held_is_refused_with_those_that_are(api, executions):
    answer = api.post("/listen?model=nova-3", AUDIO)

    assert answer.status == 400
    assert "whisper-base, whisper-tiny.en" in answer.json["err_msg"]
    assert executions() == []


def test_a_body_that_is_not_the_base64_it_claims_to_be_is_the_callers_fault(api):
    from functions.handlers.api.handler import handler

    event = {"resource": "/listen", "httpMethod": "POST", "body": "%%%", "isBase64Encoded": True}

    assert handler(event, context())["statusCode"] == 400


def test_a_route_that_does_not_exist_is_a_404_in_shape(api):
    answer = api.post("/speak", AUDIO)

    assert answer.status == 404
    assert set(answer.json) == {"err_code", "err_msg", "request_id"}


def test_a_mistake_of_ours_is_a_500_that_tells_nothing(api, monkeypatch):
    monkeypatch.setattr("functions.handlers.api.submission.idempotency.claim", lambda *_: 1 / 0)

    answer = api.post("/listen", AUDIO)

    assert answer.status == 500
    assert "division" not in json.dumps(answer.json)


def context():
    from types import SimpleNamespace

    return SimpleNamespace(function_name="x", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="i")
