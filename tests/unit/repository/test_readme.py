"""The README says what is there: commands, settings, statuses, files."""

from __future__ import annotations

import re
from dataclasses import fields

import typer

from earshot_cli.errors import Status
from earshot_cli.main import app
from infra.settings import CPU_DEFAULTS, StackSettings
from tests.places import ROOT

README = (ROOT / "README.md").read_text()


def test_every_command_with_every_option_of_its_own() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        line = next((line for line in README.splitlines() if line.startswith(f"| `earshot {name}")), None)
        assert line, f"README does not list earshot {name}"
        for leaf in getattr(command, "commands", {"": command}).values():
            options = {o for p in leaf.params for o in p.opts if o.startswith("--")} - {"--url", "--key", "--help"}
            missing = {o for o in options if f"`{o}" not in line} - ({"--data-dir"} if name == "key" else set())
            assert not missing, f"README's line of earshot {name} says nothing of {missing}"


def test_every_setting_with_its_default() -> None:
    for field in fields(StackSettings):
        line = next((line for line in README.splitlines() if re.match(rf"\|.*`{field.name}`", line)), None)
        assert line, f"README does not list the setting {field.name}"
        value = field.default
        shown = ",".join(value) if isinstance(value, tuple) else str(value).lower().removesuffix(".0")
        assert shown in line, f"README gives {field.name} another default than {shown}"
        assert str(CPU_DEFAULTS.get(field.name, "")).removesuffix(".0") in line


def test_every_exit_status() -> None:
    said = " ".join(README.split()).split("Exit status: ")[1]
    assert [int(n) for n in re.findall(r"(?:^|· )(\d+) ", said.split(".")[0])] == sorted(Status)


def test_every_target_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"README tells of make {target}"


def test_every_folder_and_file_it_names() -> None:
    named = re.findall(r"`((?:events|functions|containers|infra|cli|tests)/[\w/.-]*)`", README)
    assert len(named) > 6
    for path in [*named, *re.findall(r"\]\((?!http)([^)]+)\)", README)]:
        assert (ROOT / path).exists(), f"README names {path}"
