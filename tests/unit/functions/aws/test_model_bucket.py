"""Models bucket: usable models are listed, and broken manifests do not hide them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import manifest_key, model_file_key
from functions.aws import model_bucket, s3
from functions.errors import ApiError
from functions.settings import settings
from tests.fixtures.local_cloud.logs import log_records

FILES = {"model.bin": {"sha256": "d" * 64, "size": 1}}
BROKEN = {
    "not-json": ("{", "the JSON is incomplete"),
    "no-weights": ({"name": "no-weights", "files": {}}, "model.bin"),
    "wrong-types": ({"name": "wrong-types", "files": [1]}, "`files`"),
    "moved": ({"name": "base", "files": FILES}, "'base'"),
    "negative": ({"name": "negative", "files": {"model.bin": {"sha256": "d" * 64, "size": -1}}}, "size"),
    "future": ({"name": "future", "files": FILES, "family": "parakeet"}, "'parakeet'"),
}


def put_manifest(folder: str, document: Any) -> None:
    body = document if isinstance(document, str) else json.dumps(document)
    s3.put(S3Object("models", manifest_key(folder)), body.encode(), "application/json")


@pytest.fixture(autouse=True)
def listing_without_cache(aws: None, base_model: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(model_bucket, "_logged", set())
    yield
    model_bucket._cached = None


@pytest.fixture
def broken() -> None:
    for folder, (document, _) in BROKEN.items():
        put_manifest(folder, document)


def test_broken_manifests_are_listed_with_the_good_model(broken: None) -> None:
    listing = model_bucket.model_listing()
    assert [model.name for model in listing.models] == ["base"]
    assert sorted(manifest.model for manifest in listing.broken) == sorted(BROKEN)
    for manifest in listing.broken:
        assert BROKEN[manifest.model][1] in manifest.reason


def test_speaker_model_is_found_and_is_no_model_of_speech() -> None:
    assert not model_bucket.has_speaker_model()

    names = ("embedding.onnx", "segmentation.onnx", "calibration.json")
    files = {name: {"sha256": "e" * 64, "size": 1} for name in names}
    put_manifest("speakers", {"name": "speakers", "files": files, "family": "speakers"})
    model_bucket._cached = None

    assert model_bucket.has_speaker_model()
    assert [model.name for model in model_bucket.available_models()] == ["base"]


def test_good_model_is_chosen_despite_broken_manifests(broken: None) -> None:
    assert model_bucket.choose_model("whisper", "en").name == "base"
    with pytest.raises(ApiError, match="It has: whisper, whisper-base"):
        model_bucket.choose_model("moved", "en")


def test_broken_manifests_are_logged_once_and_counted(broken: None, capsys: pytest.CaptureFixture[str]) -> None:
    with log_records() as records:
        model_bucket.model_listing()
        model_bucket.model_listing(max_age=-1)  # reads the bucket again
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line]
    counts = [metric["BrokenModelManifests"] for metric in metrics]
    logged = [vars(record)["model"] for record in records if "model" in vars(record)]
    assert counts == [[len(BROKEN)], [len(BROKEN)]]
    assert sorted(logged) == sorted(BROKEN)


def test_bucket_without_broken_manifest_counts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert model_bucket.model_listing().broken == []
    assert "BrokenModelManifests" not in capsys.readouterr().out


def test_objects_without_manifest_are_no_models() -> None:
    for key in (model_file_key("base", "model.bin"), "manifest.json", "base/other-manifest.json"):
        s3.put(S3Object("models", key), b"x", "application/octet-stream")
    listing = model_bucket.model_listing()
    assert ([model.name for model in listing.models], listing.broken) == (["base"], [])


def test_new_model_is_chosen_before_the_cached_list_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_bucket, "RETRY_CACHE_SECONDS", -1)
    assert [model.name for model in model_bucket.available_models()] == ["base"]
    put_manifest("small", {"name": "small", "files": FILES})
    assert [model.name for model in model_bucket.available_models()] == ["base"]
    assert model_bucket.choose_model("small", "en").name == "small"


def test_languages_come_from_the_manifest() -> None:
    put_manifest("dialects", {"name": "dialects", "files": FILES, "languages": ["de"]})
    assert model_bucket.choose_model("dialects", "de").languages == ["de"]
    with pytest.raises(ApiError, match="does not support english"):
        model_bucket.choose_model("dialects", "en")


def test_other_bucket_is_not_answered_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_bucket.available_models()
    monkeypatch.setenv("MODELS_BUCKET", "uploads")
    settings.cache_clear()
    assert model_bucket.available_models() == []
