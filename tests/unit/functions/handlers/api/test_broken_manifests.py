"""POST /v1/listen and GET /v1/models with broken manifests in the models bucket."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import manifest_key
from functions.aws import model_bucket, s3

BROKEN = ["{", "[]", '{"name":"broken","files":{}}', '{"name":"base","files":{}}', '{"name":"broken","files":null}']


@pytest.fixture
def broken(api: Any) -> None:
    for index, body in enumerate(BROKEN):
        s3.put(S3Object("models", manifest_key(f"broken-{index}")), body.encode(), "application/json")
    model_bucket._cached = None


def test_job_is_accepted_despite_broken_manifests(api: Any, broken: None) -> None:
    answer = api.post("/listen", b"audio", Content_Type="audio/wav")
    assert answer.status in (200, 303)
    assert answer.json["request_id"]


def test_models_route_lists_the_good_ones(api: Any, broken: None) -> None:
    assert [model["name"] for model in api.get("/models").json["stt"]] == ["whisper-base", "whisper-tiny.en"]
