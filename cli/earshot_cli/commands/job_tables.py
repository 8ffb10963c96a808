"""Tables for people: a list of jobs, the details of one job."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from earshot_cli.api.answers import plain
from earshot_cli.times import duration
from earshot_contract.job_state import MAX_JOBS_AHEAD

NARROW = 60  # columns; narrower terminals get fewer facts
SHORT_ID_WIDTH = 8  # characters of an id; commands take 6 and more
STATE_COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "processing": "cyan", "queued": "cyan"}


def jobs_table(jobs: list[dict[str, Any]], *, short_ids: bool = False, fit: bool = True, narrow: bool = False) -> Table:
    """Build a table with one line a job that fits 80 columns, with short ids 60, narrow 40.

    Args:
        jobs: as the API lists them.
        short_ids: show the first 8 characters of the ids: enough for every command, and room for names on a terminal.
        fit: cut names to the width of the console; else they are whole.
        narrow: leave out when a job was made and how long its audio is: the name says more.
    """
    id_width = SHORT_ID_WIDTH if short_ids else 36
    table = Table(box=None, pad_edge=False, header_style="bold", expand=fit)
    for column, width in {"created": 11, "id": id_width, "state": 10}.items():
        if column != "created" or not narrow:
            table.add_column(column, no_wrap=True, min_width=width)
    progress = [_progress(job) for job in jobs]
    # Most lists have no unfinished job; and whole ids leave no room for progress in 80 columns.
    with_progress = any(progress) and (short_ids or not fit)
    if with_progress:
        table.add_column("progress", no_wrap=True, min_width=8)
    if not narrow:
        table.add_column("audio", no_wrap=True, min_width=7, justify="right")
    table.add_column("name", no_wrap=True, overflow="ellipsis", ratio=1)
    for job, done in zip(jobs, progress, strict=True):
        table.add_row(
            *([] if narrow else [f"{_local(job['created']):%m-%d %H:%M}"]),
            job["request_id"][:id_width],
            _state(job),
            *([done] if with_progress else []),
            *([] if narrow else [duration(job.get("duration"))]),
            Text(_one_line(job.get("name") or job["source"].get("key") or job["source"].get("url") or "request")),
        )
    return table


def job_details(job: dict[str, Any]) -> Table:
    """Build a table with one line for each known property of a job."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    shards = job.get("shards", {})
    error = job.get("error", {})
    for name, value in {
        "job": job["request_id"],
        "name": job.get("name"),
        "state": _state(job),
        "error": error.get("err_msg") and f"{plain(error['err_msg'])} ({error['err_code']})",
        "source": _source(job),
        "model": job.get("model"),
        "language": job.get("language"),
        "audio": job.get("duration") and duration(job["duration"]),
        "created": _local_time(job["created"]),
        "completed": job.get("completed") and f"{_local_time(job['completed'])} (after {_elapsed(job)})",
        "cost": job.get("cost_usd") is not None and dollars(job["cost_usd"]),
        "progress": _progress_and_rest(job),
        "warnings": "\n".join(_one_line(str(each.get("message", each))) for each in job.get("warnings", [])),
        "tags": ", ".join(job.get("tags", [])),
        "key": _key(job),
        "callback": "\n".join(map(_delivery, job.get("deliveries", []))),
        "earlier runs": "\n".join(map(_attempt, job.get("history", []))),
        "shards": _shards(shards),
    }.items():
        if value:
            table.add_row(name, value if isinstance(value, Text) else Text(str(value)))
    return table


def dollars(usd: float) -> str:
    """Return a price as `$1.20`; of less than ten cents two digits: `$0.0021`."""
    if usd >= 0.1 or usd == 0:
        return f"${usd:.2f}"
    return f"${usd:.{1 - math.floor(math.log10(usd))}f}"


def _state(job: dict[str, Any]) -> Text:
    return Text(job["state"], style=STATE_COLOURS.get(job["state"], ""))


def _source(job: dict[str, Any]) -> str:
    """Describe in one line where the audio came from."""
    source = job["source"]
    if source.get("kind") == "upload":
        return f"s3://{source['bucket']}/{source['key']}"
    return str(source.get("url") or f"the body of a request, {source.get('size', 0):,} bytes")


def _key(job: dict[str, Any]) -> str:
    """Describe whose job it is, for callers who see the jobs of others."""
    owner, caller = job.get("owner"), job.get("caller")
    return f"{caller} ({owner})" if caller and owner else str(owner or caller or "")


def _attempt(run: dict[str, Any]) -> str:
    """Describe in one line how an earlier run of a job ended."""
    when = f" {_local_time(run['completed'])}" if "completed" in run else ""
    why = f": {plain(run['error']['err_msg'])}" if "error" in run else ""
    return _one_line(f"{run['state']}{when}{why}")


def _delivery(delivery: dict[str, Any]) -> str:
    """Describe in one line how a try to deliver the callback ended, and when the next one is due."""
    if delivery.get("requested"):
        return f"{_local_time(delivery['when'])} sent again by request"
    outcome = delivery.get("error") or f"delivered ({delivery.get('status')})"
    due = f" Next try: {_local_time(delivery['next'])}." if "next" in delivery else ""
    return _one_line(f"{_local_time(delivery['when'])} {outcome}{due}")


def _one_line(text: str) -> str:
    """Return a text as one line of a table."""
    return " ".join(text.split())


def _progress(job: dict[str, Any]) -> str:
    """Describe the progress of an unfinished job in at most 11 characters: its share, or the jobs ahead of it."""
    if job["state"] not in ("queued", "processing"):
        return ""
    if ahead := job.get("jobs_ahead"):
        return f"{ahead}{'+' if ahead >= MAX_JOBS_AHEAD else ''} ahead"
    if "jobs_ahead" in job:
        return "next"
    return f"{job['progress']:.0%}" if "progress" in job else ""


def _progress_and_rest(job: dict[str, Any]) -> str:
    """Describe how far an unfinished job is, and how long the rest will take."""
    left = job.get("estimated_seconds_left")
    return _progress(job) + (f", about {duration(left)} left" if left is not None else "")


def _shards(shards: dict[str, Any]) -> str:
    """Describe how many shards are done, and why there are fewer than the length requires."""
    if not shards:
        return ""
    count = f"{shards.get('done', 0)} of {shards.get('total', '?')}"
    return f"{count}. {shards['reason']}" if "reason" in shards else count


def _elapsed(job: dict[str, Any]) -> str:
    return duration((_local(job["completed"]) - _local(job["created"])).total_seconds())


def _local_time(iso: str) -> str:
    return f"{_local(iso):%Y-%m-%d %H:%M:%S}"


def _local(iso: str) -> datetime:
    """Parse a timestamp into the reader's time zone."""
    return datetime.fromisoformat(iso).astimezone()
