"""Progress bars on a terminal, one a file; no output where stderr is a file or a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

_WIDE_COLUMNS = 70  # of a terminal with room for a long bar
_OTHER_COLUMNS = 20  # of a line beside name and bar: spinner, state, time, and what separates them


class ProgressBars:
    """Context manager that draws the bars while it is open and leaves their last state on the screen."""

    def __init__(self, console: Console) -> None:
        bar = 30 if console.width >= _WIDE_COLUMNS else 10
        name = Column(no_wrap=True, overflow="ellipsis", max_width=max(1, console.width - bar - _OTHER_COLUMNS))
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", table_column=name),
            BarColumn(bar_width=bar),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
            refresh_per_second=5,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def add(self, name: str) -> ProgressBar:
        """Add a bar that shows `name` and the state "waiting"."""
        return ProgressBar(
            self._progress, self._progress.add_task(escape(name), start=False, total=None, state="waiting")
        )


class ProgressBar:
    """Bar of one file: the bytes that are sent."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def start_sending(self, size: int) -> None:
        """Show that a file of `size` bytes is being sent."""
        self._progress.start_task(self._task)
        self._progress.update(self._task, total=size, completed=0, state="sending")

    def add_sent(self, count: int) -> None:
        """Advance by `count` bytes."""
        self._progress.advance(self._task, count)

    def end(self, state: str) -> None:
        """Stop the bar: full when `state` is "done", empty otherwise."""
        completed = 1.0 if state == "done" else 0.0
        self._progress.update(self._task, total=completed, completed=completed, state=state)
        self._progress.stop_task(self._task)
