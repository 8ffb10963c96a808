"""Details of events: what the row knows."""

from __future__ import annotations

from earshot_contract.job_state import JobState
from functions.errors import Failure
from functions.jobs import job_events
from functions.jobs.job import Job, Source, SourceKind


def ended(state: JobState) -> Job:
    job = Job("j1", Source(SourceKind.BODY), "", state=state, created="2026-11-22T12:00:00.000Z", model="base")
    job.started, job.completed = "2026-11-22T12:00:01.500Z", "2026-11-22T12:00:04.000Z"
    job.duration, job.language, job.transcript = 2.4, "en", "jobs/j1/transcript.json"
    job.cost_usd, job.model_seconds, job.failure = 0.00002, 0.5, Failure("Bad Request", "No.")
    return job


def test_event_of_a_completed_job_has_cost_and_timings() -> None:
    detail = job_events.detail(ended(JobState.COMPLETED), "transcripts").to_dict()

    assert detail["cost_usd"] == 0.00002
    assert detail["timings"] == {"model": 0.5, "waited": 1.5, "ran": 2.5}
    assert not {"cost_usd", "timings"} & job_events.detail(ended(JobState.FAILED), "transcripts").to_dict().keys()
