"""The help of every command, in terminals of three widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.testing

from earshot_cli.main import app
from tests.fixtures.cli import built_command


def _commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    if command.context_settings.get("help_option_names") != []:  # `cdk` has none: the CDK answers
        yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, *path, name)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_help_names_values_and_no_types(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    runner = typer.testing.CliRunner()
    monkeypatch.setattr(typer.testing, "_get_command", built_command)

    for path in _commands(built_command(app)):
        text = runner.invoke(app, [*path, "--help"]).output

        assert "Usage:" in text
        assert max(map(len, text.splitlines())) <= columns
        assert not re.search(r"[<\[](bool|str|int|list|path)\b", text), path
