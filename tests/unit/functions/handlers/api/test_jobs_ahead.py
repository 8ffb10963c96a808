"""Progress and place in the queue, in the list of jobs and of one job."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.job_state import MAX_JOBS_AHEAD, JobState
from functions.aws.table import dynamodb, job_table
from functions.handlers.api import jobs_ahead
from functions.jobs.job import Job, Source, SourceKind, timestamp
from tests.paths import ROOT


def add(job_id: str, minute: int, owner: str = "k", **fields: Any) -> None:
    source = Source(fields.pop("kind", SourceKind.BODY))
    job_table.add(Job(job_id, source, "", owner=owner, created=f"2026-11-28T10:{minute:02}:00.000Z", **fields))


@pytest.fixture
def queries(monkeypatch) -> list[str]:
    """The indexes that `oldest_items` was asked for."""
    queried: list[str] = []
    query = dynamodb.oldest_items
    monkeypatch.setattr(dynamodb, "oldest_items", lambda index, *rest: queried.append(index) or query(index, *rest))
    return queried


def positions(jobs: list[str]) -> dict[str, int]:
    return jobs_ahead.jobs_ahead([job for name in jobs if (job := job_table.find(name))])


def test_unfinished_jobs_of_the_same_owner_stand_before(api, queries):
    add("begun", 1, state=JobState.PROCESSING, working_since=timestamp())
    add("second", 2)
    add("upload", 2, "deployment", kind=SourceKind.UPLOAD)
    add("other", 2, "m")
    add("third", 3)
    add("next upload", 4, "deployment", kind=SourceKind.UPLOAD)

    found = positions(["begun", "second", "third", "upload", "next upload", "other"])

    assert found == {"second": 1, "third": 2, "upload": 0, "next upload": 1, "other": 0}
    assert queries == ["waiting"] * 3, "one query for each owner, and none for a row"


def test_finished_jobs_stand_before_nothing(api):
    for number, end in enumerate((job_table.finish, job_table.cancel)):
        add(f"ended{number}", number)
        end(f"ended{number}")
    add("waits", 5)

    assert positions(["ended0", "ended1", "waits"]) == {"waits": 0}


def test_no_more_jobs_are_counted_than_the_limit(api, monkeypatch):
    monkeypatch.setattr(jobs_ahead, "MAX_JOBS_AHEAD", 3)
    for minute in range(6):
        add(f"j{minute}", minute)

    assert positions(["j1", "j5"]) == {"j1": 1, "j5": 3}


def test_list_has_progress_and_position_of_unfinished_jobs(api, queries):
    working = {"shards": 2, "duration": 400.0, "channels_planned": 1, "working_since": timestamp()}
    add("ends", 1, duration=9.0)
    job_table.finish("ends")
    add("runs", 2, state=JobState.PROCESSING, progress={"shard0": 100.0}, **working)
    add("waits", 3)

    waits, runs, ends = api.get("/requests").json["requests"]

    assert (runs["progress"], runs["seconds"]) == (0.25, {"done": 100.0, "total": 400.0})
    assert (waits["progress"], waits["jobs_ahead"]) == (0.0, 1)
    assert not {"jobs_ahead"} & runs.keys()
    assert not {"jobs_ahead", "progress", "seconds"} & ends.keys()
    assert queries == ["waiting"]


def test_a_job_shows_its_position_until_a_worker_begins(api):
    first, second = (api.post(f"/listen?tag={tag}", b"audio").json["request_id"] for tag in "ab")
    assert api.get(f"/requests/{second}").json["jobs_ahead"] == 1

    job_table.update(second, state=JobState.PROCESSING, working_since=timestamp(), shards=1)

    assert "jobs_ahead" not in api.get(f"/requests/{second}").json
    assert api.get(f"/requests/{first}").json["jobs_ahead"] == 0


def test_page_knows_the_most_jobs_ahead() -> None:
    script = (ROOT / "functions" / "page" / "format.js").read_text()

    assert f'ahead < {MAX_JOBS_AHEAD} ? ahead : "{MAX_JOBS_AHEAD:,}+"' in script
