"""Events that a job puts on the EventBridge bus; a test compares them with `events/schemas/`."""

from __future__ import annotations

from typing import Any

from functions.jobs.job import Job, SourceKind, State
from functions.jobs.redaction import without_credentials, without_secrets
from functions.options.options import Options

TITLES = {
    State.QUEUED: "Transcription Queued",
    State.COMPLETED: "Transcription Completed",
    State.FAILED: "Transcription Failed",
    State.CANCELLED: "Transcription Cancelled",
}


def title(state: State) -> str:
    """Return the event's detail type.

    Raises:
        KeyError: The state is `processing`, which has no event.
    """
    return TITLES[State(state)]


def detail(job: Job, transcripts_bucket: str) -> dict[str, Any]:
    """Return the event's detail, which names the transcript's object but does not contain the transcript.

    Unknown values are left out.
    """
    options = Options.from_stored(job.parsed, job.options)
    return _without_none(
        {
            "job_id": job.id,
            "state": str(job.state),
            "name": job.name,
            "owner": job.owner,
            "tags": options.tag or None,
            "attempt": job.attempt if job.attempt > 1 else None,
            "source": source(job),
            "options": without_secrets(job.options),
            "callback": True if options.callback else None,
            "model": job.model,
            "created": job.created,
            "completed": job.completed,
            "duration": job.duration,
            "language": job.language,
            "transcript": {"bucket": transcripts_bucket, "key": job.transcript} if job.transcript else None,
            "error": {"err_code": job.failure.err_code, "err_msg": job.failure.err_msg} if job.failure else None,
        }
    )


def source(job: Job) -> dict[str, Any]:
    """Return the job's source as shown in API answers and events.

    For request bodies and downloaded URLs the temporary S3 object is left out.
    """
    permanent = job.source.kind in (SourceKind.UPLOAD, SourceKind.OBJECT)
    audio = job.source.audio if permanent else None
    return _without_none(
        {
            "kind": str(job.source.kind),
            "bucket": audio.bucket if audio else None,
            "key": audio.key if audio else None,
            "version": audio.version if audio else None,
            "url": without_credentials(job.source.url) if job.source.url else None,
            "size": job.source.size,
        }
    )


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
