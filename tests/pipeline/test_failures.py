"""Failures: whatever is wrong with audio or options, the reason reaches the caller, the row and the bus."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.paths import EVENTS
from tests.pipeline.driver import Pipeline, wav

SCHEMA = EVENTS / "schemas/transcription-failed.schema.json"


def assert_rejected(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    document = answer.json()
    assert {"err_code", "err_msg", "request_id"} <= set(document)
    return document


def assert_failed(pipeline: Pipeline, job_id: str, message: str) -> None:
    """Row and event have the same error, which contains `message`."""
    request = pipeline.wait_until_finished(job_id)
    assert request["state"] == "failed", request
    assert message in request["error"]["err_msg"]
    assert pipeline.row(job_id)["failure"]["M"]["err_msg"]["S"] == request["error"]["err_msg"]
    event = pipeline.event(job_id, "failed")
    assert event["detail"]["error"] == request["error"]
    schema = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in schema.iter_errors(event)] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"%PDF-1.7 this is a paper", "a PDF document"),  # seen by Prepare
        (b"\x00\x01\x02\x03" * 5000, "corrupt or unsupported data"),  # seen by the worker's decoders
    ],
)
def test_non_audio_is_rejected_by_api_and_bucket(pipeline: Pipeline, body: bytes, message: str) -> None:
    key = f"failures/{len(body)}.mp3"
    pipeline.upload(key, body)
    answer = assert_rejected(pipeline.post(body))
    assert message in answer["err_msg"]
    assert answer["err_msg"].startswith("Bad Request: failed to process audio: ")
    assert_failed(pipeline, pipeline.job_of_upload(key)["request_id"], message)


def test_empty_audio_is_rejected_by_api_and_bucket(pipeline: Pipeline) -> None:
    pipeline.upload("failures/empty.wav", b"")
    assert "empty" in assert_rejected(pipeline.post(b""))["err_msg"]
    assert_failed(pipeline, pipeline.job_of_upload("failures/empty.wav")["request_id"], "empty")


def test_folder_object_creates_no_job(pipeline: Pipeline) -> None:
    pipeline.upload("failures/new folder/", b"")
    pipeline.upload("failures/after.wav", b"")
    pipeline.job_of_upload("failures/after.wav")
    assert "failures/new folder/" not in [request["source"].get("key") for request in pipeline.requests()]


def test_silence_completes_with_empty_transcript(pipeline: Pipeline) -> None:
    answer = pipeline.post(wav(3.0))
    assert answer.status_code == 200, answer.text
    (alternative,) = answer.json()["results"]["channels"][0]["alternatives"]
    assert (alternative["transcript"], alternative["words"], alternative["confidence"]) == ("", [], 0)


def test_truncated_audio_returns_transcript_and_warning(pipeline: Pipeline, speech: bytes) -> None:
    answer = pipeline.post(speech[: len(speech) // 2])
    assert answer.status_code == 200, answer.text
    document = answer.json()
    transcript = document["results"]["channels"][0]["alternatives"][0]["transcript"]
    # The name before these words is not always recognised in half a recording.
    assert "drop a recording into" in transcript
    assert [warning["type"] for warning in document["metadata"]["warnings"]] == ["truncated"]


def test_unavailable_model_error_lists_available_models(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("failures/model.flac", speech, "model=whisper-large")
    assert "whisper-base" in assert_rejected(pipeline.post(speech, "model=whisper-large"))["err_msg"]
    assert_failed(pipeline, pipeline.job_of_upload("failures/model.flac")["request_id"], "whisper-base")


def test_upload_with_invalid_option_names_it(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("failures/options.flac", speech, "punctuate=perhaps")
    assert_failed(pipeline, pipeline.job_of_upload("failures/options.flac")["request_id"], "punctuate")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/none.wav", 400, "REMOTE_CONTENT_ERROR"), ("/huge.wav", 413, "PAYLOAD_TOO_LARGE")],
)
def test_url_download_error_is_returned(pipeline: Pipeline, web: str, path: str, status: int, code: str) -> None:
    answer = assert_rejected(pipeline.post_url(f"{web}{path}"), status)
    assert answer["err_code"] == code
    assert_failed(pipeline, answer["request_id"], answer["err_msg"])


def test_unreachable_host_returns_remote_content_error(pipeline: Pipeline) -> None:
    assert assert_rejected(pipeline.post_url("http://127.0.0.1:9/a.wav"))["err_code"] == "REMOTE_CONTENT_ERROR"
    assert assert_rejected(pipeline.post_url("http://nowhere.invalid/a.wav"))["err_code"] == "REMOTE_CONTENT_ERROR"


def test_private_url_is_rejected_unless_allowed(pipeline: Pipeline, web: str) -> None:
    previous = pipeline.configure("prepare", ALLOW_PRIVATE_URLS="false")
    try:
        answer = assert_rejected(pipeline.post_url(f"{web}/sample.flac?private"))
    finally:
        pipeline.configure("prepare", **previous)
    assert answer["err_msg"] == "URL for media download must be publicly routable."


def test_missing_s3_object_returns_remote_content_error(pipeline: Pipeline) -> None:
    answer = assert_rejected(pipeline.post_url(f"s3://{pipeline.out['UploadsBucket']}/none.wav"))
    assert answer["err_code"] == "REMOTE_CONTENT_ERROR"


@pytest.mark.parametrize("megabytes", [5, 11])
def test_oversized_body_returns_413(pipeline: Pipeline, megabytes: int) -> None:
    """Five megabytes exceed the event of a function (in base64), eleven the gateway's limit."""
    assert_rejected(pipeline.post(bytes(megabytes * 1024 * 1024)), 413)


def test_failed_job_leaves_its_url_s_secrets_in_one_item(pipeline: Pipeline, web: str) -> None:
    """Rows, objects, events, logs, and histories of executions: only what a retry reads has them."""
    secret = "p4ss0fAUrl"
    address = web.replace("://", f"://me:{secret}@")
    failed = pipeline.post_url(f"{address}/none.flac?X-Amz-Signature={secret}")
    done = pipeline.post_url(f"{address}/sample.flac")
    assert (failed.status_code, done.status_code) == (400, 200)
    assert secret not in failed.text + done.text
    job_id = failed.json()["request_id"]
    assert_failed(pipeline, job_id, "404")
    assert secret not in json.dumps(pipeline.event(job_id, "failed"))

    with_secret = {pk for pk, item in pipeline.items().items() if secret in json.dumps(item)}
    assert with_secret == {f"URL#{job_id}"}, "the job that is completed has none"
    s3, bucket = pipeline.cloud.client("s3"), pipeline.out["TranscriptsBucket"]
    listed = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [found["Key"] for page in listed for found in page.get("Contents", [])]
    assert [key for key in keys if secret.encode() in key.encode() + pipeline.read(key)] == []
    states = pipeline.cloud.client("stepfunctions")
    for status in ("SUCCEEDED", "FAILED"):
        for execution in pipeline.executions("JobMachineArn", status):
            assert secret not in json.dumps(states.get_execution_history(executionArn=execution), default=str)
    logs = sorted((pipeline.cloud.data_dir / "logs").glob("*.log"))
    assert len(logs) > 3
    assert [log.name for log in logs if secret.encode() in log.read_bytes()] == []

    assert pipeline.http.post(f"/requests/{job_id}/retry").status_code == 200
    assert_failed(pipeline, job_id, "404")  # not 401: the URL was whole
    pipeline.http.delete(f"/requests/{job_id}")
    assert secret not in json.dumps(pipeline.items())
