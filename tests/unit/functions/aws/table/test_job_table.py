"""Job rows: one owner, one final state."""

from __future__ import annotations

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from functions.aws.table import job_table
from functions.errors import Failure
from functions.jobs.job import Job, Source, SourceKind
from functions.settings import settings

pytestmark = pytest.mark.usefixtures("aws")


def job(job_id: str = "j1", **fields: object) -> Job:
    source = Source(SourceKind.UPLOAD, S3Object("uploads", "a b+ü.wav"), size=3)
    return Job(job_id, source, "model=whisper", **fields)  # type: ignore[arg-type]


def test_row_is_read_as_it_was_written() -> None:
    written = job(duration=12.5, shards=1, failure=Failure("Bad Request", "why", 400))
    job_table.add(written)
    found = job_table.find("j1")
    assert found is not None
    assert found == job(
        created=found.created, duration=12.5, shards=1, failure=Failure("Bad Request", "why", 400), ttl=found.ttl
    )
    assert found.ttl is not None
    assert isinstance(found.duration, float)


def test_job_id_is_added_once() -> None:
    assert job_table.add(job())
    assert not job_table.add(job(model="other"))
    assert job_table.find("j1").model is None  # type: ignore[union-attr]


def test_concurrent_job_claims_have_one_owner_who_may_repeat() -> None:
    winners = [c for c in (job_table.claim(job(), f"arn:{n}") for n in range(4)) if c]
    assert len(winners) == 1
    assert job_table.claim(job(), winners[0].execution or "") is not None
    assert job_table.find("j1").execution == winners[0].execution  # type: ignore[union-attr]


def test_row_of_the_api_is_claimed_by_its_execution() -> None:
    job_table.add(job(duration=7.0))
    for claimed in (job_table.claim_existing("j1", "arn:1"), job_table.claim(job(), "arn:1")):
        assert claimed is not None
        assert claimed.duration == 7.0  # as in the row, not as in the claiming job
    assert job_table.claim_existing("j1", "arn:2") is None
    assert job_table.claim_existing("nope", "arn:1") is None


@pytest.mark.parametrize("final", [JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED])
def test_final_state_never_changes(final: JobState) -> None:
    job_table.add(job())
    job_table.claim(job(), "arn:1")
    end = {
        JobState.COMPLETED: lambda: job_table.finish("j1", language="de"),
        JobState.FAILED: lambda: job_table.fail("j1", Failure("X", "x")),
        JobState.CANCELLED: lambda: job_table.cancel("j1"),
    }
    assert end[final]() is not None
    assert [move() for move in end.values()] == [None, None, None]
    assert job_table.claim(job(), "arn:1") is None
    assert job_table.update("j1", shards=3) is None
    assert job_table.find("j1").state == final  # type: ignore[union-attr]


def test_execution_fails_only_its_own_job() -> None:
    job_table.claim(job(), "arn:1")
    assert job_table.fail("j1", Failure("X", "x"), "arn:2") is None
    assert job_table.fail("j1", Failure("X", "x"), "arn:1") is not None


def test_unknown_job_is_not_created_by_updates() -> None:
    assert job_table.find("nope") is None
    assert job_table.update("nope", shards=1) is None
    assert job_table.cancel("nope") is None
    assert job_table.find("nope") is None


def test_other_write_errors_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE", "missing")
    settings.cache_clear()
    with pytest.raises(Exception, match="ResourceNotFound"):
        job_table.add(job())
