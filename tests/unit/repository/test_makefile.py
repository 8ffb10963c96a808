"""`make` on machines that lack something: it says what, and starts nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

MAKEFILE = ROOT / "Makefile"


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(MAKEFILE, folder)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
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
        ('case "$2" in *version_info*) echo "this one is 3.9" >&2; exit 1;; esac', "3.9"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do(tmp_path: Path, chosen: str, says: str) -> None:
    done = make(tmp_path, "install", chosen if chosen.startswith("PYTHON=") else python(tmp_path, chosen))

    assert done.returncode != 0
    assert says in done.stderr
    assert not (tmp_path / ".venv").exists()
