"""docs/reference/errors.md against the code: every error code with its status, and messages that are really sent."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

from infra.gateway_responses import GATEWAY_RESPONSES
from localcloud.emulator.durability import disk_space
from tests.fixtures.python_source import nodes
from tests.paths import ROOT

PAGE = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
FOLDERS = ("functions", "infra", "events/earshot_contract", "containers/transcriber/transcriber")
MAKERS = {"api_error": 400, "Failure": 400}  # functions that make an error of a code, a message and a status


@cache
def calls_and_strings() -> tuple[ast.Call | ast.JoinedStr | ast.Constant, ...]:
    """Those of the code, from one walk through it."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(
        node
        for path in paths
        for node in nodes(path.read_text(encoding="utf-8"))
        if isinstance(node, ast.Call | ast.JoinedStr | ast.Constant)
    )


def made_errors() -> Iterator[tuple[str, int]]:
    """Code and status of each error that the code makes."""
    for node in calls_and_strings():
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Call) and name in MAKERS and node.args and isinstance(node.args[0], ast.Constant):
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


def texts() -> str:
    """All strings of the code; a gap where a value is put in."""
    found = []
    for node in calls_and_strings():
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
            found.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    server = "The remote server hosting the media"  # `_SERVER` of functions/network/download.py
    return "\n".join(found) + "\n" + "\n".join(text.replace("\0", server, 1) for text in found if text[:1] == "\0")


def test_errors_page_shows_messages_that_are_sent() -> None:
    section = PAGE.split("## Error messages")[1].split("## Errors of a shard")[0]
    messages = [row.split(" | ")[0] for row in re.findall(r"^\| (?!error message)(?!-)(.+) \|$", section, re.MULTILINE)]
    sent = texts()

    fragments = {fragment.strip() for message in messages for fragment in message.split("…")} - {""}
    assert len(messages) > 35
    assert [fragment for fragment in sorted(fragments) if fragment not in sent] == []
