"""Several sources to text at once: a bar each on stderr, the results in the order they were named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from earshot_cli.api_client import Api, Pairs
from earshot_cli.errors import Problem, Status
from earshot_cli.progress_bars import Bar, Bars
from earshot_cli.sources import Source

AT_ONCE = 4  # sources in flight: a deployment may hold fewer workers than a folder holds files
FIRST_LOOK, LONGEST_LOOK = 0.15, 1.0  # seconds between two looks at a job

GOODBYE = 5.0  # seconds to cancel what runs, once somebody has pressed Ctrl-C

complaints = Console(stderr=True, highlight=False, soft_wrap=True)


class Format(StrEnum):
    """What `--format` takes: the stored formats, of which `txt` is called `text`."""

    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"

    @property
    def form(self) -> str:
        """The API's name for it, and the extension of a file that holds it."""
        return "txt" if self is Format.TEXT else self.value


async def transcribe(
    api: Api, sources: list[Source], options: Pairs, wanted: Format, deliver: Callable[[Source, str], None]
) -> Status:
    """Run all of them; `deliver` gets each result as soon as those before it are out.

    A source that fails is reported and the others go on; the worst status is returned. When the task is cancelled
    (Ctrl-C) the jobs that still run are cancelled in the deployment too.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    with Bars(complaints) as bars:
        tasks = [asyncio.create_task(_one(api, s, options, wanted, bars.add(s.name), turn)) for s in sources]
        try:
            worst = Status.OK
            for source, task in zip(sources, tasks, strict=True):
                try:
                    deliver(source, await task)
                except Problem as problem:
                    complaints.print(f"{source.given}: {problem.sentence}", markup=False)
                    worst = max(worst, problem.status)
            return worst
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _one(api: Api, source: Source, options: Pairs, wanted: Format, bar: Bar, turn: asyncio.Semaphore) -> str:
    async with turn:
        try:
            if source.path:
                bar.sending(source.path.stat().st_size)
            job_id = await api.submit(source.path or source.given, options, bar.sent)
            await _finished(api, job_id, bar)
            text = await api.result(job_id, wanted.form)
        except Problem:
            bar.end("failed")
            raise
        bar.end("done")
        return text


async def _finished(api: Api, job_id: str, bar: Bar) -> None:
    """Wait for the end of a job; raises Problem when it is not a good one."""
    pause = FIRST_LOOK
    try:
        while True:
            job = await api.job(job_id)
            bar.job(job)
            match job["state"]:
                case "completed":
                    return
                case "failed":
                    raise Problem(f"{job['error']['err_msg']} (job {job_id})")
                case "cancelled":
                    raise Problem(f"The job was cancelled (job {job_id}).")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)
    except asyncio.CancelledError:
        bar.end("cancelled")
        await asyncio.wait_for(api.forget(job_id), GOODBYE)
        complaints.print(f"Cancelled the job {job_id}.")
        raise


class Delivery:
    """Results to stdout, or into a folder as `{name}.{extension}`."""

    def __init__(self, sources: list[Source], wanted: Format, folder: Path | None) -> None:
        self.wanted, self.folder = wanted, folder
        self.titled = len(sources) > 1 and wanted is not Format.JSON
        names = [source.name for source in sources]
        if folder and (double := next((n for n in names if names.count(n) > 1), None)):
            raise Problem(f"Two of the sources are named {double}: their results would be one file.", Status.USAGE)

    def __call__(self, source: Source, text: str) -> None:
        text = text.rstrip("\n") + "\n"
        if not self.folder:
            title = f"==> {source.given} <==\n" if self.titled else ""
            print(title + text, end="", flush=True)
            return
        place = self.folder / f"{source.name}.{self.wanted.form}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Problem(f"The transcript cannot be written to {place}: {error.strerror}.") from None
        complaints.print(f"{source.given} → {place}", markup=False)
