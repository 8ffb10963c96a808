"""Model files: found on disk or downloaded, and checked against the manifest."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.shards import ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.caches.model_files import ModelFiles

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


def put_int8(account: Any, content: bytes, manifest_of: bytes) -> None:
    """Put the model small, and int8 weights beside it, in two blocks; the manifest has those of other content."""
    first, second = zlib.compress(content[:4]), zlib.compress(content[4:])
    account.clients.s3.put_object(Bucket="models", Key="small/model.int8.zlib", Body=first + second)
    sizes = {"blocks": [len(first), len(second)], "size": 2**23 + 1}
    account.put_model("small", FILES, DIGESTS, int8={"sha256": hashlib.sha256(manifest_of).hexdigest(), **sizes})


def test_int8_weights_are_downloaded_instead_of_others(account: Any, cache: Path) -> None:
    put_int8(account, b"int8 weights", b"int8 weights")
    account.clients.s3.delete_object(Bucket="models", Key="small/model.bin")

    model = ModelFiles(account.clients.s3, "models", cache, int8=True).find("small")

    assert model.sha256 == DIGESTS["model.bin"]  # the model is the same
    found = {path.name: path.read_bytes() for path in model.directory.iterdir()}
    assert found == FILES | {"model.bin": b"int8 weights"}


def test_worker_with_gpu_downloads_float_weights(account: Any, cache: Path) -> None:
    put_int8(account, b"int8 weights", b"int8 weights")

    model = ModelFiles(account.clients.s3, "models", cache).find("small")

    assert (model.directory / "model.bin").read_bytes() == FILES["model.bin"]


def test_local_model_needs_no_int8_weights(account: Any, cache: Path, tmp_path: Path) -> None:
    put_int8(account, b"int8 weights", b"int8 weights")
    directory = tmp_path / "local" / "small"
    directory.mkdir(parents=True)
    for name, content in FILES.items():
        (directory / name).write_bytes(content)

    models = ModelFiles(account.clients.s3, "models", cache, tmp_path / "local", int8=True)

    assert models.find("small").directory == directory


@pytest.mark.parametrize("content", [b"other weights", None])
def test_wrong_int8_weights_raise_corrupt_model(account: Any, cache: Path, content: bytes | None) -> None:
    put_int8(account, content or b"int8 weights", b"int8 weights")
    if content is None:  # bytes that are no zlib stream
        manifest = json.loads(account.clients.s3.get_object(Bucket="models", Key="small/manifest.json")["Body"].read())
        broken = bytes(sum(manifest["int8"]["blocks"]))
        account.clients.s3.put_object(Bucket="models", Key="small/model.int8.zlib", Body=broken)

    error, message = find_error(ModelFiles(account.clients.s3, "models", cache, int8=True), "small")

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin (from model.int8.zlib) has SHA-256" in message


def test_missing_int8_weights_are_named(account: Any, cache: Path) -> None:
    put_int8(account, b"int8 weights", b"int8 weights")
    account.clients.s3.delete_object(Bucket="models", Key="small/model.int8.zlib")

    error, message = find_error(ModelFiles(account.clients.s3, "models", cache, int8=True), "small")

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin (from model.int8.zlib) is missing" in message


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
