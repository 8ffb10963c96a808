"""Registry of patches: digests of patched code, names to skip, and that each patch touches what it declares."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from localcloud.patches import moto_no_batch_import, readme, registry
from tests.paths import ROOT

PINNED = {"ministack": "1.5.33", "moto": "5.2.5"}


@pytest.fixture(scope="module", autouse=True)
def _interpreter_without_batch() -> None:
    moto_no_batch_import.apply()


@pytest.mark.parametrize(("package", "pinned"), PINNED.items())
def test_emulator_version_is_the_pinned_one(package: str, pinned: str) -> None:
    assert version(package) == pinned, (
        f"{package} changed: re-read each patch point in localcloud/patches/registry.py, then change this pin."
    )


@pytest.mark.parametrize(("point", "expected"), (registry.patch_points() | registry.RELIED_ON).items())
def test_digest_matches_recorded_source(point: str, expected: str) -> None:
    found = registry.digest(registry.original(point))

    assert found == expected, f"{point} changed: read it, adapt localcloud, then write {found!r}."


def test_digest_of_changed_source_differs() -> None:
    def one(value: int) -> int:
        return value

    def other(value: int) -> int:
        return value + 1

    assert registry.digest(one) != registry.digest(other)


def test_patch_of_undeclared_point_raises_key_error() -> None:
    with pytest.raises(KeyError):
        registry.patch("ministack.services.sqs:_act_send_message", None)


def test_modules_lists_every_patch_module() -> None:
    others = {"__init__", "registry", "readme"}
    files = {path.stem for path in Path(registry.__file__).parent.glob("*.py")} - others

    assert set(registry.MODULES) == files
    assert len(registry.MODULES) == len(files)


@pytest.mark.parametrize("module", registry.MODULES)
def test_patch_has_module_name_and_docstring_fields(module: str) -> None:
    text = readme.fields(module)

    assert registry.load(module).name == module.replace("_", "-")
    assert re.match(r"(ministack|moto): ", text["What"])
    assert all(text.values())


@pytest.mark.parametrize("module", registry.MODULES)
def test_patch_docstring_names_existing_test(module: str) -> None:
    path, _, name = re.match(r"(tests/\S+?\.py)(?:::(\w+))?", readme.fields(module)["Test"]).group(0).partition("::")

    assert (ROOT / path).is_file()
    assert f"def {name}" in (ROOT / path).read_text()


def test_readme_table_matches_patches() -> None:
    text = readme.README.read_text()

    assert text == readme.with_table(text), "Run `python -m localcloud.patches.readme`."


def test_skipped_names_reads_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.SKIP_VARIABLE, "moto-ecs-sync, moto-parse-once,")

    assert registry.skipped_names() == {"moto-ecs-sync", "moto-parse-once"}


def test_skipped_names_unknown_name_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.SKIP_VARIABLE, "moto-ecs-async")

    with pytest.raises(ValueError, match=r"no patch is called moto-ecs-async.*moto-ecs-sync"):
        registry.skipped_names()


def test_apply_all_leaves_skipped_patch_out(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[str] = []
    patches = [registry.Patch(name, "latency", {}, lambda _, name=name: applied.append(name)) for name in ("a", "b")]
    monkeypatch.setattr(registry, "load_all", lambda: patches)
    monkeypatch.setenv(registry.SKIP_VARIABLE, "a")

    registry.apply_all(registry.Runtime("", None, None, None))  # type: ignore[arg-type]

    assert applied == ["b"]


def test_each_patch_touches_its_declared_points() -> None:
    """The test runs in a process of its own, which stays patched."""
    program = """
import os; os.environ.update(AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")
from types import SimpleNamespace
from localcloud.patches import registry
from localcloud.emulator.durability.durable_state import DurableState
from localcloud.emulator.durability.journal import Journal
touched, locate = set(), registry.locate
def noting(point):
    touched.add(point)
    return locate(point)
registry.locate = noting
runtime = registry.Runtime("http://127.0.0.1:1", SimpleNamespace(invoke=None), None, DurableState(Journal(":memory:")))
for patch in registry.load_all():
    touched.clear()
    patch.apply(runtime)
    if touched != set(patch.points):
        print(patch.name, touched ^ set(patch.points))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)

    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
