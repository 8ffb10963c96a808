"""`earshot model` against the local cloud, and against stubs of S3 and the Hugging Face Hub."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ctranslate2
import httpx
import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from earshot_contract.documents.manifest import INT8_WEIGHTS, read_manifest
from localcloud.cloud import MODELS, Cloud
from localcloud.embedded_model import embedded
from tests.fixtures.servers.huggingface_hub import TINY_MODEL, write_model
from tests.paths import SAMPLES
from transcriber.worker.caches.ranged_download import download_inflated

normalise = EnglishTextNormalizer()


@pytest.fixture
def model_name(cloud: Cloud) -> Iterator[str]:
    """Name of a model that is deleted from the local cloud afterwards."""
    yield "Mine.v2"
    s3, bucket = cloud.client("s3"), cloud.outputs["ModelsBucket"]
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix="Mine.v2/").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=entry["Key"])


def test_model_add_folder_makes_model_available(earshot: Any, cloud: Cloud, model_name: str, tmp_path: Path) -> None:
    folder, at = tmp_path / model_name, ("--data-dir", str(cloud.data_dir))
    shutil.copytree(embedded(MODELS), folder)
    listen = httpx.Client(base_url=cloud.api, timeout=60, follow_redirects=True)
    request = {"params": {"model": f"whisper-{model_name}"}, "content": (SAMPLES / "sample.flac").read_bytes()}
    before = listen.post("/v1/listen", **request)

    result = earshot("model", "add", str(folder), *at)
    answer = listen.post("/v1/listen", **request)

    assert before.status_code == 400
    assert (result.returncode, result.stderr) == (0, "Making int8 weights for workers without a GPU …\n")
    assert f"/v1/listen?model=whisper-{model_name}" in result.stdout
    transcript = answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"]
    assert jiwer.wer(normalise((SAMPLES / "sample.txt").read_text()), normalise(transcript)) < 0.1
    model_info = answer.json()["metadata"]["model_info"].values()
    assert [each["name"] for each in model_info] == ["Mine-v2-whisper"]
    assert f"whisper-{model_name}" in [each["name"] for each in listen.get("/v1/models").json()["stt"]]
    shown = earshot("model", "list", *at).stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["model", model_name, "base", "speakers"]
    assert_int8_weights_are_those_that_ctranslate2_makes(cloud, folder, tmp_path / "int8")


def assert_int8_weights_are_those_that_ctranslate2_makes(cloud: Cloud, model: Path, folder: Path) -> None:
    """Compare what the two files of weights make of the same noise, to the last bit."""
    shutil.copytree(model, folder)
    s3, bucket = cloud.client("s3"), cloud.outputs["ModelsBucket"]
    found = read_manifest(s3.get_object(Bucket=bucket, Key=f"{model.name}/manifest.json")["Body"].read(), model.name)
    assert found.int8 is not None
    key = f"{model.name}/{INT8_WEIGHTS}"
    assert download_inflated(s3, bucket, key, folder / "model.bin", found.int8.blocks) == found.int8.sha256
    noise = np.random.default_rng(0).normal(0, 0.3, (1, 80, 1000)).astype(np.float32)

    def encoded(weights: Path) -> np.ndarray:
        whisper = ctranslate2.models.Whisper(str(weights), compute_type="int8")
        return np.array(whisper.encode(ctranslate2.StorageView.from_array(noise)))

    assert np.array_equal(encoded(model), encoded(folder))
    assert sum(found.int8.blocks) < 0.45 * (model / "model.bin").stat().st_size


@pytest.fixture
def account(cloud: Cloud) -> dict[str, str]:
    """Environment variables of an AWS account; this one is the local cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud.aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def test_stack_of_another_service_fails(earshot: Any, cloud: Cloud, account: dict[str, str]) -> None:
    stacks, other = cloud.client("cloudformation"), {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    stacks.create_stack(StackName="Other", TemplateBody=json.dumps(other))
    try:
        shown = earshot("model", "list", "--stack", "Other", **account)
    finally:
        stacks.delete_stack(StackName="Other")

    assert shown.returncode == 1
    assert "The stack Other is not Earshot's" in shown.stderr


def test_model_list_with_stack_shows_its_models(earshot: Any, account: dict[str, str]) -> None:
    shown = earshot("model", "list", "--stack", "Earshot", **account)

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[1].split()[:3] == ["base", "148", "MB"]


def test_model_add_existing_model_changes_nothing(earshot: Any, cloud: Cloud, tmp_path: Path) -> None:
    at = ("--data-dir", str(cloud.data_dir))
    same = earshot("model", "add", str(embedded(MODELS)), *at)
    other = earshot("model", "add", write_model(tmp_path / "Base"), *at)

    assert same.returncode == 0, same.stderr
    assert other.returncode == 1
    assert "has another model base" in other.stderr
    listed = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs["ModelsBucket"], Prefix="base/")
    keys = [entry["Key"] for entry in listed["Contents"]]
    assert keys == ["base/manifest.json"]  # the workers have its files already


def test_manifest_is_uploaded_last(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    result = earshot("model", "add", write_model(tmp_path / "mine"), *bucket["at"])

    assert result.returncode == 0, result.stderr
    assert sorted(bucket["uploaded"][:-1]) == sorted(f"mine/{name}" for name in TINY_MODEL)
    assert bucket["uploaded"][-1] == "mine/manifest.json"


def test_interrupted_upload_leaves_no_manifest(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    bucket["blocked"] = "mine/model.bin"
    process = earshot.start("model", "add", write_model(tmp_path / "mine"), *bucket["at"])
    assert bucket["reached"].wait(60)

    process.send_signal(signal.SIGINT)
    bucket["release"].set()
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert "does not have the model" in err
    assert "mine/manifest.json" not in bucket["uploaded"]


def test_rejected_upload_leaves_no_manifest(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    bucket["forbidden"] = "mine/model.bin"

    result = earshot("model", "add", write_model(tmp_path / "mine"), *bucket["at"])

    assert result.returncode == 1
    assert "could not be uploaded to the bucket models" in result.stderr
    assert "mine/manifest.json" not in bucket["uploaded"]


SPEAKER_FILES = ("embedding.onnx", "segmentation.onnx", "calibration.json", "LICENSES.txt")


def test_folder_with_speaker_model_is_uploaded(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    for name in SPEAKER_FILES:
        (tmp_path / name).write_bytes(b"x")

    result = earshot("model", "add", str(tmp_path), *bucket["at"])

    assert result.returncode == 0, result.stderr
    assert "/v1/listen?diarize=true" in result.stdout
    assert sorted(bucket["uploaded"][:-1]) == sorted(f"speakers/{name}" for name in SPEAKER_FILES)
    assert bucket["uploaded"][-1] == "speakers/manifest.json"


def test_name_of_speaker_model_is_its_own(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    taken = earshot("model", "add", write_model(tmp_path / "mine"), "--name", "speakers", *bucket["at"])
    (tmp_path / "embedding.onnx").write_bytes(b"x")
    incomplete = earshot("model", "add", str(tmp_path), *bucket["at"])

    assert (taken.returncode, incomplete.returncode) == (2, 2)
    assert "The name speakers is that of the model" in taken.stderr
    assert "has no segmentation.onnx, no calibration.json" in incomplete.stderr
    assert bucket["uploaded"] == []
