"""Comments and docstrings: no pronoun without a noun, as CONTRIBUTING.md says, and no name of what is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.fixtures.python_source import source
from tests.paths import ROOT

FOLDERS = ("cli", "events", "functions", "infra", "localcloud", "containers", "simulation", "docs", "tests")
SOURCES = (".py", ".js", ".cjs", ".json", ".yaml", ".yml", ".toml", ".sh", ".html", ".css", "Makefile", "Dockerfile")
# Names of AWS, of libraries and of examples that only comments have.
ELSEWHERE = {
    "Latn",
    "DeleteQueue",
    "DeleteRule",
    "ECS.RunTaskFailed",
    "RemoveTargets",
    "Setup",
    "UsePreviousValue",
    "_eval_state",
    "arg",
    "_request_id",
    "event_bridge_enabled",
    "fbank",
    "grant_invoke",
    "is_global",
    "lecture.2026",
    "test_name",
}
_NAME = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`")
_WORDS = re.compile(r"[\w-]+")
_PRONOUN = re.compile(r"\b(?:we|nobody|somebody|anybody|whoever|no one)\b", re.IGNORECASE)
_QUESTION = re.compile(r'"""(?:what|where|who|how|when|which|why)\b', re.IGNORECASE)
# A number, a length or a time that no word names: "waits so long", "in so many seconds". "So long that …" has one.
_UNNAMED_AMOUNT = re.compile(r"\bso (?:long|many|much|few)\b(?! (?:that|as)\b)", re.IGNORECASE)
# First words of a docstring that begin a clause where a noun or a verb of CONTRIBUTING.md belongs.
_CLAUSE = re.compile(r'"""(?:What\b|Tells? whether\b)')
_QUOTED = re.compile(r'"[^"\n]*"|`[^`\n]*`')  # a word that is spoken of, not used
# A description of an argument or an error that has no noun of its own: "of a job", "is called", "it failed".
_WITHOUT_NOUN = re.compile(
    r"^ {4,}\w+: (?:of|is|are|was|that|those|it|they|these|none|one (?:has|is|does|of|alone))\b.*",
    re.MULTILINE,
)
_JAVASCRIPT = re.compile(r"(?:^|\s)//[^\n]*|/\*.*?\*/", re.DOTALL)


def code() -> Iterator[Path]:
    """Yield every file of code."""
    yield from (path for path in (*ROOT.glob("*"), *ROOT.glob(".github/**/*")) if path.is_file())
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.*"):
            if "node_modules" not in path.parts and path.is_file():
                yield path


def words() -> set[str]:
    """Return the words of all code and the names of all files, without comments and docstrings."""
    found: set[str] = set()
    for path in code():
        found |= {path.name, path.stem, *path.relative_to(ROOT).parts}
        if path.name.endswith(SOURCES):
            is_python = path.suffix == ".py"
            text = source(path).without_comments if is_python else path.read_text(encoding="utf-8")
            found.update(_WORDS.findall(text))
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Yield the path of each file of code, and one of its comments."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for text in source(path).comments:
                yield path.relative_to(ROOT).as_posix(), text.strip('"')
    for path in (ROOT / "functions" / "page").glob("*.js"):
        for found in _JAVASCRIPT.finditer(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), found[0]


def test_comments_name_who_does_a_thing() -> None:
    found = list(texts())

    assert len(found) > 5000
    assert {path for path, _ in found} >= {"functions/handlers/api/handler.py", "functions/page/words.js"}
    suspects = [(path, text) for path, text in found if _PRONOUN.search(text)]
    assert [(path, text) for path, text in suspects if _PRONOUN.search(_QUOTED.sub("", text))] == []


def test_comments_name_amounts() -> None:
    suspects = [(path, text) for path, text in texts() if _UNNAMED_AMOUNT.search(_QUOTED.sub("", text))]

    assert suspects == []


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    paths = [path for folder in FOLDERS[:-1] for path in (ROOT / folder).rglob("*.py")]
    lines = [
        (path.relative_to(ROOT).as_posix(), line) for path in paths for line in path.read_text("utf-8").splitlines()
    ]

    assert len(lines) > 50_000
    assert [(path, line) for path, line in lines if _CLAUSE.search(line)] == []


def test_names_in_comments_exist() -> None:
    known = words() | ELSEWHERE
    named = [(path, name) for path, text in texts() for name in _NAME.findall(text)]

    assert len(named) > 500
    gone = {
        (path, name)
        for path, name in named
        if name not in known and any(part and part not in known for part in name.split("."))
    }
    assert gone == set()


def test_first_line_of_a_module_is_a_noun_phrase() -> None:
    paths = [path for folder in FOLDERS[:-1] for path in (ROOT / folder).rglob("*.py")]
    first = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8").partition("\n")[0] for path in paths}

    assert len(first) > 300
    assert {path: line for path, line in first.items() if _QUESTION.match(line)} == {}


def test_descriptions_of_arguments_and_errors_have_a_noun() -> None:
    headings = ("Args:\n", "Attributes:\n", "Raises:\n")
    described = [(path, text) for path, text in texts() if any(heading in text for heading in headings)]

    assert len(described) > 300
    assert [(path, line) for path, text in described for line in _WITHOUT_NOUN.findall(text)] == []
