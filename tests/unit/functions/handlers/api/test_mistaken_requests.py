"""Requests of the API that are refused: what the error says, and that nothing was started."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws import s3
from functions.aws.table import job_table

AUDIO = b"\xff\xfb\x90\x00 not really audio \x00\x01"


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


def test_url_in_the_query_belongs_in_the_body(api):
    answer = api.post("/listen?url=https://example.org/a.mp3", None)

    assert answer.status == 400
    assert 'url stands in the JSON body: {"url"' in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("encoding=wav", "leave it out"),
        ("encoding=pcm_s16le", "linear16"),
        ("sample_rate=44.1&encoding=linear16", "such as 16000"),
        ("sample_rate=16k&encoding=linear16", "a whole number of Hz"),
    ],
)
def test_invalid_value_is_answered_with_what_to_write(api, query, advice):
    assert advice in api.post(f"/listen?{query}", AUDIO).json["err_msg"]


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
        (b'{"audio": "UklGRiQAAABXQVZF"}', {"Content_Type": "application/json"}, "not sent in JSON"),
        (b'{"data": "data:audio/wav;base64,UklGRg"}', {"Content_Type": "application/json"}, "not sent in JSON"),
        (b'{"buffer": "UklGRiQAAABXQVZF"}', {"Content_Type": "application/json"}, "not sent in JSON"),
        (b'[{"url": "https://example.org/a"}]', {"Content_Type": "application/json"}, "one for each"),
        (b'{"urls": ["https://example.org/a"]}', {"Content_Type": "application/json"}, "one for each"),
        (b"{'url': 'https://example.org/a'}", {"Content_Type": "application/json"}, "JSON has double ones"),
        (b'{"url": "https://example.org/a",}', {"Content_Type": "application/json"}, "a comma too many"),
        (b'{"url": "https://example.org/,}" 1}', {"Content_Type": "application/json"}, "column 34"),
        (b'{"url": "gs://bucket/a.mp3"}', {"Content_Type": "application/json"}, "signed address"),
        (b'{"url": "blob:https://x/1"}', {"Content_Type": "application/json"}, "Only the browser"),
        (b'{"url": "s3://mine/a.mp3"}', {"Content_Type": "application/json"}, "presigned URL"),
        (b'{"detail": "Not authenticated"}', {}, "an error that a server answered"),
        (b'{"URL": "https://example.org/a"}', {"Content_Type": "application/json"}, "url, not URL"),
        (b'{"url": ["https://example.org/a"]}', {"Content_Type": "application/json"}, "one for each"),
        (b'{"url": {"href": "https://x"}}', {"Content_Type": "application/json"}, "a string"),
        (b'{"url": "https://example.org/a"}', {}, "Content-Type: application/json"),
        (b' {"audio_url": 1}', {"Content_Type": "text/plain"}, "Content-Type: application/json"),
        (b"x", {"Content_Type": "multipart/form-data; boundary=x"}, "multipart form"),
        (b"RIFF\xff" * 2000, {"Content_Type": "application/x-www-form-urlencoded"}, "--data-binary @FILE"),
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


def test_text_of_base64_is_no_file_without_some_bytes(api, executions):
    """Prepare refuses it as base64, as under any other type; curl's -d has left nothing out."""
    form = "application/x-www-form-urlencoded"

    assert api.post("/listen", base64.b64encode(b"RIFF\xff" * 2000), Content_Type=form).status == 303
    assert len(executions()) == 1


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


def test_invalid_base64_body_returns_400(api):
    from functions.handlers.api.handler import handler

    event = {"resource": "/listen", "httpMethod": "POST", "body": "%%%", "isBase64Encoded": True}

    assert handler(event, context())["statusCode"] == 400


def test_unexpected_exception_returns_500_without_details(api, monkeypatch):
    monkeypatch.setattr("functions.handlers.api.submit_job.idempotency.claim", lambda *_: 1 / 0)

    answer = api.post("/listen", AUDIO)

    assert answer.status == 500
    assert "division" not in json.dumps(answer.json)


def context():
    from types import SimpleNamespace

    return SimpleNamespace(function_name="x", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="i")


@pytest.mark.parametrize(
    "key", ["می\u200cخواهم.ogg", "1.23\u202fPM.mov", "👨\u200d👩\u200d👧.ogg", "a\xadb.ogg", "ends "]
)
def test_s3_key_with_invisible_letters_is_accepted(api, key):
    s3.put(S3Object("uploads", key), AUDIO, "audio/ogg")

    made = api.post("/listen", {"url": f" s3://uploads/{key}\n"})

    assert made.status == 303
    assert job_table.find(made.json["request_id"]).source.audio.key == key
