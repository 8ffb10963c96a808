"""Embedded model: its files have the pinned digests, or there is no model."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from localcloud import embedded_model

pytestmark = pytest.mark.slow


def test_embedded_model_files_have_pinned_digests(tmp_path: Path) -> None:
    folder = embedded_model.embedded(tmp_path)

    for name, (expected, _) in embedded_model.FILES.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected


def test_embedded_model_manifest_lists_digests(tmp_path: Path) -> None:
    key, content = embedded_model.manifest(embedded_model.embedded(tmp_path))

    manifest = json.loads(content)
    assert key == "base/manifest.json"
    assert manifest["name"] == "base"
    assert manifest["files"]["model.bin"] == {"sha256": embedded_model.FILES["model.bin"][0], "size": 145217532}


def test_embedded_model_with_wrong_digest_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "config.json"
    monkeypatch.setitem(embedded_model.FILES, name, ("0" * 64, embedded_model.FILES[name][1]))

    with pytest.raises(embedded_model.CorruptModel, match=r"config\.json.*make clean install"):
        embedded_model.embedded(tmp_path)

    assert not (tmp_path / "base").exists()


def test_embedded_model_needed_by_several_at_once_is_joined_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[Path] = []
    join = embedded_model._join
    monkeypatch.setattr(embedded_model, "_join", lambda folder: (joined.append(folder), join(folder)))

    with ThreadPoolExecutor(3) as threads:
        folders = list(threads.map(embedded_model.embedded, [tmp_path] * 3))

    assert folders == [tmp_path / "base"] * 3
    assert len(joined) == 1
