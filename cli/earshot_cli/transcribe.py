"""`earshot transcribe`: several sources at once, a bar each on stderr, results in the order of the arguments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from earshot_cli.api_client import ApiClient, QueryParams
from earshot_cli.console import stderr
from earshot_cli.console import write as output
from earshot_cli.errors import CliError, Status
from earshot_cli.progress_bars import ProgressBar, ProgressBars
from earshot_cli.sources import Source

_MAX_CONCURRENT = 4  # sources in flight: a deployment may run fewer workers than a folder has files
_FIRST_POLL_SECONDS, _MAX_POLL_SECONDS = 0.15, 1.0  # between two looks at a job; grows by half each time
_CANCEL_SECONDS = 5.0  # time limit for cancelling a running job after Ctrl-C


class Format(StrEnum):
    """What `--format` takes: the stored formats, of which `txt` is called `text`."""

    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"

    @property
    def api_name(self) -> str:
        """The API's name of the format, also the extension of a file that contains it."""
        return "txt" if self is Format.TEXT else self.value


async def transcribe(
    api: ApiClient,
    sources: list[Source],
    options: QueryParams,
    format: Format,
    write: Callable[[Source, str], None],
) -> Status:
    """Transcribe all sources and write each result as soon as those before it are written.

    The error of one source is printed, and the others continue. When the task is cancelled (Ctrl-C), the jobs that
    still run are cancelled in the deployment too.

    Returns:
        The worst status of all sources.
    """
    semaphore = asyncio.Semaphore(_MAX_CONCURRENT)
    with ProgressBars(stderr) as bars:
        tasks = [
            asyncio.create_task(_transcribe_one(api, source, options, format, bars.add(source.name), semaphore))
            for source in sources
        ]
        try:
            worst = Status.OK
            for source, task in zip(sources, tasks, strict=True):
                try:
                    write(source, await task)
                except CliError as error:
                    stderr.print(f"{source.argument}: {error.message}", markup=False)
                    worst = max(worst, error.status)
            return worst
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _transcribe_one(
    api: ApiClient,
    source: Source,
    options: QueryParams,
    format: Format,
    bar: ProgressBar,
    semaphore: asyncio.Semaphore,
) -> str:
    async with semaphore:
        try:
            if source.path:
                bar.start_sending(source.path.stat().st_size)
            job_id = await api.submit(source.path or source.argument, options, bar.add_sent)
            await _wait_for_job(api, job_id, bar)
            text = await api.result(job_id, format.api_name)
        except CliError:
            bar.end("failed")
            raise
        bar.end("done")
        return text


async def _wait_for_job(api: ApiClient, job_id: str, bar: ProgressBar) -> None:
    """Poll a job until it is completed; raises CliError when it failed or was cancelled."""
    pause = _FIRST_POLL_SECONDS
    try:
        while True:
            job = await api.job(job_id)
            bar.show_job(job)
            match job["state"]:
                case "completed":
                    return
                case "failed":
                    raise CliError(f"{job['error']['err_msg']} (job {job_id})")
                case "cancelled":
                    raise CliError(f"The job was cancelled (job {job_id}).")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _MAX_POLL_SECONDS)
    except asyncio.CancelledError:
        bar.end("cancelled")
        await asyncio.wait_for(api.delete_job(job_id), _CANCEL_SECONDS)
        stderr.print(f"Cancelled the job {job_id}.")
        raise


class OutputWriter:
    """Writes results to stdout, or into a folder as `{name}.{extension}`.

    Raises:
        CliError: two of the sources would write the same file, or a file cannot be written.
    """

    def __init__(self, sources: list[Source], format: Format, folder: Path | None) -> None:
        self.format, self.folder = format, folder
        self.with_titles = len(sources) > 1 and format is not Format.JSON
        names = [source.name for source in sources]
        if folder and (repeated := next((name for name in names if names.count(name) > 1), None)):
            raise CliError(
                f"Two of the sources are named {repeated}: their results would be written to one file.", Status.USAGE
            )

    def __call__(self, source: Source, text: str) -> None:
        """Write the result of one source."""
        text = text.rstrip("\n") + "\n"
        if not self.folder:
            title = f"==> {source.argument} <==\n" if self.with_titles else ""
            output(title + text, end="")
            return
        path = self.folder / f"{source.name}.{self.format.api_name}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CliError(f"The transcript cannot be written to {path}: {error.strerror}.") from None
        stderr.print(f"{source.argument} → {path}", markup=False)
