"""README and CONTRIBUTING: their length, and the commands, targets and files that they name."""

from __future__ import annotations

import re

import pytest
import typer

from earshot_cli.main import app
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "lines"), [("README.md", 200), ("CONTRIBUTING.md", 120)])
def test_front_pages_are_short(name: str, lines: int) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= lines


def test_readme_lists_every_command() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        leaves = [f"{name} {leaf}" for leaf in getattr(command, "commands", ())] or [name]
        missing = [leaf for leaf in leaves if f"`earshot {leaf}" not in README]
        assert not missing, f"README does not list earshot {missing}"


def test_readme_names_no_installation_from_an_index() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    command = re.compile(r"(pip|pipx|uv|uvx)( tool)?( install| run)? earshot\b")

    assert [page.name for page in documents if command.search(page.read_text(encoding="utf-8"))] == []


def test_what_documents_write_into_the_clone_is_ignored_by_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    documents = [README, *(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))]
    commands = re.compile(r"^\S*(?:\.venv/bin|python -m)\S* .*--out ([\w.-]+)", re.MULTILINE)
    folders = {folder for document in documents for folder in commands.findall(document)}

    assert "texts" in folders
    assert {folder for folder in folders if not {f"{folder}/", f"/{folder}/"} & {*ignored}} == set()


def test_readme_names_existing_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"README names make {target}"


def test_readme_names_existing_folders_and_files() -> None:
    named = re.findall(r"`((?:events|functions|containers|infra|cli|tests)/[\w/.-]*)`", README)
    linked = re.findall(r"\]\((?!http)([^)#]+)[^)]*\)", README)
    assert len(named + linked) > 6
    for path in [*named, *linked]:
        assert (ROOT / path).exists(), f"README names {path}"
