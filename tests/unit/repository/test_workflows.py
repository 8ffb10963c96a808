"""The workflows against what they name: make's targets, tests, and the files that a release is checked by."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from earshot_cli import __version__
from tests.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def commands() -> str:
    return "\n".join(path.read_text() for path in WORKFLOWS)


def check_tag(tag: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the release's step that judges a tag, on copies of the files that it reads."""
    release: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    [step] = [step for step in release["jobs"]["release"]["steps"] if "tag" in step.get("name", "")]
    for name in ("pyproject.toml", "CHANGELOG.md", "cli/earshot_cli/__init__.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    environment = {**os.environ, "GITHUB_REF_NAME": tag}
    command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]  # as GitHub runs it
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_release_takes_the_tag_of_this_version(tmp_path: Path) -> None:
    assert check_tag(f"v{__version__}", tmp_path).returncode == 0
    assert (tmp_path / "notes.md").read_text().strip()


def test_release_refuses_the_tag_of_another_version(tmp_path: Path) -> None:
    assert check_tag("v99.0.0", tmp_path).returncode != 0


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_targets_of_workflows_exist(workflow: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = workflow.read_text()
    matrices = re.findall(r"target: \[(.+)\]", text)
    used = set(re.findall(r"run: make ([a-z-]+)", text)) | {name for row in matrices for name in row.split(", ")}

    assert used
    assert used - targets == set()


def test_deselected_tests_of_workflows_exist() -> None:
    """pytest says nothing of a name that matches no test."""
    deselected = re.findall(r"--deselect (\S+)::(\w+)", commands())

    assert deselected
    assert [name for path, name in deselected if f"def {name}(" not in (ROOT / path).read_text()] == []
