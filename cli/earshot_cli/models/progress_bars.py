"""Progress bars on a terminal, one a source; no output where stderr is a file or a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class ProgressBars:
    """Context manager that draws the bars while it is open and leaves their last state on the screen."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
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
    """Bar of one source: bytes while it is sent, then the progress of its job."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def start_sending(self, size: int) -> None:
        """Show that a source of `size` bytes is being sent."""
        self._progress.start_task(self._task)
        self._progress.update(self._task, total=size, completed=0, state="sending")

    def add_sent(self, count: int) -> None:
        """Advance by `count` bytes."""
        self._progress.advance(self._task, count)

    def show_job(self, job: dict[str, Any]) -> None:
        """Show a job as `GET /v1/requests/{id}` returns it; without `progress` the bar only pulses."""
        progress = job.get("progress")
        self._progress.start_task(self._task)
        self._progress.update(
            self._task, total=None if progress is None else 1.0, completed=progress or 0.0, state=job["state"]
        )

    def end(self, state: str) -> None:
        """Stop the bar: full when `state` is "done", empty otherwise."""
        completed = 1.0 if state == "done" else 0.0
        self._progress.update(self._task, total=completed, completed=completed, state=state)
        self._progress.stop_task(self._task)
