"""Requests of the API that are refused: what the error says, and that nothing was started."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from urllib.parse import urlencode

import pytest

from earshot_contract.shards import S3Object
from functions.aws import job_table, s3
from functions.options.options import Options

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
        ("POST", "/Listen", "POST /v1/listen"),
        ("POST", "/v1/listen", "POST /v1/listen"),
        ("POST", "/transcribe", "POST /v1/listen"),
        ("POST", "/audio/transcription", "POST /v1/audio/transcriptions"),
        ("GET", "/model", "GET /v1/models"),
        ("POST", "/zzzzzzzz", "POST /v1/listen"),
    ],
)
def test_unknown_route_names_the_nearest(api, method, path, nearest):
    answer = api.proxied(method, path)

    assert answer.status == 404
    assert nearest in answer.json["err_msg"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/listen", "POST, OPTIONS"),
        ("PATCH", "/requests/0123", "GET, DELETE, HEAD, OPTIONS"),
        ("POST", "/requests/0123/edits", "GET, PUT, HEAD, OPTIONS"),
        ("TRACE", "/models", "GET, HEAD, OPTIONS"),
        ("PUT", "/audio/translations", "POST, OPTIONS"),
        ("PUT", "/listen", "POST, OPTIONS"),
        ("HEAD", "/listen", "POST, OPTIONS"),
    ],
)
def test_wrong_method_names_the_right_ones(api, method, path, allowed):
    answer = api.proxied(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert f"/v1{path} takes {allowed.partition(',')[0]}" in answer.json["err_msg"]
    assert ("no streaming" in answer.json["err_msg"]) == ((method, path) == ("GET", "/listen"))


@pytest.mark.parametrize("path", ["/listen/", "//listen", "//listen//"])
def test_path_with_a_slash_too_many_is_shown_without(api, path):
    answer = api.proxied("POST", path)

    assert answer.status == 404
    assert answer.json["err_msg"].endswith("send POST /v1/listen.")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_no_wrong_method(api, method):
    answer = api.proxied(method, "/requests/0123/")

    assert answer.status == 404
    assert answer.json["err_msg"].endswith(f"send {method} /v1/requests/0123.")


@pytest.mark.parametrize("path", ["/nothing", "/listen", "/\x1b[31m/\u202e\ud83d\ude00", "/" + "x" * 5000])
def test_unknown_route_is_read_by_every_client(api, path):
    answer = api.proxied("PUT", path)

    assert answer.json["err_msg"] == answer.json["message"] == answer.json["error"]["message"]
    assert answer.json["err_msg"].isascii()
    assert answer.json["err_msg"].isprintable()
    assert len(answer.json["err_msg"]) < 400


@pytest.mark.parametrize(
    "path", ["/", "/models", "/docs", "/openapi.json", "/favicon.ico", "/requests", "/workers", "/requests/0123"]
)
def test_head_is_answered_like_get(api, path):
    got, head = api.get(path), api("HEAD", path)

    assert (head.status, head.headers["content-type"]) == (got.status, got.headers["content-type"])


def test_invalid_base64_body_returns_400(api):
    from functions.handlers.api.handler import handler

    event = {"resource": "/listen", "httpMethod": "POST", "body": "%%%", "isBase64Encoded": True}

    assert handler(event, context())["statusCode"] == 400


def test_unknown_route_returns_404_error_body(api):
    answer = api.post("/speak", AUDIO)

    assert answer.status == 404
    assert {"err_code", "err_msg", "request_id"} <= set(answer.json)


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


def test_options_in_the_json_body_are_warned_about(api):
    made = api.post("/listen?punctuate=true", {"url": "https://a.example/a", "Language": "de", "mimetype": "audio/ogg"})

    job = job_table.find(made.json["request_id"])
    (found,) = Options.from_stored(job.parsed, job.options).warnings
    assert found["parameter"] == "language"
    assert "/v1/listen?language=" in found["message"]


@pytest.mark.parametrize("value", [False, None, "", "false", [], ["false"]])
def test_redaction_for_nothing_in_the_body_is_warned_about(api, value):
    made = api.post("/listen", {"url": "https://a.example/a", "redact": value})

    job = job_table.find(made.json["request_id"])
    (found,) = Options.from_stored(job.parsed, job.options).warnings
    assert found["parameter"] == "redact"


@pytest.mark.parametrize("value", [True, "pci", ["pci"], ["false", "pci"], {"pci": True}, 1])
def test_redaction_in_the_json_body_is_refused(api, executions, value):
    answer = api.post("/listen", {"url": "https://a.example/a", "redact": value})

    assert (answer.status, answer.json["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert executions() == []


@pytest.mark.parametrize("name", ["redatc", "Redact", "redact_pii"])
def test_misspelt_redaction_in_the_json_body_is_refused(api, executions, name):
    answer = api.post("/listen", {"url": "https://a.example/a", name: "pci"})

    assert (answer.status, answer.json["err_code"]) == (400, "INVALID_QUERY_PARAMETER")
    assert executions() == []


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzipped(AUDIO)),
        ("X-GZIP", gzipped(AUDIO[:9]) + gzipped(AUDIO[9:])),
        ("deflate", zlib.compress(AUDIO)),
        ("gzip", AUDIO),  # the bytes count, not what is said of them
        ("identity", AUDIO),
        ("aws-chunked", AUDIO),
    ],
)
def test_compressed_body_is_the_audio(api, encoding, sent):
    made = api.post("/listen", sent, Content_Encoding=encoding)

    assert s3.get(job_table.find(made.json["request_id"]).source.audio) == AUDIO


def test_encoding_that_is_not_decoded_is_not_believed_of_audio(api):
    ogg = b"OggS\x00" + AUDIO

    made = api.post("/listen", ogg, Content_Encoding="br")

    assert s3.get(job_table.find(made.json["request_id"]).source.audio) == ogg


@pytest.mark.parametrize("path", ["/listen", "/audio/transcriptions"])
@pytest.mark.parametrize(
    ("encoding", "sent", "status", "named"),
    [
        ("gzip", gzipped(AUDIO * 99)[:-12], 400, "cut off"),
        ("gzip", b"\x1f\x8b" + AUDIO, 415, "damaged"),
        ("br", b"\x0b\x02\x80audio\x03", 415, "Brotli"),
        ("gzip", gzipped(bytes(65 * 1024**2)), 413, "more than 64 MiB without its compression. POST /v1/uploads"),
    ],
)
def test_body_that_cannot_be_decompressed_is_refused(api, path, encoding, sent, status, named):
    answer = api.post(path, sent, Content_Encoding=encoding)

    assert answer.status == status
    assert named in answer.json["err_msg"]
    assert answer.json["error"]["message"] == answer.json["err_msg"]
