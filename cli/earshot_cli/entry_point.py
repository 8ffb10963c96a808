"""Start of the `earshot` command: Ctrl-C and SIGTERM end it in order at any moment, and any text can be printed."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType

from earshot_cli.errors import Status


def run() -> None:
    """Import and run the command; importing takes a second, in which Ctrl-C is no fault of the program either.

    SIGTERM, of `timeout` or a service manager, is Ctrl-C: jobs are cancelled, rules removed, the cursor is shown again.
    """
    _accept_any_text()
    try:
        signal.signal(signal.SIGTERM, _as_ctrl_c)
        from earshot_cli.main import run as run_command

        run_command()
    except KeyboardInterrupt:
        sys.exit(Status.INTERRUPTED)


def _accept_any_text() -> None:
    """Let no character of a name or a transcript end the command, where the locale's encoding lacks it.

    Files and pipes get UTF-8, as the files do that the command writes: on Windows they would get the code page. A
    terminal, and who sets PYTHONIOENCODING, gets `?` for what cannot be shown.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            chosen = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=None if chosen else "utf-8", errors="replace")


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C does; where Ctrl-C is ignored, as in a script's command behind `&`, SIGTERM still ends it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    run()
