"""POST /v1/uploads and GET /v1/models."""

from __future__ import annotations

import uuid

from earshot_contract.shards import S3Object
from functions.aws import job_table, s3
from functions.jobs.job import SourceKind
from functions.speech_models.names import model_uuid


def test_created_upload_url_is_accepted_by_listen(api):
    upload = api("POST", "/uploads").json

    assert upload["put"].startswith("https://")
    assert upload["expires_in"] == 3600
    bucket, _, key = upload["url"].removeprefix("s3://").partition("/")
    s3.put(S3Object(bucket, key), b"audio", "audio/flac")
    job = job_table.find(api.post("/listen", {"url": upload["url"]}).json["request_id"])
    assert job.source.kind is SourceKind.OBJECT
    assert job.source.audio.bucket == "transcripts"
    assert job.source.audio.key in upload["put"]


def test_models_are_listed_for_deepgram_and_openai_clients(api, sha256):
    listed = api.get("/models").json

    base = next(model for model in listed["stt"] if model["name"] == "whisper-base")
    assert base["uuid"] == model_uuid(sha256) == str(uuid.UUID(base["uuid"]))
    assert base["default"]
    assert "de" in base["languages"]
    english = next(model for model in listed["stt"] if model["name"] == "whisper-tiny.en")
    assert english["languages"] == ["en"]
    assert listed["object"] == "list"
    assert {"whisper-1", "whisper-base"} <= {model["id"] for model in listed["data"]}
