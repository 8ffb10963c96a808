"""POST /v1/listen: audio and URLs that are accepted."""

from __future__ import annotations

import json

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from functions.aws import s3
from functions.aws.table import job_table
from functions.errors import bad_audio
from functions.jobs.job import SourceKind

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


def test_listen_redirects_when_job_takes_longer(api, executions):
    answer = api.post("/listen?model=whisper", AUDIO)

    assert answer.status == 303
    job_id = answer.json["request_id"]
    assert answer.headers["location"].startswith(f"/v1/requests/{job_id}/result?wait=")
    assert answer.headers["dg-request-id"] == job_id
    assert f"/v1/requests/{job_id}/result" in answer.json["message"]
    assert executions() == [job_id]


@pytest.mark.parametrize("prefer", ["respond-async", "wait=10, Respond-Async"])
def test_listen_answers_at_once_when_that_is_preferred(api, prefer):
    answer = api.post("/listen", AUDIO, Prefer=prefer)

    assert answer.status == 202
    job_id = answer.json["request_id"]
    assert answer.headers["location"] == f"/v1/requests/{job_id}"
    assert answer.headers["preference-applied"] == "respond-async"
    assert job_table.find(job_id).state is JobState.QUEUED


def test_listen_stores_body_unchanged(api):
    job = job_table.find(api.post("/listen", AUDIO, Content_Type="deepgram/audio+video").json["request_id"])

    assert job.state is JobState.QUEUED
    assert job.source.kind is SourceKind.BODY
    assert job.source.size == len(AUDIO)
    assert s3.get(job.source.audio) == AUDIO


def test_binary_body_with_json_content_type_is_audio(api):
    """A gateway fills that in where a client said nothing."""
    answer = api.post("/listen", AUDIO, Content_Type="application/json")

    assert job_table.find(answer.json["request_id"]).source.kind is SourceKind.BODY


def test_job_options_keep_repeated_keys_spaces_and_case(api):
    answer = api.post("/listen?tag=a&tag=b+c&Extra=k%3Av&unknown=1", AUDIO)

    assert job_table.find(answer.json["request_id"]).options == "tag=a&tag=b+c&Extra=k%3Av&unknown=1"


def test_listen_answers_with_transcript_of_completed_job(api, complete):
    job_id = api.post("/listen?punctuate=true", AUDIO).json["request_id"]
    complete(job_id, "Hello,", "world.")

    answer = api.post("/listen?punctuate=true", AUDIO)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["metadata"]["request_id"] == job_id
    assert answer.json["results"]["channels"][0]["alternatives"][0]["transcript"] == "Hello, world."


def test_prefer_wait_zero_answers_at_once(api, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("It waited."))

    assert api.post("/listen", AUDIO, Prefer="wait=0").status == 303


def test_url_is_stored_as_source_for_prepare(api):
    job = job_table.find(api.post("/listen", {"url": "https://example.org/a.mp3?x=1"}).json["request_id"])

    assert job.source.kind is SourceKind.URL
    assert job.source.url == "https://example.org/a.mp3?x=1"
    assert job.source.audio is None


def test_s3_url_of_own_bucket_is_accepted(api):
    key = "pod casts/ep+1 ü.mp3"
    job = job_table.find(api.post("/listen", {"url": f"s3://uploads/{key}"}).json["request_id"])

    assert job.source.kind is SourceKind.OBJECT
    assert job.source.audio == S3Object("uploads", key)


def test_result_of_failed_job_returns_its_error(api):
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_json_with_byte_order_mark_is_read(api, encoding):
    text = '{"url": "https://example.org/a.mp3"}'
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    answer = api.post("/listen", (mark + text).encode(encoding), Content_Type="application/json; charset=utf-8")

    assert job_table.find(answer.json["request_id"]).source.url == "https://example.org/a.mp3"


def test_audio_of_curl_data_binary_is_taken(api):
    headers = {"Content_Type": "application/x-www-form-urlencoded"}

    assert api.post("/listen", AUDIO * 300, **headers).status == 303
    assert api.post("/listen?encoding=mulaw", b"{" + b"x" * 5000, **headers).status == 303


QUIET = bytes([0x7B, 0xFB, 0x7C, 0xFF, 0x7E]) * 1000


@pytest.mark.parametrize(
    ("query", "samples"),
    [
        ("encoding=mulaw", QUIET),  # begins with a brace
        ("encoding=linear16&sample_rate=8000", b"{\x00\xfe\xff" * 1000),
        ("encoding=mulaw", b"\x7e" * 5000),
        ("encoding=mulaw", b"\x7d\x7e" * 2500 + b"\xfd\x2a" * 500),
    ],
)
def test_headerless_audio_with_the_gateways_type_is_taken(api, query, samples):
    made = api.post(f"/listen?{query}", samples, Content_Type="application/json")

    assert s3.get(job_table.find(made.json["request_id"]).source.audio) == samples


@pytest.mark.parametrize("body", [b'{"url": "https://example.org/a.raw"}', b'{"url": "https://example.org/\xc3\xbc"}'])
def test_address_of_headerless_audio_is_read(api, body):
    made = api.post("/listen?encoding=mulaw", body, Content_Type="application/json")

    assert job_table.find(made.json["request_id"]).source.url == json.loads(body)["url"]


@pytest.mark.parametrize("body", [b"{}", b'{"file": "a.raw"}', b"'{url: https://example.org/a.raw}'"])
def test_json_without_address_of_headerless_audio_is_refused(api, body):
    assert api.post("/listen?encoding=mulaw", body, Content_Type="application/json").status == 400
