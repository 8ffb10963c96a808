"""Code assets of the Lambda functions: the bundle of pure Python and the layer of compiled packages."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import lambda_bundle
from infra.errors import LayerError
from tests.synth.assembly import HANDLERS, Assembly

# Packages of the runtime and of the layer that AWS publishes.
# `annotationlib` is of Python 3.14, which Lambda runs.
PROVIDED_BY_LAMBDA = {"boto3", "botocore", "aws_lambda_powertools", "annotationlib", *sys.stdlib_module_names}
# Engines that glin-profanity can use. Only its word lists are read here: its modules are never imported.
OPTIONAL = {"detoxify", "profanity_check", "torch"}

LOCK = """\
click==8.1.7 \\
    --hash=sha256:aa
fast-json==1.0 ; python_full_version < '3.14' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
fast-json==2.0 ; python_full_version >= '3.14' \\
    --hash=sha256:dd
fast-json-extra==3.0 \\
    --hash=sha256:ee
"""


@pytest.fixture(scope="module")
def bundle(gpu: Assembly) -> Path:
    """The code asset that all functions share."""
    [key] = {function["Code"]["S3Key"] for function in gpu.functions().values()}
    return gpu.zip_asset(key)


@pytest.fixture(scope="module")
def layer(gpu: Assembly) -> Path:
    """The asset of the only layer that the stack builds."""
    _, properties = gpu.resource("Lambda::LayerVersion")
    return gpu.zip_asset(properties["Content"]["S3Key"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, with one compiled package and no cached layer."""
    (tmp_path / "requirements.lock").write_text(LOCK)
    monkeypatch.setattr(lambda_bundle, "ROOT", tmp_path)
    monkeypatch.setattr(lambda_bundle, "LAYERS", tmp_path / "layers")
    monkeypatch.setattr(lambda_bundle, "_packages", lambda: ["fast-json"])
    monkeypatch.setattr(lambda_bundle, "_is_compiled", lambda name: True)
    return tmp_path


def use_uv(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Replace uv by a shell script."""
    (folder / "uv").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "uv").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index.example.org/simple")


# -- the bundle --------------------------------------------------------------------------------------------


def test_bundle_has_every_imported_package(bundle: Path, layer: Path) -> None:
    own = {path.stem for folder in (bundle, layer / "python") for path in folder.iterdir()}
    missing = set()
    for file in bundle.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            missing |= {n.split(".")[0] for n in names} - own - PROVIDED_BY_LAMBDA
    assert missing - OPTIONAL == set()


def test_handlers_import_from_the_bundle(bundle: Path) -> None:
    """Modules that Lambda provides are imported from this environment."""
    code = "import importlib, sys\nfor name in sys.argv[1:]:\n print(importlib.import_module(name).__file__)"
    entries = [f"functions.handlers.{name}.handler" for name in HANDLERS]
    lambdas = {"PYTHONPATH": str(bundle), "PYTHONDONTWRITEBYTECODE": "1", "AWS_REGION": "eu-west-1"}
    run = subprocess.run(
        [sys.executable, "-P", "-c", code, *entries],
        cwd=bundle,
        env={**os.environ, **lambdas},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert [line.startswith(str(bundle)) for line in run.stdout.split()] == [True] * len(HANDLERS)


def test_bundle_has_no_compiled_code_or_caches(bundle: Path) -> None:
    assert [p for p in bundle.rglob("*") if p.suffix in (".so", ".pyd", ".pyc") or p.name == "__pycache__"] == []


# -- the layer ---------------------------------------------------------------------------------------------


def test_every_function_has_the_layer(assembly: Assembly) -> None:
    name, properties = assembly.resource("Lambda::LayerVersion")
    assert properties["CompatibleArchitectures"] == ["arm64"]
    for function in assembly.functions().values():
        assert {"Ref": name} in function["Layers"]
        assert properties["CompatibleRuntimes"] == [function["Runtime"]]


def test_layer_has_only_code_that_lambda_loads(layer: Path) -> None:
    assert [path.name for path in layer.iterdir()] == ["python"], "Lambda puts this folder on the path, no other"
    compiled = [path.name for path in layer.rglob("*") if path.suffix in lambda_bundle.COMPILED]
    assert compiled
    assert [name for name in compiled if not name.endswith(".cpython-314-aarch64-linux-gnu.so")] == []
    headers = [path.read_bytes()[:20] for path in layer.rglob("*.so")]
    assert {header[:4] for header in headers} == {b"\x7fELF"}
    assert {header[18] for header in headers} == {183}, "the ELF header's machine: AArch64"


def test_layer_is_smaller_than_3_mb(layer: Path) -> None:
    assert sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) < 3_000_000


def test_bundle_and_layer_share_no_package(bundle: Path, layer: Path) -> None:
    assert {path.name for path in bundle.iterdir()} & {path.name for path in (layer / "python").iterdir()} == set()


def test_locked_requirements_have_markers_and_hashes(project: Path) -> None:
    assert (
        lambda_bundle.locked_requirements(["Fast_JSON"]) == LOCK[LOCK.index("fast-json==1") : LOCK.index("fast-json-")]
    )


def test_locked_requirements_of_unknown_package_raise(project: Path) -> None:
    with pytest.raises(LayerError, match=r"requirements\.lock does not hold json-fast"):
        lambda_bundle.locked_requirements(["json-fast"])


def test_cached_layer_is_used_without_uv(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_uv(
        project, monkeypatch, 'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/fast_json"; touch "$2/.lock"'
    )
    folder = lambda_bundle.layer_folder()
    assert [path.name for path in (folder / "python").iterdir()] == ["fast_json"]

    use_uv(project, monkeypatch, "exit 1")
    assert lambda_bundle.layer_folder() == folder


def test_changed_lock_builds_another_layer(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_uv(project, monkeypatch, 'while [ "$1" != --target ]; do shift; done; mkdir -p "$2"')
    folder = lambda_bundle.layer_folder()
    (project / "requirements.lock").write_text(LOCK.replace("sha256:dd", "sha256:ff"))
    assert lambda_bundle.layer_folder() != folder


def test_uv_failure_raises_layer_error_and_caches_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_uv(project, monkeypatch, "echo no route to host >&2; exit 2")
    with pytest.raises(LayerError, match=r"needs a network(.|\n)*no route to host"):
        lambda_bundle.layer_folder()
    assert list((project / "layers").iterdir()) == []


def test_missing_uv_raises_layer_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(project / "python"))
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(LayerError, match="uv, which is missing: run `make install`"):
        lambda_bundle.layer_folder()


def test_uv_asks_the_index_that_pip_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_SYSTEM_CERTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example.org/simple")
    environment = lambda_bundle._uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://pip.example.org/simple"
    assert environment["UV_SYSTEM_CERTS"] == "1"
