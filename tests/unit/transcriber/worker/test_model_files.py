"""From a model's name to a checked folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.shards import ShardError
from transcriber.engine_protocol import ShardFailed
from transcriber.worker.model_files import Models

FILES = {"model.bin": b"weights" * 1000, "config.json": b"{}"}
DIGESTS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def refusal(models: Models, name: str) -> tuple[ShardError, str]:
    with pytest.raises(ShardFailed) as caught:
        models.find(name)
    return caught.value.error, caught.value.sentence


def test_a_model_is_pulled_from_the_bucket_once(account: Any, cache: Path) -> None:
    account.put_model("small", FILES, DIGESTS)
    models = Models(account.clients.s3, "models", cache)

    first = models.find("small")
    account.clients.s3.delete_object(Bucket="models", Key="small/model.bin")
    second = models.find("small")

    assert first == second
    assert (first.name, first.sha256) == ("small", DIGESTS["model.bin"])
    assert {path.name: path.read_bytes() for path in first.directory.iterdir()} == FILES


def test_a_model_already_on_disk_is_taken_from_there(account: Any, cache: Path, tmp_path: Path) -> None:
    account.put_model("small", {}, DIGESTS)
    here = tmp_path / "held" / "small"
    here.mkdir(parents=True)
    for name, content in FILES.items():
        (here / name).write_bytes(content)

    assert Models(account.clients.s3, "models", cache, tmp_path / "held").find("small").directory == here


@pytest.mark.parametrize("held", [True, False])
def test_files_that_are_not_the_manifests_are_refused(account: Any, cache: Path, tmp_path: Path, held: bool) -> None:
    tampered = FILES | {"model.bin": b"somebody else's weights"}
    account.put_model("small", tampered, DIGESTS)
    (tmp_path / "held" / "small").mkdir(parents=True)
    for name, content in tampered.items():
        (tmp_path / "held" / "small" / name).write_bytes(content)

    error, sentence = refusal(Models(account.clients.s3, "models", cache, tmp_path / "held" if held else None), "small")

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin" in sentence


def test_a_manifest_may_name_a_file_that_is_not_there(account: Any, cache: Path) -> None:
    account.put_model("small", {"config.json": b"{}"}, DIGESTS)

    error, sentence = refusal(Models(account.clients.s3, "models", cache), "small")

    assert error == ShardError.CORRUPT_MODEL
    assert "model.bin is missing" in sentence


def test_a_model_put_right_in_the_bucket_is_pulled_anew(account: Any, cache: Path) -> None:
    account.put_model("small", FILES | {"config.json": b"!"}, DIGESTS)
    models = Models(account.clients.s3, "models", cache)
    refusal(models, "small")

    account.put_model("small", FILES, DIGESTS)

    assert models.find("small").sha256 == DIGESTS["model.bin"]


def test_an_unknown_model_is_refused_with_those_there_are(account: Any, cache: Path) -> None:
    for name in ("base", "small"):
        account.put_model(name, {}, DIGESTS)

    error, sentence = refusal(Models(account.clients.s3, "models", cache), "medium")

    assert error == ShardError.UNKNOWN_MODEL
    assert sentence == "This deployment does not hold the model 'medium'; it holds: base, small."


@pytest.mark.parametrize("name", ["", "..", "../small", "/etc", "a/b", ".small"])
def test_a_name_is_no_path(account: Any, cache: Path, name: str) -> None:
    error, sentence = refusal(Models(account.clients.s3, "models", cache), name)

    assert error == ShardError.UNKNOWN_MODEL
    assert "is not a model's name" in sentence


def test_a_manifest_cannot_write_elsewhere(account: Any, cache: Path) -> None:
    account.put_model("small", FILES, DIGESTS | {"../../x": "0" * 64})

    assert refusal(Models(account.clients.s3, "models", cache), "small")[0] == ShardError.CORRUPT_MODEL
