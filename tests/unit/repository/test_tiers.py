"""Every test belongs to exactly one tier, and every tier can be run alone."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.conftest import HERE, TIERS
from tests.paths import ROOT


def test_tier_folders_are_the_declared_tiers() -> None:
    folders = {path.relative_to(HERE).parts[0] for path in HERE.rglob("test_*.py")}

    assert folders == set(TIERS)


def test_tiers_are_registered_markers() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]

    assert {line.partition(":")[0] for line in options["markers"]} >= set(TIERS)


def test_each_tier_has_a_make_target() -> None:
    targets = set(re.findall(r"^test-(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert targets >= {"fast", *TIERS} - {"unit"}


def test_make_test_holds_unit_tests_with_moto() -> None:
    """`make test-fast` has an account in memory (tests/fixtures/account.py), which must not drift from moto."""
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert recipe
    assert "EARSHOT_TEST_ACCOUNT=moto $(PYTEST) tests/unit" in recipe[1]


def test_deselected_tests_of_workflows_exist() -> None:
    """pytest says nothing of a name that matches no test."""
    workflows = "\n".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    deselected = re.findall(r"--deselect (\S+)::(\w+)", workflows)

    assert deselected
    assert [name for path, name in deselected if f"def {name}(" not in (ROOT / path).read_text()] == []


def test_this_test_has_one_tier_marker(request: pytest.FixtureRequest) -> None:
    assert [mark.name for mark in request.node.iter_markers() if mark.name in TIERS] == ["unit"]
