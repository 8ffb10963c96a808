"""Transcribe several sources at once: send each, wait for its job, fetch its results; Ctrl-C cancels what runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from earshot_cli.api.answers import plain
from earshot_cli.api.client import MAX_BODY_BYTES, ApiClient, QueryParams
from earshot_cli.console import stderr
from earshot_cli.errors import CliError, Status
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.result_files import Task
from earshot_cli.transcription.run_progress import RunProgress, SourceProgress
from earshot_contract.job_state import JobState

FIRST_POLL_SECONDS = 0.15  # between two looks at a job; grows by half each time
_MAX_POLLS_PER_SECOND = 8  # of all jobs together: each is a request that the deployment pays for
_IN_VAIN = "all would end in the same way"
_CANCEL_SECONDS = 5.0  # time limit for cancelling a running job after Ctrl-C


@dataclass
class Outcome:
    """How one source ended: its job and results, or an error."""

    task: Task
    job: dict[str, Any] = field(default_factory=dict)  # as GET /v1/requests/{id} shows it; empty: there is none
    results: dict[Format, str] = field(default_factory=dict)
    error: CliError | None = None


@dataclass
class _Interruption:
    """Jobs that were cancelled, or left, when a run ended early."""

    cancelled: list[str] = field(default_factory=list)  # their ids
    has_left: bool = False  # some that could not be cancelled

    async def cancel(self, api: ApiClient, job: Awaitable[str]) -> None:
        """Cancel a job, whose id may not have arrived yet, within a time limit. Errors do not delay Ctrl-C."""
        try:
            async with asyncio.timeout(_CANCEL_SECONDS):
                job_id = await job
                if (await api.cancel_job(job_id))["state"] == JobState.CANCELLED:
                    self.cancelled.append(job_id)
        except (CliError, OSError, TimeoutError, asyncio.CancelledError):
            self.has_left = True

    def report(self) -> None:
        """Say which jobs were cancelled, and whether others may go on."""
        if self.cancelled:
            count = len(self.cancelled)
            what = f"the job {self.cancelled[0]}" if count == 1 else f"{count} jobs that still ran"
            stderr.print(f"Cancelled {what}.", markup=False)
        if self.has_left:
            stderr.print("Some jobs may go on: `earshot jobs` lists them, `earshot cancel ID` ends one.")


class Report(Protocol):
    """Gets each outcome, in order of the sources or as soon as it is there."""

    in_order: bool

    def __call__(self, outcome: Outcome) -> None:
        """Print or write an outcome; sets its `error` if that cannot be done."""
        ...

    def note_busy(self) -> None:
        """Report that the deployment accepts no more requests for now, and that they are sent again."""
        ...


async def transcribe(
    api: ApiClient, tasks: Sequence[Task], options: QueryParams, jobs: int, run: RunProgress, report: Report
) -> Status:
    """Transcribe the sources of all tasks, and report each.

    The error of one source does not stop the others, unless they would end in the same way: no deployment answers, or
    the key is refused. When this coroutine is cancelled (Ctrl-C), the jobs that still run are cancelled in the
    deployment, too.

    Args:
        api: the deployment.
        tasks: what to transcribe.
        options: query of /v1/listen.
        jobs: sources in progress at the same time.
        run: progress of the run, which is kept up to date.
        report: called with each outcome.

    Returns:
        The worst status of all sources.
    """
    progress = [run.add(task.source.name, _size(task)) for task in tasks]
    started, poll = asyncio.Semaphore(jobs), max(1.0, min(jobs, len(tasks)) / _MAX_POLLS_PER_SECOND)
    interruption = _Interruption()

    async def one(task: Task, seen: SourceProgress) -> Outcome:
        async with started:
            outcome = await _transcribe_one(api, task, options, seen, poll, interruption, report.note_busy)
            run.end(seen, failed=outcome.error is not None)
            return outcome

    running = [asyncio.create_task(one(task, seen)) for task, seen in zip(tasks, progress, strict=True)]
    reason = None  # why what runs is cancelled in the end: Ctrl-C has none
    try:
        worst = Status.OK
        for following in running if report.in_order else asyncio.as_completed(running):
            outcome = await following
            had_failed = outcome.error is not None
            report(outcome)
            if outcome.error:
                run.failed += not had_failed  # the source was transcribed, and its result cannot be written
                worst = max(worst, outcome.error.status)
                if outcome.error.ends_all:
                    reason = _IN_VAIN
                    break
        return worst
    finally:
        for each in running:
            each.cancel(reason)
        await asyncio.gather(*running, return_exceptions=True)
        interruption.report()


async def _transcribe_one(
    api: ApiClient,
    task: Task,
    options: QueryParams,
    seen: SourceProgress,
    poll: float,
    interruption: _Interruption,
    note_busy: Callable[[], None],
) -> Outcome:
    outcome, source = Outcome(task), task.source

    def show_busy(seconds: float) -> None:
        seen.show_busy(seconds)
        if seconds:
            note_busy()

    api = api.patient(show_busy)
    try:
        seen.state = "sending"
        name = source.name if source.path and not source.is_copy else None
        submit = partial(api.submit, source.path or source.argument, options, seen.add_sent, name=name)
        job_id = await _submitted(api, submit, seen, interruption)
        outcome.job = {"request_id": job_id, "state": "queued"}
        seen.state = "queued"
        await _wait_for_job(api, outcome, seen, poll, interruption)
        for form in task.formats:
            outcome.results[form] = await api.result(job_id, form.api_name)
    except CliError as error:
        outcome.error = error
    except OSError as error:  # the file could be read when the command began
        outcome.error = CliError(f"The file cannot be read: {error.strerror}.")
    return outcome


async def _submitted(
    api: ApiClient,
    submit: Callable[[], Coroutine[Any, Any, str]],
    seen: SourceProgress,
    interruption: _Interruption,
) -> str:
    """Return the id of a job that is submitted. At Ctrl-C the answer is awaited: the job may be there already."""
    submission = asyncio.create_task(submit())
    try:
        return await asyncio.shield(submission)
    except asyncio.CancelledError as end:
        on_its_way = seen.size and seen.size > MAX_BODY_BYTES and seen.sent < seen.size
        if on_its_way or end.args == (_IN_VAIN,):  # no job was or will be created for it
            submission.cancel()
            await asyncio.wait([submission])
        else:
            await interruption.cancel(api, submission)
        raise


async def _wait_for_job(
    api: ApiClient, outcome: Outcome, seen: SourceProgress, poll: float, interruption: _Interruption
) -> None:
    """Poll the job of an outcome until it is completed; raises CliError when it failed or was cancelled."""
    pause, job_id = FIRST_POLL_SECONDS, outcome.job["request_id"]
    try:
        while True:
            outcome.job = job = await api.job(job_id)
            seen.show_job(job)
            match job["state"]:
                case "completed":
                    return
                case "failed":
                    raise CliError(f"{plain(job['error']['err_msg'])} (job {job_id})")
                case "cancelled":
                    raise CliError(f"The job was cancelled (job {job_id}).")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, poll)
    except asyncio.CancelledError:
        await interruption.cancel(api, asyncio.sleep(0, job_id))
        raise


def _size(task: Task) -> int | None:
    try:
        return task.source.path.stat().st_size if task.source.path else None
    except OSError:
        return None
