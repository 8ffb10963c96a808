"""Options that say which deployment a command calls, and the start of its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

from earshot_cli.errors import CliError, Status

PORT = 8123  # of the local cloud's API
LOCAL_URL = f"http://127.0.0.1:{PORT}"

Url = Annotated[str, typer.Option("--url", metavar="URL", envvar="EARSHOT_URL", help="URL of the deployment.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", envvar="EARSHOT_KEY", help="API key, if the deployment requires one."),
]
T = TypeVar("T")


def run_async(call: Coroutine[Any, Any, T]) -> T:
    """Run a command's calls and return their result; Ctrl-C becomes a CliError."""
    try:
        return asyncio.run(call)
    except KeyboardInterrupt:
        raise CliError("Interrupted.", Status.INTERRUPTED) from None
