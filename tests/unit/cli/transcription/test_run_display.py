"""The display on a pseudo terminal: it never scrolls its own lines, and leaves results where they belong."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CODES = re.compile(rb"\x1b\[(\?)?([0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)")


class Screen:
    """The part of a terminal that the display uses: lines, cursor up, erase."""

    def __init__(self, rows: int) -> None:
        self.rows, self.lines, self.row, self.scrolled = rows, [""], 0, [""][:0]

    def feed(self, data: bytes) -> None:
        for private, number, code, carriage, newline, text in CODES.findall(data):
            if code == b"A":
                self.row = max(0, self.row - int(number or 1))
            elif code == b"K":
                self.lines[self.row] = ""
            elif newline:
                self.row += 1
                if self.row == len(self.lines):
                    self.lines.append("")
                if len(self.lines) > self.rows:
                    self.scrolled.append(self.lines.pop(0))
                    self.row -= 1
            elif text:
                self.lines[self.row] += text.decode(errors="replace")
            assert private or carriage or code in (b"A", b"K", b"m", b"") or newline or text, (number, code)


def run_on_terminal(earshot: Any, rows: int, columns: int, *arguments: str) -> tuple[int, str, Screen]:
    """Run the command with its standard error on a terminal and its standard output in a pipe."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = earshot.environment({"TERM": "xterm"})
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-m", "earshot_cli.entry_point", *arguments],
        env=environment, cwd=earshot.folder, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal,
    ) as process:  # fmt: skip
        os.close(terminal)
        screen, rest = Screen(rows), b""
        while True:
            try:
                data = os.read(controller, 65536)
            except OSError:  # Linux: the other side is closed
                break
            if not data:
                break
            whole, escape, begun = (rest + data).rpartition(b"\x1b")
            if escape and not re.match(rb"\[\??[0-9;]*[A-Za-z]", begun):
                rest = escape + begun
            else:
                whole, rest = whole + escape + begun, b""
            screen.feed(whole)
        assert process.stdout
        out = process.stdout.read().decode()
    os.close(controller)
    return process.returncode, out, screen


def test_display_on_a_small_terminal_leaves_only_the_summary(earshot: Any) -> None:
    for number in range(30):
        earshot.file(f"talks/{number:02}.mp3", b"FAIL" if number == 7 else b"x")

    status, out, screen = run_on_terminal(earshot, 5, 40, "transcribe", "talks", "-j", "10")

    printed = "\n".join([*screen.scrolled, *screen.lines])
    assert (status, out) == (1, "")
    assert printed.count("07.mp3: No sound") == 1
    assert "Transcribed 29 of 30" in printed
    assert "Failed 1: talks/07.mp3." in printed
    assert len(list(Path(earshot.folder, "talks").glob("*.txt"))) == 29
    # No line of the display is left behind: it would be, had it ever been higher than the screen.
    assert not re.search(r"sending|queued|transcribing|… and|\d+ of 30 ·", printed)


def test_results_reach_a_pipe_while_the_display_is_on(earshot: Any) -> None:
    earshot.file("a.mp3", b"words")

    status, out, _ = run_on_terminal(earshot, 24, 80, "transcribe", "a.mp3")

    assert (status, out) == (0, "txt: words\n")
