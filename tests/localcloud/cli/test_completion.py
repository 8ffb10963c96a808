"""Completion of commands as people use it: installed from a shell, then Tab pressed in a new one."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

SECONDS = 120.0  # for a line; each Tab starts the command, on a machine that may be busy
TYPED = {  # what is typed before Tab, and what the command then gets
    "earshot transc": ["transcribe"],
    "earshot key cre": ["key", "create"],
    "earshot jobs --sta": ["jobs", "--state"],
    "earshot jobs --state comp": ["jobs", "--state", "completed"],
}
# Stands for `earshot`: completes as the real one does, and notes how else it was called.
STAND_IN = """#!/bin/sh
if [ -n "$_EARSHOT_COMPLETE" ] || [ "$1" = --install-completion ]; then exec {earshot} "$@"; fi
echo "$@" >> {calls}
"""


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.terminal, end = pty.openpty()
        self.output = b""
        with open(end, "rb+", buffering=0) as terminal:
            self.process = subprocess.Popen(
                [name, "-i"],
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                env=environment,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )

    def type(self, text: str, done: Path, lines: int) -> None:
        """Type a text, and wait until a file has `lines` lines."""
        os.write(self.terminal, text.encode())
        deadline = time.monotonic() + SECONDS
        while not done.exists() or len(done.read_text().splitlines()) < lines:
            if select.select([self.terminal], [], [], 0.05)[0]:
                self.output += os.read(self.terminal, 65536)
            assert time.monotonic() < deadline, self.output.decode(errors="replace")

    def wait_for_prompt(self) -> None:
        """Wait until the shell reads each key as it is pressed; before, the terminal gathers whole lines."""
        deadline = time.monotonic() + SECONDS
        while termios.tcgetattr(self.terminal)[3] & termios.ICANON:
            assert time.monotonic() < deadline, self.output.decode(errors="replace")
            time.sleep(0.02)

    def close(self) -> None:
        """End the shell."""
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_tab_completes_what_the_shell_installed(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"There is no {name} here.")
    home, programs, calls = tmp_path / "home", tmp_path / "bin", tmp_path / "calls"
    home.mkdir()
    programs.mkdir()
    (home / ".zshrc").touch()  # else zsh asks what to do
    stand_in = programs / "earshot"
    stand_in.write_text(STAND_IN.format(earshot=Path(sys.executable).with_name("earshot"), calls=calls))
    stand_in.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "ZDOTDIR"))}
    environment = kept | {"HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}", "TERM": "xterm", "PS1": "$ "}

    first = Shell(name, environment)
    first.type(f"earshot --install-completion; echo installed > {tmp_path}/installed\n", tmp_path / "installed", 1)
    first.close()
    second = Shell(name, environment)
    try:
        # What comes before the prompt is read as whole lines, in which Tab is a blank.
        second.type(f"echo ready > {tmp_path}/ready\n", tmp_path / "ready", 1)
        second.wait_for_prompt()
        if name == "zsh":  # typer's file defines its function at the first Tab, and completes from the second on
            second.type("earshot transc\t\n", calls, 1)
            second.wait_for_prompt()
            calls.unlink()
        for number, text in enumerate(TYPED, 1):
            second.type(f"{text}\t\n", calls, number)
            second.wait_for_prompt()
    finally:
        second.close()

    assert [line.split() for line in calls.read_text().splitlines()] == list(TYPED.values())
