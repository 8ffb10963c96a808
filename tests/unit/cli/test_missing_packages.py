"""The command where packages are missing: extras that are not installed, `earshot up` outside a clone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

CLOUD_STATE = '{"aws": "http://127.0.0.1:9", "outputs": {"ModelsBucket": "models", "TableName": "table"}}'


@pytest.fixture
def data_dir(tmp_path: Path) -> str:
    (tmp_path / "cloud.json").write_text(CLOUD_STATE)
    return str(tmp_path)


def remove(monkeypatch: pytest.MonkeyPatch, *packages: str, imported_by: str = "") -> None:
    """Make the import of packages and of their modules fail, also for a package that has imported them before."""
    for name in list(sys.modules):
        if name.partition(".")[0] in (*packages, imported_by):
            monkeypatch.delitem(sys.modules, name)

    class Finder:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> None:
            if name.partition(".")[0] in packages:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])


@pytest.mark.parametrize("command", [("key", "create", "me"), ("model", "list")])
def test_admin_commands_without_boto3_name_the_extra(
    earshot: Any, data_dir: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    remove(monkeypatch, "boto3", "botocore")

    result = earshot(*command, "--data-dir", data_dir)

    assert (result.returncode, result.stdout) == (2, "")
    assert "`earshot key` and `earshot model` need the extra `admin`" in result.stderr
    assert "pip install 'earshot-transcription[admin]'" in result.stderr


@pytest.mark.slow
def test_model_add_without_hub_client_names_the_extra(
    earshot: Any, data_dir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(monkeypatch, "huggingface_hub")

    result = earshot("model", "add", "tiny", "--data-dir", data_dir)

    assert (result.returncode, result.stdout) == (2, "")
    assert "pip install 'earshot-transcription[hub]'" in result.stderr


@pytest.mark.parametrize("package", ["infra", "localcloud"])
def test_up_outside_a_clone_says_how_to_get_one(earshot: Any, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    remove(monkeypatch, package)

    result = earshot("up")

    assert (result.returncode, result.stdout) == (2, "")
    assert "`earshot up` runs from a clone" in result.stderr
    assert "git clone" in result.stderr
    assert "make run" in result.stderr


def test_up_without_a_package_names_it(earshot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    remove(monkeypatch, "boto3", imported_by="localcloud")

    result = earshot("up")

    assert (result.returncode, result.stdout) == (2, "")
    assert "needs the package boto3" in result.stderr
