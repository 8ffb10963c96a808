"""A bar for each source, on a terminal; nothing where stderr is a file or a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Bars:
    """Context manager: shows while it is open, and stays as it was at the end."""

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

    def add(self, name: str) -> Bar:
        return Bar(self._progress, self._progress.add_task(escape(name), start=False, total=None, state="waiting"))


class Bar:
    """One source's: bytes while it is sent, then the job's own progress."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def sending(self, size: int) -> None:
        self._progress.start_task(self._task)
        self._progress.update(self._task, total=size, completed=0, state="sending")

    def sent(self, count: int) -> None:
        self._progress.advance(self._task, count)

    def job(self, job: dict[str, Any]) -> None:
        """As `GET /v1/requests/{id}` says: without `progress` the bar only shows that something goes on."""
        done = job.get("progress")
        self._progress.start_task(self._task)
        self._progress.update(
            self._task, total=None if done is None else 1.0, completed=done or 0.0, state=job["state"]
        )

    def end(self, state: str) -> None:
        done = 1.0 if state == "done" else 0.0
        self._progress.update(self._task, total=done, completed=done, state=state)
        self._progress.stop_task(self._task)
