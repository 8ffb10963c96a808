"""Commands that the documents show: each is one that exists, with options it has and settings that are accepted."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.deployment.release import parse_settings
from earshot_cli.main import app
from infra.settings import StackSettings
from tests.fixtures.cli import built_command
from tests.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*/README.md"))]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[;&|(]\s*|\s)(?:\.venv/bin/)?earshot (?=[a-z])(.*)")


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of each call of `earshot` in the page's blocks of commands."""
    for block in BLOCK.findall(page.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            found = CALL.search(line.partition(" # ")[0])
            if found and not line.lstrip().startswith("#"):
                words = shlex.split(re.split(r"\s[;&|>]", found[1])[0].replace("…", "x"))
                yield words


SHOWN = [(page, words) for page in PAGES for words in commands(page)]


def parse(words: list[str]) -> dict[str, Any]:
    """Return the parameters that a command would be called with. Typer brings a click of its own, so no type is named.

    Raises:
        Exception: click's, or KeyError for a command that does not exist.
    """
    command: Any = built_command(app)
    while hasattr(command, "commands"):
        name, *words = words
        command = command.commands[name]
    context: Any = command.make_context(name, list(words))
    return dict(context.params)


def test_documents_show_commands_of_a_whole_deployment() -> None:
    assert {words[0] for _, words in SHOWN} >= {"doctor", "deploy", "upgrade", "destroy", "model", "key", "transcribe"}


@pytest.mark.parametrize("page", sorted({page for page, _ in SHOWN}), ids=lambda page: str(page.relative_to(ROOT)))
def test_shown_commands_are_accepted(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for words in (words for shown_on, words in SHOWN if shown_on == page):
        try:
            parameters = parse(words)
        except Exception as error:
            pytest.fail(f"earshot {shlex.join(words)}: {getattr(error, 'message', error)!r}")
        if settings := parse_settings(parameters.get("context") or []):
            node: Any = SimpleNamespace(try_get_context=settings.get, get_all_context=settings.copy)
            StackSettings.from_context(node)


@pytest.mark.parametrize("words", [["deploy", "--nmae", "x"], ["depoly"], ["model", "add"], ["upgrade"]])
def test_wrong_command_is_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"nmae|depoly|(?i:missing)|^$"):
        parse(words)


def test_shown_commands_name_the_clone_s_own() -> None:
    """No `earshot` is on a newcomer's PATH, and the package of that name on the public index is another project."""
    bare = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in PAGES
        for block in BLOCK.findall(page.read_text())
        for line in block.splitlines()
        if re.search(r"(?:^\s*(?:[A-Z_]+=\S+ )*|[|;&(] *)earshot [a-z]", line.partition("# ")[0])
    ]

    assert bare == []


def test_shown_curl_that_waits_follows_redirects() -> None:
    """A busy machine answers with 303 after 25 seconds: without -L nothing comes of the first command that is tried."""
    lines = [
        line
        for page in PAGES
        for block in BLOCK.findall(page.read_text())
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("curl ") and "/v1/listen" in line
    ]
    waiting = [line for line in lines if "callback=" not in line and "respond-async" not in line]

    assert len(waiting) > 3
    assert [line for line in waiting if not line.startswith("curl -L ")] == []
