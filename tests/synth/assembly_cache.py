"""Synthesized assemblies, kept in build/assemblies for as long as the inputs of the synthesis do not change."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from infra import synth

FOLDER = synth.ROOT / "build" / "assemblies"
KEPT = 3  # assemblies of the newest digests; another test run may still read the second newest


def cached_assembly(name: str, synthesize: Callable[[Path], None]) -> Path:
    """Return the folder of an assembly, synthesized only if there is none for the current inputs and this Python.

    Test processes that need it at once wait for the one that synthesizes it.

    Args:
        name: Name of the assembly: each has its own context, or its own way to synthesize.
        synthesize: Writes the assembly into a folder. What it raises is passed on, and nothing is kept.
    """
    digest = FOLDER / synth.digest()
    folder = digest / f"python{sys.version_info.major}.{sys.version_info.minor}" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not folder.is_dir():
            folder = _synthesized(folder, digest.name, synthesize)
    return folder


def _synthesized(folder: Path, digest: str, synthesize: Callable[[Path], None]) -> Path:
    """Fill the folder and return it; or another one, which no later call finds, if the inputs changed meanwhile."""
    with tempfile.TemporaryDirectory(prefix="building.", dir=FOLDER) as building:
        fresh = Path(building) / "assembly"
        fresh.mkdir()
        synthesize(fresh)
        if synth.digest() != digest:
            folder = Path(tempfile.mkdtemp(prefix="edited.", dir=FOLDER)) / folder.name
        fresh.rename(folder)
    _remove_old()
    return folder


def _remove_old() -> None:
    finished = [path for path in FOLDER.iterdir() if not path.name.startswith("building.")]
    for path in sorted(finished, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
