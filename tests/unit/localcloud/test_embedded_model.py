"""The embedded model is the pinned one or none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from localcloud import embedded_model as models


def test_the_joined_files_are_the_pinned_ones(tmp_path: Path) -> None:
    place = models.embedded(tmp_path)

    for name, (expected, _) in models.FILES.items():
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == expected


def test_the_manifest_says_so(tmp_path: Path) -> None:
    key, content = models.manifest(models.embedded(tmp_path))

    manifest = json.loads(content)
    assert key == "base/manifest.json"
    assert manifest["name"] == "base"
    assert manifest["files"]["model.bin"] == {"sha256": models.FILES["model.bin"][0], "size": 145217532}


def test_a_mismatch_is_refused_and_leaves_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "config.json"
    monkeypatch.setitem(models.FILES, name, ("0" * 64, models.FILES[name][1]))

    with pytest.raises(models.CorruptModel, match=r"config\.json.*make clean install"):
        models.embedded(tmp_path)

    assert not (tmp_path / "base").exists()
