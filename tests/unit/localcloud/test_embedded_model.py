"""The embedded model is the pinned one or none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from localcloud import embedded_model


def test_the_joined_files_are_the_pinned_ones(tmp_path: Path) -> None:
    place = embedded_model.embedded(tmp_path)

    for name, (expected, _) in embedded_model.FILES.items():
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == expected


def test_the_manifest_says_so(tmp_path: Path) -> None:
    key, content = embedded_model.manifest(embedded_model.embedded(tmp_path))

    manifest = json.loads(content)
    assert key == "base/manifest.json"
    assert manifest["name"] == "base"
    assert manifest["files"]["model.bin"] == {"sha256": embedded_model.FILES["model.bin"][0], "size": 145217532}


def test_a_mismatch_is_refused_and_leaves_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "config.json"
    monkeypatch.setitem(embedded_model.FILES, name, ("0" * 64, embedded_model.FILES[name][1]))

    with pytest.raises(embedded_model.CorruptModel, match=r"config\.json.*make clean install"):
        embedded_model.embedded(tmp_path)

    assert not (tmp_path / "base").exists()
