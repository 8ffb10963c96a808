"""`make` on machines that lack something: it says what, and starts nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.every_python import NEWEST, OLDEST
from tests.paths import ROOT

MAKEFILE = ROOT / "Makefile"


def make(folder: Path, *arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    shutil.copy(MAKEFILE, folder)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")} | {
        "PATH": path
    }
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def python(folder: Path, body: str) -> str:
    """A Python that does all but what `body` says."""
    program = folder / "python"
    program.write_text(f'#!/bin/sh\n{body}\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return f"PYTHON={program}"


def test_without_a_target_it_lists_them(tmp_path: Path) -> None:
    done = make(tmp_path)

    assert done.returncode == 0
    assert all(f"make {target} " in done.stdout for target in ("run", "test", "install", "synth", "lint", "deploy"))
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ("PYTHON=python-that-is-not-there", "there is no python-that-is-not-there here"),
        ('case "$1$2" in *version_info*) exit 1;; --version*) echo "Python 3.9.18"; exit;; esac', "is Python 3.9.18"),
        ('case "$1$2" in *version_info*) exit 1;; --version*) echo "Python 3.15.0"; exit;; esac', "is Python 3.15.0"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do(tmp_path: Path, chosen: str, says: str) -> None:
    done = make(tmp_path, "install", chosen if chosen.startswith("PYTHON=") else python(tmp_path, chosen))

    assert done.returncode != 0
    assert says in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.slow
def test_another_python_serves_where_python3_is_too_old(tmp_path: Path) -> None:
    makes_it = 'case "$1" in -m) echo "makes $3 with $0"; exit 1;; esac'
    for name, body in [("python3", "exit 1"), ("python3.14", "exit 1"), ("python3.13", makes_it)]:
        (tmp_path / name).write_text(f'#!/bin/sh\n{body}\nexec {sys.executable} "$@"\n')
        (tmp_path / name).chmod(0o755)

    done = make(tmp_path, "install", path=f"{tmp_path}:{os.environ['PATH']}")

    assert f"makes .venv with {tmp_path}/python3.13" in done.stdout


def test_supported_pythons_are_the_same_everywhere() -> None:
    """In pyproject, in the workflow of pull requests, in README and where other Pythons are looked for."""
    supported = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    makefile = MAKEFILE.read_text()
    classifiers = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()

    assert re.findall(r"^(?:OLDEST|NEWEST) := (\d+)$", makefile, re.M) == [str(OLDEST[1]), str(NEWEST[1])]
    assert classifiers == supported
    assert f"python: [{', '.join(map(json.dumps, supported))}]" in workflow
    assert f"Python {supported[0]} to {supported[-1]}" in (ROOT / "README.md").read_text()
