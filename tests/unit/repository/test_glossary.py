"""Identifiers: none contains a word that docs/glossary.md lists under "avoid"."""

from __future__ import annotations

import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import ROOT

FOLDERS = ("cli", "events", "functions", "infra", "localcloud", "containers", "tests")


@dataclass(frozen=True)
class Allowed:
    """A word that stands for something else in some files, or on some lines of them."""

    word: str
    paths: tuple[str, ...]  # beginnings of paths from the repository's root
    reason: str
    line: str = ""  # regular expression that the line must match


ALLOWED = (
    Allowed("settle", ("events/", "functions/", "infra/", "tests/"), "name of a Lambda function and of its event"),
    Allowed("over", ("tests/",), "preposition in a test's name", r"^\s*(async )?def test_"),
    Allowed("given", ("tests/",), "hypothesis's decorator", r"^\s*@given\(|^from hypothesis import "),
    Allowed(
        "patience",
        ("containers/transcriber/transcriber/whisper/", "tests/model/whisper/"),
        "beam search patience: a parameter of ctranslate2 and faster-whisper",
    ),
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def avoided_words() -> dict[str, str]:
    """Read the glossary: each avoided word and the term to use instead."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| term")
    ]
    assert len(rows) > 40
    return {word.strip(): term for term, _, avoid in rows for word in avoid.split(",") if word.strip()}


def words_of(identifier: str) -> list[str]:
    """Split snake_case and camelCase into lower-case words."""
    return [word.lower() for word in _WORD.findall(identifier)]


def names_in(path: Path) -> Iterator[tokenize.TokenInfo]:
    """The NAME tokens of a Python file, keywords left out."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                yield token


def is_allowed(word: str, path: str, line: str) -> bool:
    return any(
        word == allowed.word and path.startswith(allowed.paths) and re.search(allowed.line, line) for allowed in ALLOWED
    )


def offenders() -> dict[tuple[str, str], str]:
    """Map each file and identifier that contains an avoided word to `line, word, term to use`."""
    avoid = avoided_words()
    found: dict[tuple[str, str], str] = {}
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "node_modules" in path.parts:
            continue
        for token in names_in(path):
            for word in words_of(token.string):
                singular = word if word in avoid else word.removesuffix("s")
                if singular in avoid and not is_allowed(singular, name, token.line):
                    found.setdefault((name, token.string), f"{token.start[0]}, {singular}, {avoid[singular]}")
    return found


def test_identifiers_contain_no_avoided_word() -> None:
    found = offenders()
    if found:
        counts = Counter(what.split(", ")[1] for what in found.values())
        lines = [
            f"{path}:{what.split(', ')[0]}: {name} ({' → '.join(what.split(', ', 2)[1:])})"
            for (path, name), what in found.items()
        ]
        pytest.fail(f"{len(lines)} identifiers, by word {dict(counts.most_common())}\n" + "\n".join(lines), False)


def test_words_of_splits_snake_and_camel_case() -> None:
    assert words_of("_sentHTTPBody2Of_shards") == ["sent", "http", "body", "2", "of", "shards"]


def test_no_term_of_the_glossary_is_avoided() -> None:
    avoid = avoided_words()

    assert not set(avoid) & {term.lower() for term in avoid.values()}


def test_allowed_word_is_allowed_only_where_it_says() -> None:
    assert is_allowed("settle", "infra/worker_machine.py", "")
    assert not is_allowed("settle", "containers/transcriber/transcriber/worker/loop.py", "")
    assert is_allowed("given", "tests/unit/x.py", "@given(st.text())\n")
    assert not is_allowed("given", "tests/unit/x.py", "given = 1\n")


def test_every_allowed_word_is_avoided_elsewhere() -> None:
    assert {allowed.word for allowed in ALLOWED} <= avoided_words().keys()
