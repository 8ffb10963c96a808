"""Start of the `earshot` command: Ctrl-C and SIGTERM end it in order from its first moment on."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from earshot_cli.errors import Status


def run() -> None:
    """Import and run the command; importing takes a second, in which Ctrl-C is no fault of the program either.

    SIGTERM, of `timeout` or a service manager, is Ctrl-C: jobs are cancelled, rules removed, the cursor is shown again.
    """
    try:
        signal.signal(signal.SIGTERM, _as_ctrl_c)
        from earshot_cli.main import run as run_command

        run_command()
    except KeyboardInterrupt:
        sys.exit(Status.INTERRUPTED)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    run()
