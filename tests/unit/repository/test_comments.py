"""Comments and docstrings: no pronoun without a noun, as CONTRIBUTING.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fixtures.python_source import comments_and_docstrings
from tests.paths import ROOT

FOLDERS = ("cli", "events", "functions", "infra", "localcloud", "containers", "simulation", "docs", "tests")
_PRONOUN = re.compile(r"\b(?:we|nobody|whoever|no one)\b", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"\n]*"|`[^`\n]*`')  # a word that is spoken of, not used
_JAVASCRIPT = re.compile(r"(?:^|\s)//[^\n]*|/\*.*?\*/", re.DOTALL)


def texts() -> Iterator[tuple[str, str]]:
    """Yield the path of each file of code, and one of its comments."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for text in comments_and_docstrings(path.read_text(encoding="utf-8")):
                yield path.relative_to(ROOT).as_posix(), text.strip('"')
    for path in (ROOT / "functions" / "page").glob("*.js"):
        for found in _JAVASCRIPT.finditer(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), found[0]


def test_comments_name_who_does_a_thing() -> None:
    found = list(texts())

    assert len(found) > 5000
    assert {path for path, _ in found} >= {"functions/handlers/api/handler.py", "functions/page/words.js"}
    assert [(path, text) for path, text in found if _PRONOUN.search(_QUOTED.sub("", text))] == []
