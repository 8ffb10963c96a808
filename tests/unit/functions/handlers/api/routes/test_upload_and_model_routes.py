"""POST /v1/uploads, GET /v1/models and /v1/models/{model}."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws import s3
from functions.aws.clients import client
from functions.aws.table import job_table
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


def send_part(upload: dict[str, Any], number: int, body: bytes) -> None:
    bucket, _, key = upload["url"].removeprefix("s3://").partition("/")
    client("s3").upload_part(Bucket=bucket, Key=key, UploadId=upload["upload"], PartNumber=number, Body=body)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> int:
    """Parts of S3's least size: what a part holds is kept in memory."""
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 1024**2)
    return 5 * 1024**2


def test_upload_in_parts_names_missing_ones_until_it_is_whole(api, small_parts):
    size = small_parts + 7
    upload = api.post("/uploads", {"size": size}).json
    assert [part["number"] for part in upload["parts"]] == [1, 2]
    assert all(f"partNumber={part['number']}" in part["put"] for part in upload["parts"])
    again = {"size": size, "url": upload["url"], "upload": upload["upload"]}

    send_part(upload, 2, b"7 bytes")
    assert [part["number"] for part in api.post("/uploads", again).json["parts"]] == [1]
    send_part(upload, 1, bytes(small_parts))
    assert api.post("/uploads", again).json["parts"] == []

    bucket, _, key = upload["url"].removeprefix("s3://").partition("/")
    info = s3.head(S3Object(bucket, key))
    assert info is not None
    assert info.size == size
    assert api.post("/uploads", again).json["parts"] == []  # the answer before was lost


def test_part_of_another_length_is_requested_again(api, small_parts):
    upload = api.post("/uploads", {"size": small_parts + 7}).json
    send_part(upload, 2, b"cut")

    again = api.post("/uploads", {"size": small_parts + 7, "url": upload["url"], "upload": upload["upload"]}).json

    assert [part["number"] for part in again["parts"]] == [1, 2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"size": 0}, 400),
        ({"size": "7"}, 400),
        ({"size": True}, 400),
        ({"size": 2 * 1024**3 + 1}, 413),
        ({"size": 7, "upload": "x"}, 400),
        ({"size": 7, "upload": "x", "url": "s3://transcripts/jobs/1/transcript.json"}, 400),
        ({"size": 7, "upload": 7, "url": "s3://transcripts/work/0b0e4bd6-14f4-4d0e-8c3f-0b0e4bd614f4/audio"}, 400),
        ({"size": 7, "upload": "x", "url": "s3://transcripts/work/0b0e4bd6-14f4-4d0e-8c3f-0b0e4bd614f4/audio"}, 410),
    ],
)
def test_upload_that_cannot_be_is_refused(api, body, status):
    assert api.post("/uploads", body).status == status


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


def test_each_listed_model_is_shown_by_name_and_by_uuid(api):
    listed = api.get("/models").json
    by_name = {model["name"]: model for model in listed["stt"]}

    for entry in listed["data"]:
        shown = api.get(f"/models/{entry['id']}").json
        assert shown == shown | entry
        assert shown == shown | by_name[shown["name"]]
    for entry in listed["stt"]:
        for spelling in (entry["uuid"], entry["uuid"].upper()):
            assert api.get(f"/models/{spelling}").json["uuid"] == entry["uuid"]
    assert api.get("/models/whisper-1").json["default"]


def test_name_that_a_request_may_have_is_shown(api):
    """A program that looks whether there is a vendor's model before it sends audio would stop at a 404."""
    for name in ("gpt-4o-transcribe", "nova-3", "Whisper-Base", "base"):
        shown = api.get(f"/models/{name}").json
        assert (shown["id"], shown["name"], shown["object"]) == (name, "whisper-base", "model")


def test_unknown_model_is_a_404_with_those_there_are(api):
    """Without a key: in the form of OpenAI's clients and of Deepgram's, since both ask here."""
    answer = type(api)(None).get("/models/gpt-9")

    assert (answer.status, answer.json["err_code"]) == (404, "MODEL_NOT_FOUND")
    assert answer.json["error"]["code"] == "model_not_found"
    assert answer.json["error"]["type"] == "invalid_request_error"
    for message in (answer.json["err_msg"], answer.json["error"]["message"]):
        assert "'gpt-9'" in message
        assert "whisper-base" in message
        assert "whisper-tiny.en" in message
