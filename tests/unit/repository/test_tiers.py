"""Every test belongs to exactly one tier, and every tier can be run alone."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.conftest import HERE, LONGEST, TIERS
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
    """The account in memory (tests/fixtures/accounts/account.py) must not drift from moto."""
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert recipe
    assert "EARSHOT_TEST_ACCOUNT=moto $(PYTEST) tests/unit -m account" in recipe[1]


def test_unit_tests_reach_no_account_but_the_fixture() -> None:
    """`-m account` finds the tests that ask for `empty_account`."""
    used = re.compile(r"\b(mock_aws|account\.empty|answering)\(|\bmoto_account\b|\bmemory_account\.account\b")
    found = [path.name for path in (HERE / "unit").rglob("*.py") if used.search(path.read_text())]

    assert found == []


def test_account_reached_by_fixture_name_alone_is_refused(request: pytest.FixtureRequest) -> None:
    with pytest.raises(AssertionError, match="by name"):
        request.getfixturevalue("empty_account")


def test_files_that_begin_first_exist() -> None:
    assert [name for name in LONGEST if not (HERE / name).is_file()] == []


def test_this_test_has_one_tier_marker(request: pytest.FixtureRequest) -> None:
    assert [mark.name for mark in request.node.iter_markers() if mark.name in TIERS] == ["unit"]
