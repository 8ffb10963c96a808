"""What the image holds: the same versions that are tested here, and nothing the package does not need."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.places import ROOT

HOME = ROOT / "containers" / "transcriber"
SOURCES = sorted((HOME / "transcriber").rglob("*.py"))


def pins(path: Path) -> dict[str, set[str]]:
    """Package → versions; the lock has two of some, for older and newer Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", path.read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def imports(path: Path) -> set[str]:
    """The top-level names a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names)


def test_the_image_has_the_versions_that_are_tested() -> None:
    image, lock = pins(HOME / "requirements.txt"), pins(ROOT / "requirements.lock")

    assert image
    assert {name: versions for name, versions in image.items() if not versions <= lock.get(name, set())} == {}


def test_everything_installed_is_checked_by_its_hash() -> None:
    for name in ("requirements.txt", "requirements-gpu.txt"):
        requirements = re.split(r"\n(?=[a-z])", (HOME / name).read_text().strip())
        assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_the_gpu_image_adds_cublas_alone() -> None:
    """ctranslate2 opens neither cuDNN nor torch: an image with them is three times as large."""
    assert set(pins(HOME / "requirements-gpu.txt")) == {"nvidia-cublas-cu12"}
    assert not {name for name in pins(HOME / "requirements.txt") if "torch" in name or "nvidia" in name}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_module_imports_what_the_image_has(path: Path) -> None:
    """So it knows nothing of the functions, the infrastructure or the command."""
    image = pins(HOME / "requirements.txt")
    distributions = packages_distributions()

    for name in imports(path) - {"transcriber", "earshot_contract"}:
        owners = {re.sub("[-_.]+", "-", owner).lower() for owner in distributions.get(name, [name])}
        assert owners & set(image), f"{name} is in no package of the image"


def test_the_contract_is_copied_under_its_import_name() -> None:
    dockerfile = (HOME / "Dockerfile").read_text()

    assert re.findall(r"^COPY (events/.+)$", dockerfile, re.MULTILINE) == ["events/earshot_contract earshot_contract"]
