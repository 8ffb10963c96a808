"""Models bucket against a mock of S3: good and broken manifests, and what `earshot model list` shows of them."""

from __future__ import annotations

import errno
import json
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.errors import CliError
from earshot_cli.models import bucket as model_bucket
from earshot_cli.models import upload as model_upload
from earshot_contract.documents.manifest import Manifest, ModelFile
from tests.fixtures.accounts.account import shared_client

GOOD = Manifest("good", {"model.bin": ModelFile("ab" * 32, 148_000_000)})
BROKEN = {
    "torn": b'{"name": "torn", "fil',
    "list": b"[]",
    "text": b'{"name": "text", "files": {"model.bin": "ab"}}',
    "nameless": b'{"files": {"model.bin": {"sha256": "ab", "size": 1}}}',
    "typed": b'{"name": "typed", "files": {"model.bin": {"sha256": 1, "size": "1"}}}',
    "copied": GOOD.to_json().encode(),
    "weightless": b'{"name": "weightless", "files": {}}',
    "negative": b'{"name": "negative", "files": {"model.bin": {"sha256": "ab", "size": -1}}}',
}


@pytest.fixture
def s3(empty_account: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of S3 with the empty bucket `models`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = shared_client("s3")
    client.create_bucket(Bucket="models")
    return client


@pytest.fixture
def data_dir(tmp_path: Path) -> str:
    """Data folder of a local cloud with the bucket `models`, whose endpoint is the mock's."""
    state = {"aws": "https://s3.us-east-1.amazonaws.com", "outputs": {"ModelsBucket": "models"}}
    (tmp_path / "cloud.json").write_text(json.dumps(state))
    return str(tmp_path)


def write_model(folder: Path) -> str:
    """Write the smallest folder that passes for a Whisper model."""
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"\x06\x00\x00\x00\x0c\x00WhisperSpec\x00 and so on")
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_bytes(b"{}")
    return str(folder)


def test_manifest_is_read_as_written(s3: Any) -> None:
    model_bucket.put_manifest(s3, "models", GOOD)

    assert model_bucket.read_models(s3, "models") == ([GOOD], [])
    assert s3.head_object(Bucket="models", Key="good/manifest.json")["ContentType"] == "application/json"


@pytest.mark.parametrize("folder", BROKEN)
def test_broken_manifest_does_not_hide_good_one(s3: Any, folder: str) -> None:
    model_bucket.put_manifest(s3, "models", GOOD)
    s3.put_object(Bucket="models", Key=f"{folder}/manifest.json", Body=BROKEN[folder])

    models, [broken] = model_bucket.read_models(s3, "models")

    assert models == [GOOD]
    assert broken.model == folder
    assert broken.reason


def test_model_list_shows_broken_models_with_reason(s3: Any, earshot: Any, data_dir: str) -> None:
    for name in ("weightless", "copied"):
        s3.put_object(Bucket="models", Key=f"{name}/manifest.json", Body=BROKEN[name])
    model_bucket.put_manifest(s3, "models", GOOD)

    result = earshot("model", "list", "--data-dir", data_dir)

    assert result.returncode == 0, result.stderr
    _, good, copied, weightless = result.stdout.splitlines()
    assert good.split() == ["good", "148", "MB", "ab" * 32]
    assert copied.startswith("copied ")
    assert "names the model 'good'" in copied
    assert weightless.startswith("weightless ")
    assert "model.bin is not among its files" in weightless


def test_model_list_on_narrow_terminal_shortens_nothing(s3: Any, earshot: Any, data_dir: str) -> None:
    model_bucket.put_manifest(s3, "models", GOOD)
    s3.put_object(Bucket="models", Key="copied/manifest.json", Body=BROKEN["copied"])

    shown = earshot("model", "list", "--data-dir", data_dir, COLUMNS="60").stdout

    assert "…" not in shown
    assert "ab" * 32 in "".join(line.split()[-1] for line in shown.splitlines()[1:3])
    assert "broken, not available: the manifest names the model 'good'." in " ".join(shown.split())


def test_model_list_reads_all_pages(s3: Any) -> None:
    for name in ("a/config.json", "a/model.bin"):
        s3.put_object(Bucket="models", Key=name, Body=b"")
    model_bucket.put_manifest(s3, "models", GOOD)
    one_key_a_page = "provide-client-params.s3.ListObjectsV2"

    def limit(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "MaxKeys": 1}

    s3.meta.events.register(one_key_a_page, limit)

    try:
        assert model_bucket.read_models(s3, "models") == ([GOOD], [])
    finally:
        s3.meta.events.unregister(one_key_a_page, limit)


def test_missing_bucket_is_named(s3: Any, earshot: Any, data_dir: str) -> None:
    s3.delete_bucket(Bucket="models")

    result = earshot("model", "list", "--data-dir", data_dir)

    assert result.returncode == 1
    assert "The bucket models cannot be read" in result.stderr


def test_added_model_is_available(s3: Any, tmp_path: Path) -> None:
    added = model_upload.add(write_model(tmp_path / "mine"), None, "models")

    assert model_bucket.read_models(s3, "models") == ([added], [])
    assert {entry["Key"] for entry in s3.list_objects_v2(Bucket="models")["Contents"]} == {
        "mine/manifest.json",
        *(f"mine/{name}" for name in added.files),
    }


def test_model_of_earlier_release_gets_int8_weights(s3: Any, tmp_path: Path) -> None:
    folder = Path(write_model(tmp_path / "mine"))
    (folder / "model.bin").write_bytes(struct.pack("<IH", 6, 12) + b"WhisperSpec\0" + struct.pack("<II", 3, 0))
    files = [folder / name for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json")]
    earlier = Manifest.from_files("mine", files)
    model_bucket.put_manifest(s3, "models", earlier)
    s3.upload_file(str(folder / "model.bin"), "models", "mine/model.bin")

    added = model_upload.add(str(folder), None, "models")
    again = model_upload.add(str(folder), None, "models")

    assert model_bucket.read_models(s3, "models") == ([added], [])
    assert again == added
    assert added.int8 is not None
    assert replace(added, int8=None) == earlier
    keys = {entry["Key"] for entry in s3.list_objects_v2(Bucket="models")["Contents"]}
    assert keys == {"mine/manifest.json", "mine/model.bin", "mine/model.int8.zlib"}


def test_full_disk_is_named_and_nothing_uploaded(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(model_upload, "write_int8", full)

    with pytest.raises(CliError, match=r"int8 weights cannot be written into .*: No space left on device"):
        model_upload.add(write_model(tmp_path / "mine"), None, "models")
    assert "Contents" not in s3.list_objects_v2(Bucket="models", Prefix="mine/")


def test_model_add_replaces_broken_manifest(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="models", Key="mine/manifest.json", Body=b"{}")

    added = model_upload.add(write_model(tmp_path / "mine"), None, "models")

    assert model_bucket.read_models(s3, "models") == ([added], [])
