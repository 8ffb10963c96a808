"""Manifest of a model: what makes it usable."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.manifest import BrokenManifest, Manifest, ModelFile, read_manifest
from earshot_contract.keys import manifest_key, model_file_key, model_folder
from tests.fixtures.rows import each_row

WEIGHTS = {"model.bin": {"sha256": "d" * 64, "size": 5}}


def document(**changes: Any) -> str:
    return json.dumps({"name": "base", "files": WEIGHTS, **changes})


def int8(size: int, blocks: list[int]) -> dict[str, Any]:
    return {"sha256": "e" * 64, "size": size, "blocks": blocks}


def test_manifest_of_an_earlier_release_is_of_family_whisper() -> None:
    manifest = read_manifest(document(), "base")
    assert (manifest.family, manifest.languages) == ("whisper", None)


def test_manifest_with_languages_is_read() -> None:
    assert read_manifest(document(languages=["de", "fr"], family="whisper"), "base").languages == ["de", "fr"]


def test_digest_of_the_weights_stands_for_the_model() -> None:
    names = ("segmentation.onnx", "embedding.onnx", "calibration.json")
    files = {name: {"sha256": str(number) * 64} for number, name in enumerate(names)}

    assert read_manifest(document(), "base").sha256 == "d" * 64
    assert read_manifest(document(files=files, family="speakers"), "base").sha256 == "1" * 64


def test_manifest_without_sizes_is_usable() -> None:
    assert read_manifest(document(files={"model.bin": {"sha256": "d" * 64}}), "base").files["model.bin"].size == 0


@each_row(
    ("body", "reason"),
    [
        ("{", "incomplete"),
        ("[]", "type array, not object"),
        ('{"name":"base"}', "has no member `files`"),
        (document(name="other"), "names the model 'other'"),
        (document(files={}), "model.bin is not among its files"),
        (document(files={**WEIGHTS, "../x": WEIGHTS["model.bin"]}), "'../x' is not a plain name"),
        (document(files={"model.bin": {"sha256": "d" * 64, "size": -5}}), "size of model.bin is -5"),
        (document(files={"model.bin": {"sha256": "d" * 64, "size": "5"}}), "type string, not integer"),
        (document(family="parakeet"), "family 'parakeet' is not known; known are: whisper"),
        (document(family="speakers"), "embedding.onnx is not among its files"),
        (document(languages=[]), "list of languages is empty"),
        (document(languages=[1]), "type integer, not string"),
        (document(int8=int8(2**23 + 1, [90])), "int8 weights have 1 blocks for 8388609 bytes"),
        (document(int8=int8(2**23 + 1, [90, 0])), "int8 weights have a block without bytes"),
    ],
)
def test_broken_manifest_raises_with_its_reason(body: str, reason: str) -> None:
    with pytest.raises(BrokenManifest) as raised:
        read_manifest(body, "base")
    assert reason in raised.value.reason
    assert raised.value.model == "base"
    assert "'base'" in str(raised.value)


def test_manifest_of_files_has_digests_and_sizes(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    manifest = Manifest.from_files("base", tmp_path.iterdir(), languages=["de"])
    assert manifest.files == {"model.bin": ModelFile(hashlib.sha256(b"weights").hexdigest(), 7)}
    assert read_manifest(manifest.to_json(), "base") == manifest


def test_model_folder_is_found_from_the_manifest_key_only() -> None:
    assert model_folder(manifest_key("base")) == "base"
    assert model_folder(model_file_key("base", "model.bin")) is None
    assert model_folder("manifest.json") is None
    assert model_folder("base/old-manifest.json") is None
