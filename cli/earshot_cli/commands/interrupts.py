"""Ctrl-C in a command that changes a deployment: what stands then, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from earshot_cli.errors import CliError, Status


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Turn Ctrl-C into a CliError that says what it has left."""
    try:
        yield
    except KeyboardInterrupt:
        raise CliError(f"Interrupted. {message}", Status.INTERRUPTED) from None
