"""Pages of jobs: all of them, once, newest first."""

from __future__ import annotations

import time

import pytest

from earshot_contract.job_state import JobState
from functions.aws.table import dynamodb, job_pages, job_table
from functions.jobs.job import Job, Source, SourceKind, timestamp
from functions.jobs.job_filter import JobFilter

pytestmark = pytest.mark.usefixtures("aws")
OWNERS = ("anna", "bert", None)


@pytest.fixture
def jobs() -> list[Job]:
    """Twelve jobs of three owners within four days, newest first."""
    found = []
    for n in range(12):
        job = Job(
            f"j{n:02d}",
            Source(SourceKind.BODY),
            "",
            created=timestamp(time.time() - n * 8 * 3600),
            owner=OWNERS[n % 3],
            state=JobState.FAILED if n % 2 else JobState.QUEUED,
        )
        job_table.add(job)
        found.append(job)
    return found


def walked(size: int, owner: str | None = None, job_filter: JobFilter | None = None) -> list[str]:
    seen, token, pages = [], None, 0
    while pages < 50:
        page, token = job_pages.newest(size, token, owner, job_filter)
        assert len(page) <= size
        seen += [job.id for job in page]
        pages += 1
        if not token:
            return seen
    pytest.fail("The pages do not end.")


@pytest.mark.parametrize("owner", [None, "anna", "bert", "nobody"])
@pytest.mark.parametrize("state", [None, JobState.FAILED])
@pytest.mark.parametrize("rows", [1000, 2])
def test_pages_have_each_job_once(
    jobs: list[Job], owner: str | None, state: JobState | None, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_pages, "MAX_ROWS", rows)
    job_filter = JobFilter(states=frozenset({state} if state else ()), since=jobs[10].created, until=jobs[1].created)

    expected = [job.id for job in jobs if job_filter.matches(job) and owner in (None, job.owner)]

    assert walked(2, owner, job_filter) == expected


def test_first_page_is_the_newest_and_last_has_no_token(jobs: list[Job]) -> None:
    assert [job.id for job in job_pages.newest(5)[0]] == [job.id for job in jobs[:5]]
    assert job_pages.newest(12)[1] is None
    assert job_pages.newest(1, None, None, JobFilter(since="2", until="1")) == ([], None)


def test_row_that_cannot_be_read_hides_no_other(jobs: list[Job]) -> None:
    """A state of a newer version, or an option that is no longer known."""
    dynamodb.add({"pk": "JOB#odd", "id": "odd", "day": jobs[0].day, "created": jobs[0].created, "state": "paused"})
    job_table.add(Job("opts", Source(SourceKind.BODY), "language=xx-none&tag=t", created=jobs[0].created))

    assert {job.id for job in job_pages.newest(20, None, None, JobFilter(tags=("t",)))[0]} == {"opts"}
    assert len(job_pages.newest(20)[0]) == len(jobs) + 1


@pytest.mark.parametrize(
    "token", ["W10", "e30", "eyJwayI6ICJTTE9UIzAwMSIsICJjcmVhdGVkIjogIjIwMjYtMTEtMjJUMTI6MDA6MDAuMDAwWiJ9"]
)
def test_forged_token_raises_value_error(token: str) -> None:
    with pytest.raises(ValueError, match="not a token"):
        job_pages.newest(5, token)
