"""Jobs for the eye: a table of the newest, the facts of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "processing": "cyan", "queued": "cyan"}

out = Console(highlight=False, soft_wrap=True)


def table(jobs: list[dict[str, Any]]) -> Table:
    """A line a job that fits 80 columns. The id is never shortened: people copy it."""
    lines = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for column, width in {"created": 11, "id": 36, "state": 10}.items():
        lines.add_column(column, no_wrap=True, min_width=width)
    lines.add_column("audio", no_wrap=True, min_width=7, justify="right")
    lines.add_column("source", no_wrap=True, overflow="ellipsis", ratio=1)
    for job in jobs:
        lines.add_row(
            f"{_local(job['created']):%m-%d %H:%M}",
            job["request_id"],
            Text(job["state"], style=COLOURS.get(job["state"], "")),
            _seconds(job.get("duration")),
            Text(job["source"].get("key") or job["source"].get("url") or "request"),
        )
    return lines


def facts(job: dict[str, Any]) -> Table:
    """All that is known about one job."""
    lines = Table(box=None, pad_edge=False, show_header=False)
    lines.add_column(style="bold", no_wrap=True)
    lines.add_column(overflow="fold")
    shards = job.get("shards", {})
    error = job.get("error", {})
    for name, value in {
        "job": job["request_id"],
        "state": Text(job["state"], style=COLOURS.get(job["state"], "")),
        "why": error.get("err_msg") and f"{error['err_msg']} ({error['err_code']})",
        "source": source_name(job),
        "model": job.get("model"),
        "language": job.get("language"),
        "audio": job.get("duration") and _seconds(job["duration"]),
        "created": _clock(job["created"]),
        "completed": job.get("completed") and f"{_clock(job['completed'])} (after {_took(job)})",
        "progress": _progress(job),
        "shards": shards and f"{shards.get('done', 0)} of {shards.get('total', '?')}",
    }.items():
        if value:
            lines.add_row(name, value)
    return lines


def source_name(job: dict[str, Any]) -> str:
    """What the audio came from, in one line."""
    source = job["source"]
    if source.get("kind") == "upload":
        return f"s3://{source['bucket']}/{source['key']}"
    return str(source.get("url") or f"the body of a request, {source.get('size', 0):,} bytes")


def _progress(job: dict[str, Any]) -> str:
    return f"{job['progress']:.0%}" if job["state"] == "processing" and "progress" in job else ""


def _took(job: dict[str, Any]) -> str:
    if "completed" not in job:
        return ""
    return _seconds((_local(job["completed"]) - _local(job["created"])).total_seconds())


def _seconds(seconds: float | None) -> str:
    """`7.9 s`, `12:05`, `1:02:05`."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _clock(iso: str) -> str:
    return f"{_local(iso):%Y-%m-%d %H:%M:%S}"


def _local(iso: str) -> datetime:
    """In the reader's time zone."""
    return datetime.fromisoformat(iso).astimezone()
