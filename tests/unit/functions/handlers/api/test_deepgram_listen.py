"""POST /v1/listen as clients call it."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from earshot_contract.job_state import JobState
from earshot_contract.shards import S3Object
from functions.aws import job_table, s3
from functions.aws.clients import client
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
    """What a URL serves may change, and asking again is how a user looks."""
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
        broken.setattr("functions.handlers.api.submit_job.step_functions.start", lambda *_: "arn")
        first = api.post("/listen", AUDIO).json["request_id"]
    assert executions() == []

    again = api.post("/listen", AUDIO).json["request_id"]

    assert again == first
    assert executions() == [first]


def test_throttled_start_returns_503_and_retry_makes_new_job(api, monkeypatch, executions):
    def throttled(*_):
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")

    with monkeypatch.context() as broken:
        broken.setattr("functions.handlers.api.submit_job.step_functions.start", throttled)
        answer = api.post("/listen", AUDIO)

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert api.post("/listen", AUDIO).status == 303
    assert len(executions()) == 1


def test_throttled_table_returns_503(api, monkeypatch):
    def throttled(*_):
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

    monkeypatch.setattr("functions.handlers.api.submit_job.idempotency.claim", throttled)

    answer = api.post("/listen", AUDIO)

    assert (answer.status, answer.json["err_code"]) == (503, "Service Unavailable")


def test_denied_start_returns_500(api, monkeypatch):
    def denied(*_):
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "StartExecution")

    monkeypatch.setattr("functions.handlers.api.submit_job.step_functions.start", denied)

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


@pytest.mark.parametrize(
    "url",
    ["s3://someone-elses/a.mp3", "s3://uploads", "s3://transcripts/jobs/1/transcript.json", "s3://models/base/x"],
)
def test_s3_url_of_other_object_returns_400(api, executions, url):
    answer = api.post("/listen", {"url": url})

    assert (answer.status, answer.json["err_code"]) == (400, "REMOTE_CONTENT_ERROR")
    assert executions() == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "file:///etc/passwd",
        "gopher://x",
        "http://",
        "https:///a",
        "http://10.0.0.1/a",
        "http://localhost/a",
        "http://example.org:22/a",
    ],
)
def test_invalid_url_returns_400(api, executions, url):
    answer = api.post("/listen", {"url": url})

    assert answer.status == 400
    assert executions() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"{}", b'{"url": 7}', b'{"url": null}', b"not json"])
def test_json_without_url_returns_deepgram_error(api, body):
    answer = api.post("/listen", body, content_type="application/json; charset=utf-8")

    assert answer.status == 400
    assert answer.json["err_code"] == "Bad Request"
    assert answer.json["err_msg"].startswith(
        "Content-type was application/json, but we could not process the JSON payload."
    )


@pytest.mark.parametrize("headers", [{}, {"Content_Type": "application/json"}, {"Content_Type": "audio/wav"}])
def test_empty_body_returns_400(api, executions, headers):
    answer = api.post("/listen", None, **headers)

    assert answer.status == 400
    assert executions() == []


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


def test_unavailable_model_returns_400_with_available_models(api, executions):
    for query in ("model=nova-9", "model=nova-3&strict_models=true"):
        answer = api.post(f"/listen?{query}", AUDIO)

        assert answer.status == 400
        assert "whisper-base, whisper-tiny.en" in answer.json["err_msg"]
    assert executions() == []


@pytest.mark.parametrize(
    ("body", "headers", "named"),
    [
        (b"{" + b'"a":' + b"{" * 100_000, {"Content_Type": "application/json"}, '{"url"'),
        (b"[" * 100_000, {"Content_Type": "application/json"}, '{"url"'),
        (b"'{url:", {"Content_Type": "application/json"}, '{"url"'),
        (b'\'{"url": "https://example.org"}\'', {"Content_Type": "application/json"}, "Windows"),
        (b'{"audio_url": "https://example.org/a"}', {"Content_Type": "application/json"}, "url, not audio_url"),
        (b'{"URL": "https://example.org/a"}', {"Content_Type": "application/json"}, "url, not URL"),
        (b'{"url": ["https://example.org/a"]}', {"Content_Type": "application/json"}, "a string"),
        (b'{"url": "https://example.org/a"}', {}, "Content-Type: application/json"),
        (b' {"audio_url": 1}', {"Content_Type": "text/plain"}, "Content-Type: application/json"),
        (b"x", {"Content_Type": "multipart/form-data; boundary=x"}, "multipart form"),
        (b"RIFF" * 2000, {"Content_Type": "application/x-www-form-urlencoded"}, "--data-binary @FILE"),
        (b'{"url": "\\ud800://x"}', {"Content_Type": "application/json"}, "URI"),
        (b'{"url": "s3://uploads/\\ud800"}', {"Content_Type": "application/json"}, "s3://"),
        (b'{"url": "s3://uploads/' + b"k" * 1025 + b'"}', {"Content_Type": "application/json"}, "1024 bytes"),
    ],
)
def test_mistaken_body_is_refused_with_its_name(api, executions, body, headers, named):
    answer = api.post("/listen", body, **headers)

    assert answer.status == 400
    assert named in answer.json["err_msg"]
    assert executions() == []


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


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/requests/{}"),
        ("DELETE", "/requests/{}"),
        ("GET", "/requests/{}/result"),
        ("POST", "/requests/{}/result"),
    ],
)
@pytest.mark.parametrize("job_id", ["x" * 3000, "ü", "a\x00b", "a\x1b[31m", "x" * 100_000])
def test_impossible_id_returns_404(api, method, url, job_id):
    answer = api(method, url.format(job_id))

    assert (answer.status, answer.json["err_code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("value", ["\x00\x01\x7f", "\x1b[31m", "ü\ud800", "x" * 50_000, "\r\nX-A: b"])
def test_error_header_is_short_printable_ascii(api, value):
    answer = api.post("/listen?" + urlencode({"language": value}, errors="replace"), AUDIO)

    assert answer.status == 400
    assert answer.headers["dg-error"].isascii()
    assert answer.headers["dg-error"].isprintable()
    assert len(answer.headers["dg-error"]) <= 1024


@pytest.mark.parametrize(
    "value", ["\x00", "ü", "\xff" * 99, "a, b", "x" * 9000, ";;==", "multipart/form-data; boundary=\xff"]
)
@pytest.mark.parametrize("name", ["content-type", "prefer", "authorization", "x-\xff"])
def test_any_byte_in_a_header_is_answered(api, name, value):
    for path in ("/listen", "/audio/transcriptions"):
        assert api("POST", path, AUDIO, {name: value}).status in (303, 400)


@pytest.mark.parametrize(
    "token",
    ["W10", base64.urlsafe_b64encode(b"[" * 50_000).decode(), "ü", "x" * 9000, "e30"],
)
def test_impossible_page_token_returns_400(api, token):
    assert api.get(f"/requests?next={token}").status == 400


@pytest.mark.parametrize(
    ("method", "path", "nearest"),
    [
        ("POST", "/listn", "POST /v1/listen"),
        ("GET", "/listen", "POST /v1/listen"),
        ("POST", "/audio/transcription", "POST /v1/audio/transcriptions"),
        ("GET", "/model", "GET /v1/models"),
        ("POST", "/zzzzzzzz", "POST /v1/listen"),
    ],
)
def test_unknown_route_names_the_nearest(api, method, path, nearest):
    answer = api(method, path)

    assert answer.status == 404
    assert nearest in answer.json["err_msg"]


def test_invalid_base64_body_returns_400(api):
    from functions.handlers.api.handler import handler

    event = {"resource": "/listen", "httpMethod": "POST", "body": "%%%", "isBase64Encoded": True}

    assert handler(event, context())["statusCode"] == 400


def test_unknown_route_returns_404_error_body(api):
    answer = api.post("/speak", AUDIO)

    assert answer.status == 404
    assert set(answer.json) == {"err_code", "err_msg", "request_id"}


def test_unexpected_exception_returns_500_without_details(api, monkeypatch):
    monkeypatch.setattr("functions.handlers.api.submit_job.idempotency.claim", lambda *_: 1 / 0)

    answer = api.post("/listen", AUDIO)

    assert answer.status == 500
    assert "division" not in json.dumps(answer.json)


def context():
    from types import SimpleNamespace

    return SimpleNamespace(function_name="x", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="i")
