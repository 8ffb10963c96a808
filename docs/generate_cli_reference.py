"""Writes docs/reference/cli.md from the help of the `earshot` command: `python docs/generate_cli_reference.py`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, get_args

import typer

from earshot_cli.main import app

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "cli.md"
INTRODUCTION = """# Command line

Generated from the command's own help by `docs/generate_cli_reference.py`. Do not edit.
"""


def page() -> str:
    """Render the whole page as Markdown."""
    group: Any = typer.main.get_command(app)
    sections = [INTRODUCTION, f"{_text(group.help)}\n\n{_text(group.epilog)}\n"]
    for name, command in group.commands.items():
        children = getattr(command, "commands", None)
        if children:
            sections += [_section(f"earshot {name} {child}", leaf) for child, leaf in children.items()]
        else:
            sections.append(_section(f"earshot {name}", command))
    return "\n".join(sections)


def _section(title: str, command: Any) -> str:
    """Render one command: its usage, its help, a table of its parameters."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and "--help" not in p.opts]
    usage = " ".join([title, "[OPTIONS]", *map(_usage, arguments)])
    rows = [f"| `{_cell(_name(a))}` | | {_text(a.help)} |" for a in arguments]
    rows += [f"| {_flags(o)} | {_default(o)} | {_text(o.help)}{_environment(o)} |" for o in options]
    table = "\n".join(["| parameter | default | |", "|---|---|---|", *(row.replace("|  |", "| |") for row in rows)])
    return f"## `{title}`\n\n```\n{usage}\n```\n\n{_text(command.help)}\n\n{table}\n"


def _usage(argument: Any) -> str:
    """Render an argument as a usage line has it: with brackets if optional, … if repeated."""
    usage = f"{_name(argument)}{' …' if argument.nargs == -1 else ''}"
    return usage if argument.required else f"[{usage}]"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _flags(option: Any) -> str:
    """Render `--long VALUE`, `-s`."""
    value = "" if option.is_flag else f" {option.metavar or _value(option.type_descriptor.annotation)}"
    long, *short = sorted(option.opts, key=len, reverse=True)
    return ", ".join([f"`{_cell(long + value)}`", *(f"`{flag}`" for flag in short)])


def _value(annotation: Any) -> str:
    """Name the values of an option: an enumeration's members, else the type."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)] or [annotation]
    if issubclass(kinds[0], Enum):
        return "|".join(str(member.value) for member in kinds[0])
    return {str: "TEXT", int: "NUMBER", Path: "PATH"}.get(kinds[0], kinds[0].__name__.upper())


def _default(option: Any) -> str:
    default = option.default
    if option.is_flag or default is None or callable(default):
        return ""
    if isinstance(default, Path) and default.is_relative_to(ROOT):
        default = f"{default.relative_to(ROOT)} in the clone"
    return f"`{getattr(default, 'value', default)}`"


def _environment(option: Any) -> str:
    return f" Environment: `{option.envvar}`." if option.envvar else ""


def _text(help_: str | None) -> str:
    """Join the lines of a help text."""
    return _cell(" ".join((help_ or "").split()))


def _cell(text: str) -> str:
    """Escape pipes, which would end a table's cell."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
