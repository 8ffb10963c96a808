"""Nothing from outside reaches a terminal as an escape code."""

from __future__ import annotations

import ast
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

import earshot_cli.console
from earshot_cli import main
from earshot_cli.console import SafeConsole, without_control_characters

CLI = Path(__file__).resolve().parents[3] / "cli" / "earshot_cli"
EVIL = "\x1b[31mred\x1b]0;title\x07\x9b2Jend\x7f\x00\r"
STREAMS = ("sys.stdout", "sys.stderr", "sys.__std")
PRINTING = {"print", "echo", "secho", "pprint"}


def test_only_the_console_prints() -> None:
    """`console.write` and the two consoles are all that writes to a terminal."""
    found = []
    for path in sorted(CLI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or path.name == "console.py":
                continue
            called = node.func
            if isinstance(called, ast.Name) and called.id in PRINTING | {"Console"}:
                found.append(f"{path.name}:{node.lineno}")
            if isinstance(called, ast.Attribute):
                owner = ast.unparse(called.value)
                streams = owner.startswith(("sys.stdout", "sys.stderr", "sys.__std")) or (
                    owner == "typer" and called.attr in PRINTING
                )
                if streams or (called.attr == "print" and owner not in ("stdout", "stderr")):
                    found.append(f"{path.name}:{node.lineno}")

    assert found == []


@pytest.mark.parametrize("terminal", [True, False])
def test_console_drops_control_characters_and_keeps_its_own(terminal: bool) -> None:
    file = io.StringIO()
    console = SafeConsole(file=file, force_terminal=terminal, color_system="standard" if terminal else None)

    console.print(Text(EVIL, style="bold"), markup=False)
    console.print(EVIL, markup=False)

    printed = file.getvalue()
    assert "\x1b[31m" not in printed
    assert not {"\x07", "\x9b", "\x7f", "\x00", "\r"} & set(printed)
    assert ("\x1b[1m" in printed) == terminal
    assert printed.count("end") == 2


def test_text_of_any_script_is_unchanged() -> None:
    text = "a\tb\n\u200fשלום\u200d 👨‍👩‍👧 क्षि می‌خواهم\u2066x\u2069"

    assert without_control_characters(text) == text


def test_names_and_sentences_from_outside_are_printed_safely(earshot: Any, deployment: Any) -> None:
    """Every command is tried that prints texts of the API, of a file's name or of the command line."""
    source = {"kind": "upload", "bucket": f"b{EVIL}", "key": f"k{EVIL}\nnext"}
    job_id = deployment.add_job(f"FAIL{EVIL}".encode(), source)
    deployment.jobs[job_id] |= {"name": f"n{EVIL}", "caller": EVIL, "owner": EVIL, "tags": [EVIL], "model": EVIL}
    for _ in range(2):
        deployment.advance(job_id)
    deployment.jobs[job_id]["error"] = {"err_code": EVIL, "err_msg": EVIL}
    completed = deployment.add_job(f"words {EVIL}".encode(), source)
    for _ in range(2):
        deployment.advance(completed)
    evil_file = earshot.file("a\x1b[31m.wav", b"FAIL")

    for arguments in (
        ["jobs"],
        ["jobs", "--json"],
        ["show", job_id],
        ["show", completed],
        ["show", completed, "-f", "srt"],
        ["show", "unknown\x1b[31m"],
        ["retry", job_id],
        ["delete", completed],
        ["transcribe", evil_file],
        ["transcribe", "missing\x1b[31m.wav"],
        ["transcribe", "x", "--option", "\x1b[31m"],
        ["jobs", "--url", "http://127.0.0.1:1/\x9b31m"],
    ):
        result = earshot(*arguments)
        assert result.stdout + result.stderr, arguments
        assert not {"\x1b", "\x07", "\x9b", "\x7f", "\x00"} & set(result.stdout + result.stderr), arguments


def test_job_list_keeps_one_line_a_job(earshot: Any, deployment: Any) -> None:
    deployment.add_job(b"x", {"kind": "upload", "bucket": "b", "key": "one\ntwo\rthree"})

    assert len(earshot("jobs").stdout.splitlines()) == 2


@pytest.mark.parametrize(("number", "ends"), [(errno.ENOSPC, SystemExit), (errno.ENOENT, OSError)])
def test_full_disk_under_the_output_is_one_line(
    number: int, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dropped: list[bool] = []

    def call() -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(main, "app", call)
    monkeypatch.setattr(earshot_cli.console, "drop_output", lambda: dropped.append(True))

    with pytest.raises(ends) as ended:
        main.run()

    if number == errno.ENOSPC:
        assert ended.value.code == 1  # type: ignore[attr-defined]
        assert dropped
        assert "earshot: The output cannot be written: No space left on device." in capsys.readouterr().err
