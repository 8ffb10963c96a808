"""Whatever is wrong with the audio or the order, it ends with a reason: to the caller, in the row, on the bus."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.pipeline.driver import Pipeline, wav
from tests.places import EVENTS

SCHEMA = EVENTS / "schemas/transcription-failed.schema.json"


def refused(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    document = answer.json()
    assert {"err_code", "err_msg", "request_id"} <= set(document)
    return document


def assert_failed(pipeline: Pipeline, job_id: str, says: str) -> None:
    """The row and the event say the same."""
    request = pipeline.over(job_id)
    assert request["state"] == "failed", request
    assert says in request["error"]["err_msg"]
    assert pipeline.row(job_id)["failure"]["M"]["err_msg"]["S"] == request["error"]["err_msg"]
    event = pipeline.event(job_id, "failed")
    assert event["detail"]["error"] == request["error"]
    schema = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in schema.iter_errors(event)] == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"%PDF-1.7 this is a paper", "a PDF document"),  # seen by Prepare
        (b"\x00\x01\x02\x03" * 5000, "corrupt or unsupported data"),  # seen by the worker's decoders
    ],
)
def test_what_is_no_audio_is_refused_by_both_doors(pipeline: Pipeline, body: bytes, says: str) -> None:
    key = f"failures/{len(body)}.mp3"
    pipeline.upload(key, body)
    answer = refused(pipeline.post(body))
    assert says in answer["err_msg"]
    assert answer["err_msg"].startswith("Bad Request: failed to process audio: ")
    assert_failed(pipeline, pipeline.of_upload(key)["request_id"], says)


def test_nothing_at_all_is_refused_by_both_doors(pipeline: Pipeline) -> None:
    pipeline.upload("failures/empty.wav", b"")
    assert "empty" in refused(pipeline.post(b""))["err_msg"]
    assert_failed(pipeline, pipeline.of_upload("failures/empty.wav")["request_id"], "empty")


def test_a_folder_is_no_job(pipeline: Pipeline) -> None:
    pipeline.upload("failures/new folder/", b"")
    pipeline.upload("failures/after.wav", b"")
    pipeline.of_upload("failures/after.wav")
    assert "failures/new folder/" not in [request["source"].get("key") for request in pipeline.requests()]


def test_silence_is_a_success_that_says_nothing(pipeline: Pipeline) -> None:
    answer = pipeline.post(wav(3.0))
    assert answer.status_code == 200, answer.text
    (alternative,) = answer.json()["results"]["channels"][0]["alternatives"]
    assert (alternative["transcript"], alternative["words"], alternative["confidence"]) == ("", [], 0)


def test_a_recording_that_breaks_off_gives_what_there_is_and_a_warning(pipeline: Pipeline, speech: bytes) -> None:
    answer = pipeline.post(speech[: len(speech) // 2])
    assert answer.status_code == 200, answer.text
    document = answer.json()
    transcript = document["results"]["channels"][0]["alternatives"][0]["transcript"]
    # Of the name before it a half recording leaves the model in doubt.
    assert "drop a recording into" in transcript
    assert [warning["type"] for warning in document["metadata"]["warnings"]] == ["truncated"]


def test_a_model_that_is_not_held_is_refused_with_those_that_are(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("failures/model.flac", speech, "model=whisper-large")
    assert "whisper-base" in refused(pipeline.post(speech, "model=whisper-large"))["err_msg"]
    assert_failed(pipeline, pipeline.of_upload("failures/model.flac")["request_id"], "whisper-base")


def test_an_upload_with_options_that_cannot_be_read_says_which(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("failures/options.flac", speech, "punctuate=perhaps")
    assert_failed(pipeline, pipeline.of_upload("failures/options.flac")["request_id"], "punctuate")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/none.wav", 400, "REMOTE_CONTENT_ERROR"), ("/huge.wav", 413, "PAYLOAD_TOO_LARGE")],
)
def test_a_url_that_cannot_be_had_is_refused(pipeline: Pipeline, web: str, path: str, status: int, code: str) -> None:
    answer = refused(pipeline.post_url(f"{web}{path}"), status)
    assert answer["err_code"] == code
    assert_failed(pipeline, answer["request_id"], answer["err_msg"])


def test_a_host_that_does_not_answer_is_refused(pipeline: Pipeline) -> None:
    assert refused(pipeline.post_url("http://127.0.0.1:9/a.wav"))["err_code"] == "REMOTE_CONTENT_ERROR"
    assert refused(pipeline.post_url("http://nowhere.invalid/a.wav"))["err_code"] == "REMOTE_CONTENT_ERROR"


def test_a_private_address_is_refused_where_it_is_not_allowed(pipeline: Pipeline, web: str) -> None:
    before = pipeline.configure("prepare", ALLOW_PRIVATE_URLS="false")
    try:
        answer = refused(pipeline.post_url(f"{web}/sample.flac?private"))
    finally:
        pipeline.configure("prepare", **before)
    assert answer["err_msg"] == "URL for media download must be publicly routable."


def test_an_object_that_is_not_there_is_refused(pipeline: Pipeline) -> None:
    answer = refused(pipeline.post_url(f"s3://{pipeline.out['UploadsBucket']}/none.wav"))
    assert answer["err_code"] == "REMOTE_CONTENT_ERROR"


@pytest.mark.parametrize("megabytes", [5, 11])
def test_more_than_a_request_may_hold_is_413(pipeline: Pipeline, megabytes: int) -> None:
    """Five do not fit into a function's event, eleven not through the gateway."""
    refused(pipeline.post(bytes(megabytes * 1024 * 1024)), 413)
