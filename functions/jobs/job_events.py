"""Events that a job puts on the EventBridge bus; a test compares them with `events/schemas/`."""

from __future__ import annotations

from typing import Any

from earshot_contract.documents.job_events import DETAILS, SCHEMA_VERSION, JobDetail
from earshot_contract.job_state import JobState
from functions.jobs.job import Job
from functions.jobs.job_source import source_summary
from functions.jobs.redaction import without_secrets
from functions.jobs.timings import timings
from functions.options.options import Options

TITLES = {
    JobState.QUEUED: "Transcription Queued",
    JobState.COMPLETED: "Transcription Completed",
    JobState.FAILED: "Transcription Failed",
    JobState.CANCELLED: "Transcription Cancelled",
}


def detail(job: Job, transcripts_bucket: str) -> JobDetail:
    """Return the detail of the event for the job's state; it names the transcript's object, but does not contain it.

    Unknown values are left out.

    Raises:
        KeyError: The state is `processing`, which has no event.
        InvalidDocument: The job lacks what an event of its state has.
    """
    return DETAILS[TITLES[JobState(job.state)]].from_json(_values(job, transcripts_bucket))


def _values(job: Job, transcripts_bucket: str) -> dict[str, Any]:
    options = Options.from_stored(job.parsed, job.options)
    return _without_none(
        {
            "schema_version": SCHEMA_VERSION,
            "job_id": job.id,
            "state": str(job.state),
            "name": job.name,
            "owner": job.owner,
            "tags": options.tag or None,
            "attempt": job.attempt if job.attempt > 1 else None,
            "source": source_summary(job),
            "options": without_secrets(job.options),
            "callback": True if options.callback else None,
            "model": job.model,
            "created": job.created,
            "completed": job.completed,
            "duration": job.duration,
            "language": job.language,
            "cost_usd": job.cost_usd,
            "timings": timings(job) or None,
            "transcript": {"bucket": transcripts_bucket, "key": job.transcript} if job.transcript else None,
            "error": job.failure.body() if job.failure else None,
        }
    )


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
