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


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("jobs --state complete", "'complete' is not one of 'queued', "),
        ("key create a --scope root", "'root' is not one of 'read', "),
        ("jobs --limit abc", "it has to be a valid integer."),
        ("transcribe x --jobs 0", "it has to be greater than or equal to 1."),
        ("up --port 99999999", "it has to be less than or equal to 65535."),
    ],
)
def test_mistaken_values_are_named_in_plain_words(
    arguments: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(typer.testing, "_get_command", built_command)

    result = typer.testing.CliRunner().invoke(app, arguments.split())

    assert result.exit_code == 2
    assert message in result.output
    assert "Value error" not in result.output
