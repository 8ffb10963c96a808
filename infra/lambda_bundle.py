"""The two code assets of the Lambda functions: the bundle of pure Python, and the layer of compiled packages.

Both hold packages of pyproject's dependency group `functions`, in the versions of requirements.lock. Pure Python is
copied from this environment. A compiled package is installed for Lambda's processor and Python by uv; the local cloud
ignores that layer and uses the same package of its own environment.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra import ROOT
from infra.errors import LayerError
from infra.openapi.document import write_built_files

RUNTIME = lambda_.Runtime.PYTHON_3_14

# boto3 is part of Lambda's runtime, Powertools a layer that AWS publishes.
PROVIDED_BY_AWS = {"boto3", "aws-lambda-powertools"}
COMPILED = (".so", ".pyd")
CODE_AND_DATA = (".py", ".json")

LAYERS = ROOT / ".cache" / "layers"
# The functions run on arm64 and Amazon Linux 2023, whose glibc is 2.34; wheels for 2.28 are the usual ones.
# `--no-deps`: pyproject's group names every package (see _distribution).
UV_OPTIONS = (
    "--python-platform=aarch64-manylinux_2_28",
    f"--python-version={RUNTIME.name.removeprefix('python')}",
    "--only-binary=:all:",
    "--no-deps",
    "--require-hashes",
    "--quiet",
)


@jsii.implements(ILocalBundling)
class CodeBundle:
    """Bundling of functions/, earshot_contract and pure Python packages by copying: no Docker, no network."""

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Write the bundle into `output_dir`. Returns True: CDK need not use a container."""
        out, no_caches = Path(output_dir), shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "functions", out / "functions", ignore=no_caches)
        shutil.copytree(ROOT / "events" / "earshot_contract", out / "earshot_contract", ignore=no_caches)
        write_built_files(out / "functions" / "handlers" / "api")
        for package in _packages():
            if not _is_compiled(package):
                _copy_package(package, out)
        return True


def layer_folder() -> Path:
    """Return a folder with the compiled packages, laid out as Lambda expects of a layer (`python/…`).

    It is built once for each set of pinned requirements and kept in .cache/layers.

    Raises:
        LayerError: The layer is not cached, and uv is missing or cannot install the packages.
    """
    requirements = locked_requirements([package for package in _packages() if _is_compiled(package)])
    key = hashlib.sha256("\n".join([*UV_OPTIONS, requirements]).encode()).hexdigest()
    folder = LAYERS / key
    if not folder.is_dir():
        LAYERS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="building.", dir=LAYERS) as building:
            _install(requirements, Path(building))
            try:
                (Path(building) / "layer").rename(folder)
            except OSError:
                if not folder.is_dir():  # otherwise another process was faster
                    raise
    return folder


def locked_requirements(packages: Iterable[str]) -> str:
    """Return the lines of requirements.lock for `packages`: exact versions, markers and hashes.

    Raises:
        LayerError: The lock does not hold one of them.
    """
    blocks = re.findall(r"^[A-Za-z0-9](?:.*\\\n)*.*$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    chosen = []
    for package in packages:
        found = [block for block in blocks if _normalised(re.split(r"[\[=<>~! ;]", block)[0]) == _normalised(package)]
        if not found:
            raise LayerError(f"requirements.lock does not hold {package}, which pyproject's group `functions` names.")
        chosen += found
    return "\n".join(chosen) + "\n"


def _packages() -> list[str]:
    """Return the packages of pyproject's group `functions` that AWS does not provide."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    names = {re.split(r"[\[=<>~! ;]", requirement)[0] for requirement in groups["functions"]}
    return sorted(names - PROVIDED_BY_AWS)


def _normalised(name: str) -> str:
    """Return the form of a package's name in which `Fast_JSON` equals `fast-json`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(name: str) -> importlib.metadata.Distribution:
    """Return an installed package; raise ValueError if it needs packages that the group does not name."""
    package = importlib.metadata.distribution(name)
    needed = {re.split(r"[\[=<>~! ;]", line)[0] for line in package.requires or () if "extra ==" not in line}
    if missing := {_normalised(each) for each in needed} - {_normalised(each) for each in _packages()}:
        raise ValueError(f"{name} needs {', '.join(sorted(missing))}: add it to pyproject's group `functions`, too.")
    return package


def _is_compiled(name: str) -> bool:
    return any(file.suffix in COMPILED for file in _distribution(name).files or [])


def _copy_package(name: str, out: Path) -> None:
    for file in _distribution(name).files or []:
        if file.suffix in CODE_AND_DATA or "licen" in file.name.lower():
            target = out / str(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def _install(requirements: str, building: Path) -> None:
    """Install `requirements` into `building`/layer/python, for Lambda."""
    (building / "requirements.txt").write_text(requirements)
    target = building / "layer" / "python"
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None:
        raise LayerError("The Lambda layer of compiled packages is built by uv, which is missing: run `make install`.")
    command = [uv, "pip", "install", *UV_OPTIONS, "--target", str(target), "-r", str(building / "requirements.txt")]
    run = subprocess.run(command, env=_uv_environment(), capture_output=True, text=True, check=False)
    if run.returncode:
        raise LayerError(
            "uv could not install the compiled packages of the Lambda functions into .cache/layers. The first "
            f"synthesis needs a network; later ones do not. uv says:\n{run.stderr.strip()}"
        )
    (target / ".lock").unlink(missing_ok=True)


def _uv_environment() -> dict[str, str]:
    """Return an environment in which uv trusts the system's certificates and asks the index that pip asks."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environment):
        pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        index = os.environ.get("PIP_INDEX_URL") or subprocess.run(pip, capture_output=True, text=True).stdout.strip()
        if index:
            environment["UV_DEFAULT_INDEX"] = index
    return environment
