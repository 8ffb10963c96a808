"""Start of the `earshot` command: Ctrl-C and SIGTERM end it in order at any moment, and any text can be printed."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType

from earshot_cli.errors import Status


def run() -> None:
    """Import and run the command; Ctrl-C ends it without a traceback, also during the second that the import takes.

    SIGTERM, of `timeout` or a service manager, acts as Ctrl-C: jobs are cancelled, rules removed, the cursor is shown.
    """
    _accept_any_text()
    try:
        signal.signal(signal.SIGTERM, _as_ctrl_c)
        from earshot_cli.main import run as run_command

        run_command()
    except KeyboardInterrupt:
        sys.exit(Status.INTERRUPTED)


def _accept_any_text() -> None:
    """Make every character of a name or a transcript printable, also if the locale's encoding lacks it.

    Files and pipes get UTF-8, like the files that the command writes: on Windows they would get the code page. A
    terminal, and an output whose PYTHONIOENCODING is set, gets `?` for characters that it lacks.
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
