"""Names in documents and of documents.

Where a page says that a file has a function, class, constant or test, the file defines it. Where code names a page or a
heading of one, there is such a page and heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT
from tests.unit.repository.test_docs import anchors

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
PAGES += [
    path for folder in ("containers", "functions", "localcloud", "infra") for path in (ROOT / folder).rglob("README.md")
]
WAY = ROOT / "docs" / "explanation" / "finding-your-way.md"

# A row of a table: `path/of/file.py` | `name`, `name` |
_ROW = re.compile(r"\| `((?:[\w-]+/)+[\w.-]+\.py)` \| ((?:`\w+`(?:, )?)+) \|")
# `Name` in `path/of/file.py`, with a few words between
_IN = re.compile(r"`([A-Za-z_]\w*)(?:\([^`]*\))?`[^`.|\n]{0,25}?\s+in\s+(?:the )?\[?`((?:[\w-]+/)+[\w.-]+\.py)`")
# In `path/of/test_file.py`, beside `test_name`
_NEXT_TO = re.compile(r"`((?:[\w-]+/)+test_\w+\.py)`[^`]{0,40}`(test_\w+)`")
_PAGE_IN_CODE = re.compile(r"\b(docs/[\w/-]+\.md)(?:#([\w-]+))?")
_TEST = re.compile(r"`(test_[a-z0-9_]+)`")


def claims(text: str) -> Iterator[tuple[str, str]]:
    """Yield file and name, for each file that a page says has the name."""
    text = re.sub(r"\n\s*", " \n", text)
    for path, names in _ROW.findall(text):
        yield from ((path, name) for name in re.findall(r"\w+", names))
    flowing = text.replace("\n", "")
    yield from ((path, name) for name, path in _IN.findall(flowing))
    yield from _NEXT_TO.findall(flowing)


def defines(path: Path, name: str) -> bool:
    """Return whether a module defines a name at its top level or in a class."""
    definition = rf"^\s*(?:(?:async )?def|class) {name}\b|^{name}(?::[^=\n]+)? = |^(?:\w+, )*{name}(?:, \w+)* = "
    return re.search(definition, path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def files(page: Path, named: str) -> list[Path]:
    """Return the files that a page means by a path: from the root, or shortened to its last parts."""
    return [ROOT / named] if (ROOT / named).exists() else list(ROOT.glob(f"containers/transcriber/transcriber/{named}"))


def test_files_define_what_pages_say_they_do() -> None:
    found = [(page, *claim) for page in PAGES for claim in claims(page.read_text(encoding="utf-8"))]

    assert len(found) > 25
    wrong = [
        f"{page.relative_to(ROOT)}: {path} does not define {name}"
        for page, path, name in found
        if not any(defines(file, name) for file in files(page, path))
    ]
    assert wrong == []


def test_way_has_a_name_for_each_file() -> None:
    text = WAY.read_text(encoding="utf-8").partition("## How to look")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| question")]

    assert len(rows) >= 15
    assert [row for row in rows if not _ROW.search(row)] == []


def test_tests_that_pages_name_exist() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in [path.stem, *re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))]
    }
    named = {name for page in PAGES for name in _TEST.findall(page.read_text(encoding="utf-8"))}

    assert named - there == set()


def test_pages_that_code_names_exist() -> None:
    """Comments and messages name pages and headings. No linter follows such a name."""
    broken, named = [], 0
    for folder in ("cli", "containers", "events", "functions", "infra", "localcloud", "simulation", "tests"):
        for file in (path for suffix in ("py", "js") for path in (ROOT / folder).rglob(f"*.{suffix}")):
            if {"node_modules", "cdk.out"} & set(file.parts):
                continue
            for name, anchor in _PAGE_IN_CODE.findall(file.read_text(encoding="utf-8")):
                page, named = ROOT / name, named + 1
                if not page.is_file() or (anchor and anchor not in anchors(page)):
                    broken.append(f"{file.relative_to(ROOT)}: {name}#{anchor}")

    assert named > 15
    assert broken == []
