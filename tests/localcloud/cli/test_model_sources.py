"""`earshot model add`: folders that are no model, names that are refused, and the Hugging Face Hub.

The hub's client reads its variables when it is imported: those tests have the command in a process of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from earshot_cli.models.huggingface_hub import WELL_KNOWN
from earshot_cli.models.upload import MODEL_FILES
from tests.fixtures.servers.huggingface_hub import TINY_MODEL, write_model


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_folder_without_required_file_fails(earshot: Any, bucket: dict[str, Any], tmp_path: Path, missing: str) -> None:
    result = earshot("model", "add", write_model(tmp_path / "mine", missing), *bucket["at"])

    assert result.returncode == 2
    assert f"is not a Whisper model for CTranslate2: it has no {missing}" in result.stderr
    assert bucket["uploaded"] == []


def test_git_lfs_pointer_fails_with_hint(earshot: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1"

    result = earshot("model", "add", write_model(tmp_path / "mine", model=pointer), *bucket["at"])

    assert result.returncode == 2
    assert "git lfs pull" in result.stderr
    assert bucket["uploaded"] == []


@pytest.mark.parametrize("name", ["a/b", "ä", "..", "two words"])
def test_invalid_model_name_fails(earshot: Any, bucket: dict[str, Any], tmp_path: Path, name: str) -> None:
    result = earshot("model", "add", write_model(tmp_path / "mine"), "--name", name, *bucket["at"])

    assert result.returncode == 2
    assert f"{name} is not a valid name for a model" in result.stderr


def test_unknown_model_lists_well_known_ones(earshot: Any, bucket: dict[str, Any]) -> None:
    result = earshot("model", "add", "enormous", *bucket["at"])

    assert result.returncode == 2
    assert all(name in result.stderr for name in WELL_KNOWN)


def test_model_commands_without_deployment_fail(earshot: Any, tmp_path: Path) -> None:
    for command in (("add", write_model(tmp_path / "mine")), ("list",)):
        result = earshot("model", *command, "--data-dir", str(tmp_path / "nowhere"))
        assert result.returncode == 3
        assert "No local cloud has run" in result.stderr


def test_well_known_model_is_downloaded_at_pinned_revision(
    earshot_process: Any, bucket: dict[str, Any], hub: dict[str, Any]
) -> None:
    result = earshot_process("model", "add", "small", *bucket["at"], **hub["environment"])

    assert result.returncode == 0, result.stderr
    assert sorted(bucket["uploaded"][:-1]) == sorted(f"small/{name}" for name in TINY_MODEL)
    assert bucket["uploaded"][-1] == "small/manifest.json"
    assert set(hub["files"]) - set(MODEL_FILES) == {"README.md"}
    assert not any(path.endswith("README.md") for path in hub["requests"])


def test_repository_of_hub_is_uploaded(earshot_process: Any, bucket: dict[str, Any], hub: dict[str, Any]) -> None:
    hub["repo"], hub["commit"] = "somebody/faster-whisper-dialects", "c" * 40

    result = earshot_process("model", "add", hub["repo"], *bucket["at"], **hub["environment"])

    assert result.returncode == 0, result.stderr
    assert bucket["uploaded"][-1] == "dialects/manifest.json"


def test_missing_repository_fails(earshot_process: Any, bucket: dict[str, Any], hub: dict[str, Any]) -> None:
    result = earshot_process("model", "add", "nobody/nothing", *bucket["at"], **hub["environment"])

    assert result.returncode == 1
    assert "The hub has no public model nobody/nothing." in result.stderr


def test_unreachable_hub_fails(earshot_process: Any, bucket: dict[str, Any], tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}

    result = earshot_process("model", "add", "small", *bucket["at"], **nowhere)

    assert result.returncode == 3
    assert "cannot be downloaded from the hub" in result.stderr
    assert bucket["uploaded"] == []
