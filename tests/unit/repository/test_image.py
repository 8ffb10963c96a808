"""The container image: the package versions that are tested, and no package that is not needed."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.fixtures.python_source import source
from tests.paths import ROOT

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
    lines = re.findall(r"^ *(?:from ([a-z]\w*)[\w.]* import |import (.+)$)", source(path).code, re.MULTILINE)
    several = {name.strip().split(".")[0].split(" ")[0] for _, names in lines for name in names.split(",")}
    return ({package for package, _ in lines} | several) - {""} - set(sys.stdlib_module_names)


def test_base_image_is_pinned_by_tag_and_digest() -> None:
    """The tag says what it is; the digest is what is built. `make base-digest` says where the tag points now."""
    dockerfile = (HOME / "Dockerfile").read_text()

    assert re.search(r"^ARG BASE=python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}$", dockerfile, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${BASE}"]


def test_image_requirements_match_lock() -> None:
    image, lock = pins(HOME / "requirements.txt"), pins(ROOT / "requirements.lock")

    assert image
    assert {name: versions for name, versions in image.items() if not versions <= lock.get(name, set())} == {}


def test_image_requirements_have_hashes() -> None:
    for name in ("requirements.txt", "requirements-gpu.txt", "requirements-quick.txt"):
        requirements = re.split(r"\n(?=[a-z])", (HOME / name).read_text().strip())
        assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_gpu_requirements_are_cublas_only() -> None:
    """ctranslate2 opens neither cuDNN nor torch: an image with them is three times as large."""
    assert set(pins(HOME / "requirements-gpu.txt")) == {"nvidia-cublas-cu12"}
    assert not {name for name in pins(HOME / "requirements.txt") if "torch" in name or "nvidia" in name}


def test_modules_import_only_packages_of_image() -> None:
    """They import neither the functions nor the infrastructure nor the command."""
    image = set(pins(HOME / "requirements.txt"))
    imported = {(path.name, name) for path in SOURCES for name in imports(path)}
    distributions = packages_distributions()  # import name → distributions; reads every package, so only once

    assert len(SOURCES) > 50
    for file, name in imported:
        owners = {re.sub("[-_.]+", "-", owner).lower() for owner in distributions.get(name, [name])}
        ours = name in ("transcriber", "earshot_contract")
        assert ours or owners & image, f"{name}, which {file} imports, is in no package of the image"


def test_dockerfile_copies_contract_under_import_name() -> None:
    dockerfile = (HOME / "Dockerfile").read_text()

    assert re.findall(r"^COPY (events/.+)$", dockerfile, re.MULTILINE) == ["events/earshot_contract earshot_contract"]


def test_build_context_is_admitted_as_whole_folders() -> None:
    """Buildah and Docker's builder before BuildKit look into no folder that only a pattern like `a/**/*.py` admits."""
    admitted = [line[1:] for line in (HOME / "Dockerfile.dockerignore").read_text().split() if line.startswith("!")]
    copied = re.findall(r"^COPY (.+) \S+$", (HOME / "Dockerfile").read_text().replace("\\\n", " "), re.MULTILINE)

    assert [path for path in admitted if "*" in path] == []
    assert len(copied) == 3
    for path in " ".join(copied).split():
        assert any(path == whole or path.startswith(f"{whole}/") for whole in admitted), path
