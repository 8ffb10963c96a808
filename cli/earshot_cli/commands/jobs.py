"""`earshot jobs`, `show`, `cancel`, `delete`, `retry` and `redeliver`: commands on jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC
from typing import Annotated, Any

import typer

from earshot_cli.api.client import ApiClient, QueryParams
from earshot_cli.commands import job_tables
from earshot_cli.commands.connection_options import LOCAL_URL, Key, Url, run_async
from earshot_cli.console import stderr, stdout, write, write_prose
from earshot_cli.errors import CliError, Status
from earshot_cli.times import duration, parse_time
from earshot_cli.transcription.formats import Format
from earshot_cli.transcription.run_display import show_run
from earshot_cli.transcription.run_progress import RunProgress
from earshot_contract.job_state import JobState

FINISHED_STATES = frozenset(state for state in JobState if state.final)
FOLLOW_SECONDS = 1.0  # between two requests of `show --follow`
MAX_RETRIED = 1000  # jobs that `retry --failed` takes at once

_ID_HELP = "Id of a job, as `earshot jobs` shows it, or its first 6 characters or more."
JobId = Annotated[str, typer.Argument(metavar="ID", help=_ID_HELP)]
JobIds = Annotated[list[str], typer.Argument(metavar="ID", help=_ID_HELP)]
Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="Part of the name; with * or ? the whole name.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Made since then: 2h, 7d, 2026-11-22, 2026-11-22T12:00.")
]


def jobs(
    url: Url = LOCAL_URL,
    key: Key = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="NUMBER", min=1, max=1000, help="Maximum number of jobs.")
    ] = 20,
    state: Annotated[
        list[JobState] | None, typer.Option("--state", help="Only jobs in this state; may be repeated.")
    ] = None,
    name: Name = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Only jobs with this tag; may be repeated.")
    ] = None,
    since: Since = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Made until then.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line, as the API returns it.")] = False,
) -> None:
    """List jobs, newest first: those of the key, or of all keys for one of the scope admin."""
    filters = _filters(state or [], name, tag or [], since, until)

    async def call() -> list[dict[str, Any]]:
        async with ApiClient(url, key) as api:
            return await api.jobs(limit, filters)

    found = run_async(call())
    if as_json:
        for job in found:
            write(json.dumps(job, ensure_ascii=False))
    elif found:
        narrow = stdout.is_terminal and stdout.width < job_tables.NARROW
        stdout.print(job_tables.jobs_table(found, short_ids=stdout.is_terminal, fit=stdout.bounded, narrow=narrow))
    elif filters:
        stderr.print("No such jobs.")
    else:
        stderr.print("No jobs yet. `earshot transcribe FILE` makes one.")


def show(
    job_id: JobId,
    url: Url = LOCAL_URL,
    key: Key = None,
    format: Annotated[
        Format | None, typer.Option("--format", "-f", help="Print only the result, in this format.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-F", help="Wait until the job has ended; status 1 unless it is completed.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Print only the result, of a job that runs as far as it is there.")
    ] = False,
) -> None:
    """Show the details of a job and its transcript."""
    run = RunProgress(1)

    async def call() -> Status:
        async with ApiClient(url, key) as api:
            job = await (_ended_job(api, job_id, run) if follow else api.job(job_id))
            completed = job["state"] == JobState.COMPLETED
            if partial and job["state"] not in FINISHED_STATES:
                text, until = await api.partial_result(job["request_id"], (format or Format.TEXT).api_name)
                _write_result(text.rstrip("\n"), format)
                if until is not None:
                    stderr.print(f"The rest is being made: this is the result until {duration(until)}.")
                return Status.OK
            if (format or partial) and not completed:
                raise CliError(
                    f"The job is {job['state']}: it has no result. `earshot show {job_id}` shows its details."
                )
            if not (format or partial):
                stdout.print(job_tables.job_details(job))
            if completed:
                text = (await api.result(job["request_id"], (format or Format.TEXT).api_name)).rstrip("\n")
                _write_result(text if format or partial else f"\n{text}", format)
                if not (text or format):
                    stderr.print("No words were found in the audio.")
            return Status.FAILED if follow and not completed else Status.OK

    with show_run(run, stderr) if follow else nullcontext():
        raise typer.Exit(run_async(call()))


def _write_result(text: str, format: Format | None) -> None:
    (write_prose if format in (None, Format.TEXT) else write)(text)


async def _ended_job(api: ApiClient, job_id: str, run: RunProgress) -> dict[str, Any]:
    """Request a job until it has ended, and return it. Ctrl-C ends the requests, not the job."""
    job = await api.job(job_id)
    seen = run.add(job.get("name") or job_id)
    api = api.patient(seen.show_busy)  # waits for a busy deployment
    while job["state"] not in FINISHED_STATES:
        seen.show_job(job)
        await asyncio.sleep(FOLLOW_SECONDS)
        job = await api.job(job["request_id"])
    run.end(seen, failed=job["state"] != JobState.COMPLETED)
    return job


def cancel(job_id: JobId, url: Url = LOCAL_URL, key: Key = None) -> None:
    """Cancel a queued or running job. A finished one is left unchanged."""

    async def call() -> None:
        async with ApiClient(url, key) as api:
            job = await api.job(job_id)
            has_ended = job["state"] in FINISHED_STATES
            job = job if has_ended else await api.cancel_job(job["request_id"])
            if has_ended or job["state"] != JobState.CANCELLED:
                raise CliError(f"The job is already {job['state']}: there is nothing to cancel.")

    run_async(call())
    stderr.print(f"Cancelled {job_id}.", markup=False)


def delete(job_ids: JobIds, url: Url = LOCAL_URL, key: Key = None) -> None:
    """Delete finished jobs with their transcripts. A job that still runs is left alone: cancel it first."""

    async def delete_one(api: ApiClient, job_id: str) -> str:
        job = await api.job(job_id)
        if job["state"] not in FINISHED_STATES:
            raise CliError(f"The job is {job['state']}. `earshot cancel {job_id}` cancels it.")
        await api.delete_job(job["request_id"])
        return f"Deleted {_described(job)}."

    async def call() -> Status:
        async with ApiClient(url, key) as api:
            return await _each(job_ids, lambda job_id: delete_one(api, job_id))

    raise typer.Exit(run_async(call()))


def retry(
    job_ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help=_ID_HELP)] = None,
    url: Url = LOCAL_URL,
    key: Key = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="All failed jobs; --name and --since choose of them.")
    ] = False,
    name: Name = None,
    since: Since = None,
) -> None:
    """Run failed or cancelled jobs again, with the same audio and options."""
    if failed == bool(job_ids):
        raise CliError("Write the ids of jobs, or --failed for all that failed.", Status.USAGE)
    if not failed and (name or since):
        raise CliError("--name and --since go with --failed.", Status.USAGE)
    filters = _filters([JobState.FAILED], name, [], since, None)

    async def retry_one(api: ApiClient, job_id: str) -> str:
        return f"Queued again: {_described(await api.retry_job(job_id))}."

    async def call() -> Status:
        async with ApiClient(url, key) as api:
            ids = list(job_ids or [])
            if failed and not (ids := [job["request_id"] for job in await api.jobs(MAX_RETRIED, filters)]):
                stderr.print("No such jobs.")
            return await _each(ids, lambda job_id: retry_one(api, job_id))

    raise typer.Exit(run_async(call()))


def redeliver(job_ids: JobIds, url: Url = LOCAL_URL, key: Key = None) -> None:
    """Send the callbacks of finished jobs again, and try until they are delivered, as after the end of a job."""

    async def redeliver_one(api: ApiClient, job_id: str) -> str:
        job = await api.redeliver(job_id)
        return f"The callback is sent again: {_described(job)}. `earshot show {job_id}` lists the tries."

    async def call() -> Status:
        async with ApiClient(url, key) as api:
            return await _each(job_ids, lambda job_id: redeliver_one(api, job_id))

    raise typer.Exit(run_async(call()))


async def _each(job_ids: list[str], action: Callable[[str], Awaitable[str]]) -> Status:
    """Do `action` with each job and print what it returns; the error of one does not stop the others.

    Returns:
        The worst status of all jobs.

    Raises:
        CliError: the deployment does not answer.
    """
    worst = Status.OK
    for job_id in job_ids:
        try:
            stderr.print(await action(job_id), markup=False)
        except CliError as error:
            if error.ends_all:
                raise
            stderr.print(f"{job_id}: {error.message}", markup=False)
            worst = max(worst, error.status)
    return worst


def _described(job: dict[str, Any]) -> str:
    """Return a job's id and, where it has one, its name."""
    return f"{job['request_id']} ({job['name']})" if job.get("name") else str(job["request_id"])


def _filters(
    states: list[JobState], name: str | None, tags: list[str], since: str | None, until: str | None
) -> QueryParams:
    """Return the query of GET /v1/requests; times without a zone are local, those of the API are UTC."""
    filters = [("state", str(state)) for state in states] + [("tag", tag) for tag in tags]
    filters += [("name", name)] if name else []
    for option, text in (("since", since), ("until", until)):
        if text:
            moment = parse_time(f"--{option}", text, end_of_day=option == "until").astimezone(UTC)
            filters.append((option, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")))
    return filters
