"""`earshot jobs`, `show`, `cancel`, `delete` and `retry` against the stub."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

import pytest
from rich.console import Console

from earshot_cli.commands import job_tables
from earshot_cli.console import SafeConsole
from tests.fixtures.rows import each_row


def test_jobs_table_shows_newest_first_with_whole_ids(earshot: Any, job_ids: list[str]) -> None:
    result = earshot("jobs", COLUMNS="80")

    lines = result.stdout.splitlines()[1:]
    assert [line.split()[2] for line in lines] == list(reversed(job_ids))
    assert [line.split()[3] for line in lines] == ["failed", "completed", "queued"]
    assert max(map(len, lines)) <= 80
    assert "podcast" in lines[1]


@each_row(
    ("usd", "text"),
    [(0.0, "$0.00"), (0.000056, "$0.000056"), (0.0021, "$0.0021"), (0.05, "$0.050"), (0.1, "$0.10"), (1.2, "$1.20")],
)
def test_cost_of_a_job_is_shown_in_dollars(usd: float, text: str) -> None:
    job = {"request_id": "a", "state": "completed", "created": "2026-11-29T14:20:10Z", "source": {}, "cost_usd": usd}
    console = Console(file=io.StringIO(), width=80)
    console.print(job_tables.job_details(job))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert [line.split() for line in printed.splitlines() if line.startswith("cost")] == [["cost", text]]


def test_jobs_reads_pages_up_to_limit(earshot: Any, deployment: Any) -> None:
    created = [deployment.add_job(b"x", {"kind": "body", "size": 4}) for _ in range(230)]

    result = earshot("jobs", "--limit", "205", "--json")

    assert [json.loads(line)["request_id"] for line in result.stdout.splitlines()] == list(reversed(created))[:205]


def test_jobs_without_jobs_prints_hint(earshot: Any) -> None:
    result = earshot("jobs")

    assert (result.returncode, result.stdout) == (0, "")
    assert "earshot transcribe" in result.stderr


def test_cancel_running_job_deletes_nothing(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    assert earshot("cancel", job_ids[0]).returncode == 0
    assert (deployment.cancelled, deployment.deleted) == ([job_ids[0]], [])


def test_cancel_finished_job_fails_without_request(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    result = earshot("cancel", job_ids[1])

    assert (result.returncode, deployment.cancelled, deployment.deleted) == (1, [], [])
    assert "already completed" in result.stderr


@pytest.mark.parametrize("command", ["show", "cancel"])
def test_unknown_job_id_fails(earshot: Any, command: str) -> None:
    result = earshot(command, "no-such-id")

    assert result.returncode == 1
    assert "There is no such job." in result.stderr


def test_jobs_filters_are_sent_to_the_api(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    options = ["--name", "ep*", "--tag", "a", "--since", "2026-11-22", "--until", "2026-11-22"]

    result = earshot("jobs", "--state", "failed", *options)

    sent = dict(deployment.requests[-1][2])
    assert [line.split()[2] for line in result.stdout.splitlines()[1:]] == [job_ids[2]]
    assert sent.items() >= {"state": "failed", "name": "ep*", "tag": "a"}.items()
    day = datetime.fromisoformat(sent["until"]) - datetime.fromisoformat(sent["since"])
    assert day.total_seconds() == pytest.approx(86400, abs=1)
    assert "No such jobs" in earshot("jobs", "--state", "cancelled").stderr


def test_unreadable_time_is_a_usage_error(earshot: Any, deployment: Any) -> None:
    result = earshot("jobs", "--since", "yesterday")

    assert (result.returncode, deployment.requests) == (2, [])
    assert "2h" in result.stderr


def test_delete_takes_finished_jobs_only(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    result = earshot("delete", job_ids[1], job_ids[0], "no-such-id", job_ids[2])

    assert (result.returncode, deployment.deleted) == (1, job_ids[1:])
    assert f"Deleted {job_ids[1]}" in result.stderr
    assert f"`earshot cancel {job_ids[0]}`" in result.stderr


def test_retry_runs_the_named_or_all_failed_jobs(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    named = earshot("retry", job_ids[1], job_ids[2])
    deployment.jobs[job_ids[2]]["state"] = "failed"
    failed = earshot("retry", "--failed")

    assert (named.returncode, failed.returncode) == (1, 0)
    assert f"{job_ids[1]}: It has not failed." in named.stderr
    assert failed.stderr == f"Queued again: {job_ids[2]}.\n"
    assert earshot("retry", "--failed").stderr == "No such jobs.\n"


@pytest.mark.parametrize("arguments", [[], ["--failed", "0000-id"], ["0000-id", "--name", "x"]])
def test_retry_without_a_clear_choice_is_a_usage_error(earshot: Any, deployment: Any, arguments: list[str]) -> None:
    result = earshot("retry", *arguments)

    assert (result.returncode, deployment.requests) == (2, [])


@each_row(
    ("job", "expected"),
    [
        ({"state": "processing", "progress": 0.374}, "37%"),
        ({"state": "processing", "progress": 0.0, "jobs_ahead": 12}, "12 ahead"),
        ({"state": "queued", "progress": 0.0, "jobs_ahead": 0}, "next"),
        ({"state": "queued", "progress": 0.0, "jobs_ahead": 1000}, "1000+ ahead"),
    ],
)
@each_row(("width", "short", "fit"), [(80, False, True), (60, True, True), (300, False, False)])
def test_jobs_table_has_progress_where_there_is_room(
    job: dict[str, Any], expected: str, width: int, short: bool, fit: bool
) -> None:
    shown = {"request_id": "3f2a91c0-6a6c-4b43-9a3e-9bd5d1a1c0de", "created": "2026-11-22T12:00:00.000Z"}
    shown |= {"duration": 36000.0, "name": "a long name", "source": {}}
    console = Console(file=io.StringIO(), width=width)

    console.print(job_tables.jobs_table([shown | job], short_ids=short, fit=fit))

    head, line = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(line.rstrip()) <= width
    assert (expected in line, "progress" in head) == ((short or not fit),) * 2
    assert "10:00:00" in line


@pytest.mark.parametrize(("width", "short"), [(80, False), (60, True), (40, True)])
def test_jobs_table_has_one_line_a_job_and_fits(width: int, short: bool) -> None:
    job = {"request_id": "3f2a91c0-6a6c-4b43-9a3e-9bd5d1a1c0de", "state": "processing", "duration": 36000.0}
    job |= {"created": "2026-11-22T12:00:00.000Z", "name": "a long name of a recording " * 9, "source": {}}
    console = Console(file=io.StringIO(), width=width)

    console.print(job_tables.jobs_table([job], short_ids=short, narrow=width < job_tables.NARROW))

    _, line = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(line) <= width
    assert (job["request_id"] in line) == (not short)
    assert "3f2a91c0" in line
    assert "a long" in line


def test_jobs_table_for_programs_has_whole_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    name = "a long name of a recording " * 9 + ".flac"
    job = {"request_id": "3f2a91c0-6a6c-4b43-9a3e-9bd5d1a1c0de", "state": "queued", "name": name, "source": {}}
    console = SafeConsole(file=io.StringIO(), soft_wrap=True)

    console.print(job_tables.jobs_table([job | {"created": "2026-11-22T12:00:00.000Z"}], fit=console.bounded))

    assert console.file.getvalue().splitlines()[1].endswith(name)  # type: ignore[attr-defined]


def test_redeliver_reports_each_job(earshot: Any, deployment: Any, job_ids: list[str]) -> None:
    deployment.jobs[job_ids[1]] |= {"deliveries": [{"when": "2026-11-22T12:00:00.000Z"}], "name": "ep1.mp3"}

    result = earshot("redeliver", job_ids[0], job_ids[1])

    assert result.returncode == 1
    assert f"{job_ids[0]}: It has no callback URL." in result.stderr
    assert f"The callback is sent again: {job_ids[1]} (ep1.mp3)." in result.stderr


def test_open_prints_the_address_of_a_job(earshot: Any, deployment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(opened.append(address)))
    job_id = deployment.add_job(b"x", {"kind": "body", "size": 4})

    result = earshot("open", job_id)

    assert opened == [f"{deployment.url}/v1/#/jobs/{job_id}"]
    assert result.stdout.strip() == opened[0]
    assert "no browser here" in result.stderr
