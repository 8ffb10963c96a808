"""Identifiers: none contains a word that docs/glossary.md lists under "avoid".

Python's names, and names that stand elsewhere: ids of constructs and states and names of variables in infra/, keys of
cdk.json, targets and variables of the Makefile, JavaScript.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fixtures.python_source import nodes, source
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
    Allowed(
        "over", ("infra/workers/capacity.py",), "a property of EC2", "on_demand_max_price_percentage_over_lowest_price"
    ),
    Allowed("given", ("tests/",), "hypothesis's decorator", r"^\s*@given\(|^from hypothesis import "),
    Allowed(
        "patience",
        ("containers/transcriber/transcriber/whisper/", "tests/model/whisper/"),
        "beam search patience: a parameter of ctranslate2 and faster-whisper",
    ),
    Allowed("over", ("infra/callbacks.py",), "construct id of a rule: logical ids do not change (ADR 0013)"),
    Allowed("given", ("infra/monitoring.py",), "the metric ShardsGivenUp: names of metrics do not change (ADR 0013)"),
    Allowed(
        "sentence",
        (
            "functions/rendering/",
            "functions/transcripts/",
            "infra/openapi/",
            "containers/transcriber/bench/",
            "containers/transcriber/transcriber/whisper/",
            "tests/",
        ),
        "part of a text",
    ),
    Allowed("seam", ("containers/transcriber/bench/",), "a fault of a text, a column of the benchmark"),
    Allowed("most", ("containers/", "functions/"), "superlative", "most_(likely|common|letters)"),
    Allowed(
        "most", ("infra/openapi/",), "a member of the answer of /v1/workers: names of answers do not change (ADR 0013)"
    ),
    Allowed("most", ("tests/",), "superlative in a test's name", r"^\s*(async )?def test_|most_common"),
    Allowed("least", ("tests/",), "superlative in a test's name", r"^\s*(async )?def test_"),
    Allowed("promise", ("tests/clients/js/", "tests/clients/page/", "functions/page/"), "JavaScript's word"),
)


class Name(NamedTuple):
    """An identifier, and the line where it stands."""

    text: str
    number: int
    line: str = ""


# A string that names something, perhaps in a few words as states of a machine do; a sentence ends with a full stop.
_NAMING_STRING = re.compile(r"[A-Za-z][\w:/-]*(?: [\w:/-]+){0,4}[?]?")
_MAKE_NAME = re.compile(r"^([a-z][\w-]*)(?=[^\n=]*:(?!=))|^(?:export )?([A-Z_]+) *[:?+]?=", re.MULTILINE)
_JAVASCRIPT_TEXT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@cache
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


def python_names(path: Path, with_strings: bool) -> Iterator[Name]:
    """The identifiers of a Python file, and the strings that name something: ids of constructs, states, variables."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in nodes(text):
        if isinstance(node, ast.Constant):
            if with_strings and isinstance(node.value, str) and _NAMING_STRING.fullmatch(node.value):
                yield Name(node.value, node.lineno)
            continue
        for value in vars(node).values():  # `id`, `attr`, `name`, `arg` and others; `names` is a list of them
            for identifier in value if isinstance(value, list) else (value,):
                if isinstance(identifier, str):
                    number: int = node.lineno  # type: ignore[attr-defined]
                    yield Name(identifier, number, lines[number - 1])


def make_names(path: Path) -> Iterator[Name]:
    text = path.read_text(encoding="utf-8")
    for match in _MAKE_NAME.finditer(text):
        yield Name(match[1] or match[2], text.count("\n", 0, match.start()) + 1)


def javascript_names(path: Path) -> Iterator[Name]:
    code = _JAVASCRIPT_TEXT.sub("", path.read_text(encoding="utf-8"))
    return (Name(word, 0) for word in re.findall(r"[A-Za-z_$][\w$]*", code))


def json_names(path: Path) -> Iterator[Name]:
    """The keys of a JSON file and of the objects in it; those of a library begin with @."""
    pending = [json.loads(path.read_text(encoding="utf-8"))]
    while pending:
        for key, value in pending.pop().items():
            yield from () if key.startswith("@") else (Name(key, 0),)
            pending += [value] if isinstance(value, dict) else []


def may_offend(path: Path, file: str) -> bool:
    """Return whether a word not allowed in a file is outside of comments and strings; to parse all files takes long."""
    words = {word.lower() for word in set(_WORD.findall(source(path).code))}
    avoided = {word for word in avoided_words() if not is_allowed(word, file, "")}
    return not avoided.isdisjoint(words | {word.removesuffix("s") for word in words})


@cache
def all_names() -> list[tuple[str, Name]]:
    """Return the identifiers of the repository, with their files; of Python files, those that may_offend."""
    found: list[tuple[str, Name]] = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.*")):
            file = path.relative_to(ROOT).as_posix()
            if "node_modules" in path.parts:
                continue
            if path.suffix == ".py" and (folder == "infra" or may_offend(path, file)):
                found += [(file, name) for name in python_names(path, with_strings=folder == "infra")]
            elif path.suffix in (".js", ".cjs", ".mjs"):
                found += [(file, name) for name in javascript_names(path)]
    found += [("Makefile", name) for name in make_names(ROOT / "Makefile")]
    found += [("cdk.json", name) for name in json_names(ROOT / "cdk.json")]
    return found


def is_allowed(word: str, path: str, line: str) -> bool:
    return any(
        word == allowed.word and path.startswith(allowed.paths) and re.search(allowed.line, line) for allowed in ALLOWED
    )


def offenders() -> dict[tuple[str, str], str]:
    """Map each file and identifier that contains an avoided word to `line, word, term to use`."""
    avoid = avoided_words()
    found: dict[tuple[str, str], str] = {}
    for file, name in all_names():
        for word in words_of(name.text):
            singular = word if word in avoid else word.removesuffix("s")
            if singular in avoid and not is_allowed(singular, file, name.line):
                found.setdefault((file, name.text), f"{name.number}, {singular}, {avoid[singular]}")
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
    assert is_allowed("settle", "infra/workers/worker_machine.py", "")
    assert not is_allowed("settle", "containers/transcriber/transcriber/worker/loop.py", "")
    assert is_allowed("given", "tests/unit/x.py", "@given(st.text())\n")
    assert not is_allowed("given", "tests/unit/x.py", "given = 1\n")


def test_every_allowed_word_is_avoided_elsewhere() -> None:
    assert {allowed.word for allowed in ALLOWED} <= avoided_words().keys()


def test_names_outside_of_python_code_are_read() -> None:
    read = {(file, name.text) for file, name in all_names()}

    assert read >= {
        ("infra/api/rest_api.py", "Listen"),
        ("infra/lambda_functions.py", "POWERTOOLS_SERVICE_NAME"),
        ("infra/jobs/shard_states.py", "Fast or bulk?"),
        ("cdk.json", "watch"),
        ("Makefile", "test-pythons"),
        ("Makefile", "CORPUS"),
        ("tests/clients/js/driver.cjs", "require"),
    }
