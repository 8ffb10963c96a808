"""Model files: found on disk or downloaded, and checked against the manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.shards import ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.model_files import ModelFiles

FILES = {"model.bin": b"weights" * 1000, "config.json": b"{}"}
DIGESTS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def find_error(models: ModelFiles, name: str) -> tuple[ShardError, str]:
    with pytest.raises(ShardFailed) as caught:
        models.find(name)
    return caught.value.error, caught.value.message


def test_model_is_downloaded_from_bucket_once(account: Any, cache: Path) -> None:
    account.put_model("small", FILES, DIGESTS)
    models = ModelFiles(account.clients.s3, "models", cache)

    first = models.find("small")
    account.clients.s3.delete_object(Bucket="models", Key="small/model.bin")
    second = models.find("small")

    assert first == second
    assert (first.name, first.sha256) == ("small", DIGESTS["model.bin"])
    assert {path.name: path.read_bytes() for path in first.directory.iterdir()} == FILES


def test_local_model_is_used_without_download(account: Any, cache: Path, tmp_path: Path) -> None:
    account.put_model("small", {}, DIGESTS)
    directory = tmp_path / "local" / "small"
    directory.mkdir(parents=True)
    for name, content in FILES.items():
        (directory / name).write_bytes(content)

    assert ModelFiles(account.clients.s3, "models", cache, tmp_path / "local").find("small").directory == directory


@pytest.mark.parametrize("local", [True, False])
def test_files_unlike_manifest_raise_corrupt_model(account: Any, cache: Path, tmp_path: Path, local: bool) -> None:
    tampered = FILES | {"model.bin": b"other weights"}
    account.put_model("small", tampered, DIGESTS)
    (tmp_path / "local" / "small").mkdir(parents=True)
    for name, content in tampered.items():
        (tmp_path / "local" / "small" / name).write_bytes(content)

    error, message = find_error(
        ModelFiles(account.clients.s3, "models", cache, tmp_path / "local" if local else None), "small"
    )

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin" in message


def test_file_missing_from_bucket_raises_corrupt_model(account: Any, cache: Path) -> None:
    account.put_model("small", {"config.json": b"{}"}, DIGESTS)

    error, message = find_error(ModelFiles(account.clients.s3, "models", cache), "small")

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin is missing" in message


def test_repaired_model_is_downloaded_again(account: Any, cache: Path) -> None:
    account.put_model("small", FILES | {"config.json": b"!"}, DIGESTS)
    models = ModelFiles(account.clients.s3, "models", cache)
    find_error(models, "small")

    account.put_model("small", FILES, DIGESTS)

    assert models.find("small").sha256 == DIGESTS["model.bin"]


def test_unknown_model_error_lists_available_models(account: Any, cache: Path) -> None:
    for name in ("base", "small"):
        account.put_model(name, {}, DIGESTS)

    error, message = find_error(ModelFiles(account.clients.s3, "models", cache), "medium")

    assert error == ShardError.UNKNOWN_MODEL
    assert message == "This deployment does not have the model 'medium'. It has: base, small."


@pytest.mark.parametrize("name", ["", "..", "../small", "/etc", "a/b", ".small"])
def test_path_as_model_name_raises_unknown_model(account: Any, cache: Path, name: str) -> None:
    error, message = find_error(ModelFiles(account.clients.s3, "models", cache), name)

    assert error == ShardError.UNKNOWN_MODEL
    assert "is not a model's name" in message


def test_manifest_with_path_raises_corrupt_model(account: Any, cache: Path) -> None:
    account.put_model("small", FILES, DIGESTS | {"../../x": "0" * 64})

    assert find_error(ModelFiles(account.clients.s3, "models", cache), "small")[0] == ShardError.CORRUPT_MODEL
