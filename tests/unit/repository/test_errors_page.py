"""docs/reference/errors.md against the code: every error code with its status, and messages that are really sent."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

from infra.api.gateway_responses import GATEWAY_RESPONSES
from localcloud.emulator.durability import disk_space
from tests.fixtures.python_source import nodes
from tests.paths import ROOT

PAGE = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
FOLDERS = ("functions", "infra", "events/earshot_contract", "containers/transcriber/transcriber")
SERVER = "The remote server hosting the media"  # `_SERVER` of functions/network/download.py
MAKERS = {"api_error": 400, "Failure": 400}  # functions that make an error of a code, a message and a status
_MAKER = re.compile(rf"\b(?:{'|'.join(MAKERS)})\(")


@cache
def modules() -> list[str]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.read_text(encoding="utf-8") for path in paths]


def made_errors() -> Iterator[tuple[str, int]]:
    """Code and status of each error that the code makes."""
    calls = [node for text in modules() if _MAKER.search(text) for node in nodes(text) if isinstance(node, ast.Call)]
    for node in calls:
        name = getattr(node.func, "id", "")
        if name in MAKERS and node.args and isinstance(node.args[0], ast.Constant):
            status = node.args[2] if len(node.args) > 2 else ast.Constant(MAKERS[name])
            assert isinstance(status, ast.Constant), f"line {node.lineno}: the status of {node.args[0].value!r}"
            yield str(node.args[0].value), int(str(status.value))
    _, refusal = disk_space.api_answer({}, "")
    yield json.loads(refusal)["err_code"], disk_space.STATUS
    for response in GATEWAY_RESPONSES:
        if response.status:  # else that which API Gateway chose
            yield response.err_code, int(response.status)


def test_errors_page_lists_exactly_the_codes_there_are() -> None:
    listed = re.findall(r"^\| (\d{3}) \| `([^`]+)` \| \S.* \| \S.* \|$", PAGE, re.MULTILINE)
    made = set(made_errors())

    assert {("CANCELLED", 410), ("TOO_MANY_REQUESTS", 429), ("INVALID_FORM_FIELD", 400)} <= made
    assert sorted((code, int(status)) for status, code in listed) == sorted(made)


@cache
def strings(module: str) -> str:
    """All strings of a module; a gap where a value is put in."""
    found = []
    for node in nodes(module):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
            found.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return "\n".join(found) + "\n" + "\n".join(text.replace("\0", SERVER, 1) for text in found if text[:1] == "\0")


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{3,}", text))


def test_errors_page_shows_messages_that_are_sent() -> None:
    section = PAGE.split("## Error messages")[1].split("## Errors of a shard")[0]
    messages = [row.split(" | ")[0] for row in re.findall(r"^\| (?!error message)(?!-)(.+) \|$", section, re.MULTILINE)]
    fragments = {fragment.strip() for message in messages for fragment in message.split("…")} - {""}
    words_of = {module: words(module) | words(SERVER) for module in modules()}

    def is_sent(fragment: str) -> bool:
        """Parse only modules with all of its words, and as few of those as will do."""
        if any(fragment in strings(module) for module in parsed):
            return True
        for module in (module for module, present in words_of.items() if words(fragment) <= present):
            parsed.add(module)
            if fragment in strings(module):
                return True
        return False

    parsed: set[str] = set()
    assert len(messages) > 35
    assert [fragment for fragment in sorted(fragments, key=len, reverse=True) if not is_sent(fragment)] == []
