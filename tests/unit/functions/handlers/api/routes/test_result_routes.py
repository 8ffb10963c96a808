"""GET /v1/requests/{id}/result: waiting, formats, size."""

from __future__ import annotations

import sys
import time
import urllib.parse

import pytest

from functions.handlers.api.routes import result_routes
from functions.settings import settings

AUDIO = b"\x00\x01audio"


@pytest.fixture
def job_id(api) -> str:
    return api.post("/listen?punctuate=true", AUDIO).json["request_id"]


def test_pending_result_redirects_to_itself(api, job_id):
    answer = api.get(f"/requests/{job_id}/result?wait=25&format=srt")

    assert answer.status == 303
    location = urllib.parse.urlsplit(answer.headers["location"])
    assert location.path == f"/v1/requests/{job_id}/result"
    assert urllib.parse.parse_qs(location.query)["format"] == ["srt"]
    assert answer.json["request_id"] == job_id


def test_result_without_wait_answers_at_once(api, job_id, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("It waited."))

    assert api.get(f"/requests/{job_id}/result").status == 303


def test_wait_ends_when_job_completes(api, job_id, complete, monkeypatch):
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            complete(job_id, "Done.")

    monkeypatch.setattr("functions.handlers.api.wait_for_job.time.sleep", sleep)
    monkeypatch.setenv("WAIT_SECONDS", "25")
    settings.cache_clear()

    answer = api.get(f"/requests/{job_id}/result?wait=25")

    assert answer.status == 200
    assert pauses[0] == pytest.approx(0.05)
    assert pauses == sorted(pauses)
    assert max(pauses) < 1


def test_renderer_is_imported_while_the_job_runs(api, job_id, complete, monkeypatch):
    monkeypatch.delitem(sys.modules, "functions.rendering.deepgram")
    imported = []

    def sleep(_):
        imported.append("functions.rendering.deepgram" in sys.modules)
        complete(job_id, "Done.")

    monkeypatch.setattr("functions.handlers.api.wait_for_job.time.sleep", sleep)
    monkeypatch.setenv("WAIT_SECONDS", "25")
    settings.cache_clear()

    answer = api.get(f"/requests/{job_id}/result?wait=25")

    assert answer.status == 200
    assert imported == [True]


def test_wait_is_limited_by_setting(api, job_id):
    began = time.monotonic()

    answer = api.get(f"/requests/{job_id}/result?wait=3600")

    assert answer.status == 303
    assert "wait=0" in answer.headers["location"]  # the setting in these tests, 0.05 s, in whole seconds
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("form", "content_type", "begins"),
    [
        ("json", "application/json", '{"metadata":{"transaction_key":"deprecated"'),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> "),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n"),
        ("txt", "text/plain; charset=utf-8", "Grüße, Welt."),
    ],
)
def test_result_format_has_content_type_and_text(api, job_id, complete, form, content_type, begins):
    complete(job_id, "Grüße,", "Welt.")

    answer = api.get(f"/requests/{job_id}/result?format={form}")

    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    assert answer.text.startswith(begins)
    assert "Grüße" in answer.text


def test_result_for_openai_client_has_openai_format_and_errors(api, job_id, complete):
    missing = api.get("/requests/0b7d6ffa-0000-4000-8000-000000000000/result?response_format=json")
    location = api.get(f"/requests/{job_id}/result?response_format=text").headers["location"]
    complete(job_id, "Hello.")

    assert (missing.status, set(missing.json)) == (404, {"error"})
    assert "response_format=text" in location
    assert api.get(f"/requests/{job_id}/result?response_format=text").text == "Hello.\n"


@pytest.mark.parametrize("query", ["format=docx", "wait=soon"])
def test_invalid_format_or_wait_returns_400(api, job_id, query):
    assert api.get(f"/requests/{job_id}/result?{query}").status == 400


def test_large_result_redirects_to_presigned_url(api, job_id, complete, monkeypatch):
    monkeypatch.setattr(result_routes, "MAX_BODY_BYTES", 200)
    complete(job_id, "Long.")

    answer = api.get(f"/requests/{job_id}/result")

    assert answer.status == 303
    assert "/answers/" in answer.headers["location"]
    assert "X-Amz-Signature" in answer.headers["location"]
    assert "response-content-disposition=inline" in answer.headers["location"]
    assert answer.json["request_id"] == job_id
