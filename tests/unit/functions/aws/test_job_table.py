"""The row's life: one owner, one end."""

from __future__ import annotations

import time

import pytest

from earshot_contract.shards import S3Object
from functions.aws import job_table
from functions.jobs.job import Failure, Job, Source, SourceKind, State, timestamp
from functions.settings import settings

pytestmark = pytest.mark.usefixtures("aws")


def job(job_id: str = "j1", **fields: object) -> Job:
    source = Source(SourceKind.UPLOAD, S3Object("uploads", "a b+ü.wav"), size=3)
    return Job(job_id, source, "model=whisper", **fields)  # type: ignore[arg-type]


def test_a_row_reads_back_as_it_was_written() -> None:
    written = job(duration=12.5, shards=1, failure=Failure("Bad Request", "why", 400))
    job_table.add(written)
    found = job_table.find("j1")
    assert found is not None
    assert found == job(
        created=found.created, duration=12.5, shards=1, failure=Failure("Bad Request", "why", 400), ttl=found.ttl
    )
    assert found.ttl is not None
    assert isinstance(found.duration, float)


def test_an_id_is_added_once() -> None:
    assert job_table.add(job())
    assert not job_table.add(job(model="other"))
    assert job_table.find("j1").model is None  # type: ignore[union-attr]


def test_of_many_executions_one_claims_the_job_and_may_claim_again() -> None:
    won = [c for c in (job_table.claim(job(), f"arn:{n}") for n in range(4)) if c]
    assert len(won) == 1
    assert job_table.claim(job(), won[0].execution or "") is not None
    assert job_table.find("j1").execution == won[0].execution  # type: ignore[union-attr]


def test_a_row_put_by_the_api_is_claimed_by_its_execution() -> None:
    job_table.add(job(duration=7.0))
    for claimed in (job_table.claim_existing("j1", "arn:1"), job_table.claim(job(), "arn:1")):
        assert claimed is not None
        assert claimed.duration == 7.0  # the row's own facts, not those of the claimant
    assert job_table.claim_existing("j1", "arn:2") is None
    assert job_table.claim_existing("nope", "arn:1") is None


@pytest.mark.parametrize("final", [State.COMPLETED, State.FAILED, State.CANCELLED])
def test_a_final_state_never_changes(final: State) -> None:
    job_table.add(job())
    job_table.claim(job(), "arn:1")
    end = {
        State.COMPLETED: lambda: job_table.finish("j1", language="de"),
        State.FAILED: lambda: job_table.fail("j1", Failure("X", "x")),
        State.CANCELLED: lambda: job_table.cancel("j1"),
    }
    assert end[final]() is not None
    assert [move() for move in end.values()] == [None, None, None]
    assert job_table.claim(job(), "arn:1") is None
    assert job_table.update("j1", shards=3) is None
    assert job_table.find("j1").state == final  # type: ignore[union-attr]


def test_an_execution_fails_only_its_own_job() -> None:
    job_table.claim(job(), "arn:1")
    assert job_table.fail("j1", Failure("X", "x"), "arn:2") is None
    assert job_table.fail("j1", Failure("X", "x"), "arn:1") is not None


def test_what_is_unknown_stays_unknown() -> None:
    assert job_table.find("nope") is None
    assert job_table.update("nope", shards=1) is None
    assert job_table.cancel("nope") is None
    assert job_table.find("nope") is None


def test_pages_run_newest_first_over_days_without_gap_or_double() -> None:
    now = time.time()
    moments = [now - hours * 3600 for hours in range(0, 96, 8)]
    for n, moment in enumerate(moments):
        job_table.add(job(f"j{n:02d}", created=timestamp(moment)))
    seen, token = [], None
    while True:
        page, token = job_table.newest(5, token)
        assert len(page) <= 5
        seen += [j.id for j in page]
        if not token:
            break
    assert seen == [f"j{n:02d}" for n in range(len(moments))]


def test_a_forged_token_is_refused() -> None:
    with pytest.raises(ValueError, match="not a token"):
        job_table.newest(5, "W10")


def test_a_write_that_fails_for_another_reason_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE", "missing")
    settings.cache_clear()
    with pytest.raises(Exception, match="ResourceNotFound"):
        job_table.add(job())
