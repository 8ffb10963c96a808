"""The wheel: its contents and metadata, and the command in an environment with nothing but its dependencies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import earshot_cli
from tests.paths import ROOT

pytestmark = pytest.mark.slow

# Imported under these names by the repository alone; a distribution that provides one of them would shadow it.
REPOSITORY_PACKAGES = ("containers", "events", "functions", "infra", "localcloud", "transcriber")
IMPORT_EVERY_MODULE = """
import importlib, pkgutil
for package in ("earshot_cli", "earshot_contract"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def core_metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def environment(wheel: Path, core_metadata: Message, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and, linked from this one, the dependencies it declares without extras."""
    venv = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    install = ["uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(venv), str(wheel)]
    subprocess.run([sys.executable, "-m", *install], check=True)
    [site_packages] = venv.glob("lib/python*/site-packages")
    required = [Requirement(text) for text in core_metadata.get_all("Requires-Dist", [])]
    for distribution in closure(required):
        for name in top_level_entries(distribution):
            if not (site_packages / name).exists():
                (site_packages / name).symlink_to(Path(str(distribution.locate_file(name))).resolve())
    return venv


def closure(requirements: Iterable[Requirement]) -> list[metadata.Distribution]:
    """Return the installed distributions that the requirements need, those behind extras left out."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonical(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.distribution(name)
        waiting += [Requirement(text) for text in found[name].requires or []]
    return list(found.values())


def top_level_entries(distribution: metadata.Distribution) -> set[str]:
    """Return the names of the files and folders of a distribution in site-packages."""
    return {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}


def canonical(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def run(environment: Path, *command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], "COLUMNS": "200", "HOME": str(folder)}
    program = [str(environment / "bin" / command[0]), *command[1:]]
    return subprocess.run(program, cwd=folder, env=variables, capture_output=True, text=True)


def test_wheel_contains_only_command_and_contract(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    packages = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert packages == {"earshot_cli", "earshot_contract"}
    sources = {*ROOT.glob("cli/earshot_cli/**/*.py"), *ROOT.glob("events/earshot_contract/**/*.py")}
    assert {name for name in names if name.endswith(".py")} == {
        str(path.relative_to(ROOT)).partition("/")[2] for path in sources
    }


def test_metadata_names_license_pythons_and_version(core_metadata: Message) -> None:
    assert core_metadata["Name"] == earshot_cli.DISTRIBUTION
    assert core_metadata["Version"] == earshot_cli.__version__
    assert core_metadata["Requires-Python"] == ">=3.11"
    assert core_metadata["License-Expression"] == "MIT"  # PEP 639
    assert core_metadata["License-File"] == "LICENSE"
    classifiers = core_metadata.get_all("Classifier", [])
    for minor in (11, 12, 13, 14):
        assert f"Programming Language :: Python :: 3.{minor}" in classifiers
    assert set(core_metadata.get_all("Provides-Extra", [])) == {"admin", "hub"}


def test_dependencies_are_in_the_lock(core_metadata: Message) -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    required = {canonical(Requirement(text).name) for text in core_metadata.get_all("Requires-Dist", [])}

    assert required >= {"httpx", "msgspec", "rich", "typer", "boto3", "huggingface-hub"}
    assert required <= set(locked)


def test_help_works_with_declared_dependencies_alone(environment: Path, tmp_path: Path) -> None:
    result = run(environment, "earshot", "--help", folder=tmp_path)

    assert result.returncode == 0, result.stderr
    assert "transcribe" in result.stdout
    assert run(environment, "earshot", "--version", folder=tmp_path).stdout == f"earshot {earshot_cli.__version__}\n"


def test_every_module_imports_with_declared_dependencies(environment: Path, tmp_path: Path) -> None:
    result = run(environment, "python", "-c", IMPORT_EVERY_MODULE, folder=tmp_path)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (("up",), 2, "runs from a clone"),
        (("key", "create", "me", "--stack", "Earshot"), 2, "[admin]"),
        (("model", "list", "--stack", "Earshot"), 2, "[admin]"),
        (("model", "list"), 3, "No local cloud has run with its data in .earshot."),
        (("jobs", "--url", "http://127.0.0.1:9"), 3, "does not answer"),
    ],
)
def test_command_outside_clone_fails_with_message(
    environment: Path, tmp_path: Path, command: tuple[str, ...], status: int, message: str
) -> None:
    result = run(environment, "earshot", *command, folder=tmp_path)

    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_no_locked_distribution_shadows_the_repository() -> None:
    providers = metadata.packages_distributions()

    assert {name: providers[name] for name in REPOSITORY_PACKAGES if name in providers} == {}
