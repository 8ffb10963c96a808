"""Lengths of files: code and tests have at most 250 lines a file. A longer file is about two things: cut it in two."""

from __future__ import annotations

from tests.paths import ROOT

MAX_LINES = 250
FOLDERS = ("cli", "containers", "docs", "events", "functions", "infra", "localcloud", "simulation", "tests")
SUFFIXES = (".py", ".js", ".cjs", ".mjs", ".ts", ".css", ".html", ".sh")


def test_files_have_at_most_250_lines() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in SUFFIXES and "node_modules" not in path.parts
    }

    assert len(lengths) > 900
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
