"""Names of tests: at most 60 characters, as CONTRIBUTING.md says."""

from __future__ import annotations

import re

from tests.conftest import HERE

MAX_NAME = 60  # characters
_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)


def test_names_of_tests_have_at_most_60_characters() -> None:
    names = [
        (path.relative_to(HERE).as_posix(), name)
        for path in HERE.rglob("test_*.py")
        for name in _TEST.findall(path.read_text(encoding="utf-8"))
    ]

    assert len(names) > 500
    assert [entry for entry in names if len(entry[1]) > MAX_NAME] == []
