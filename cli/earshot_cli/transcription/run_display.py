"""Display of a run on a terminal: drawn anew while it is open, gone when it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from earshot_cli.console import stdout
from earshot_cli.transcription.run_progress import RunProgress, lines

_REFRESHES_PER_SECOND = 5


class _Lines:
    """Lines of a run, which rich draws for the terminal's present size."""

    def __init__(self, run: RunProgress) -> None:
        self._run = run

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        size = console.size
        yield Text("\n").join(lines(self._run, size.width, size.height))


@contextmanager
def show_run(run: RunProgress, console: Console, *, quiet: bool = False) -> Iterator[None]:
    """Show a run while the context is open; nothing where the console is no terminal that can move its cursor.

    Other output to the console appears above it, and so does standard output, if that is a terminal; a file or a pipe
    gets it unchanged.
    """
    if quiet or not console.is_terminal or console.is_dumb_terminal:
        yield
        return
    live = Live(
        _Lines(run),
        console=console,
        refresh_per_second=_REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=stdout.file.isatty(),
        redirect_stderr=False,
        vertical_overflow="crop",
    )
    with live:
        yield
