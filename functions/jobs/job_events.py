"""What the bus tells others about a job. `events/schemas/` says the same; a test holds them together."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from functions.jobs.job import Job, SourceKind, State
from functions.options.query_string import without_secrets

TITLES = {
    State.QUEUED: "Transcription Queued",
    State.COMPLETED: "Transcription Completed",
    State.FAILED: "Transcription Failed",
    State.CANCELLED: "Transcription Cancelled",
}


def title(state: State) -> str:
    """The event's detail type. Raises KeyError for `processing`, which nobody is told of."""
    return TITLES[State(state)]


def detail(job: Job, transcripts_bucket: str) -> dict[str, Any]:
    """The event's detail: pointers and facts, never the transcript itself. What is not known is left out."""
    return _known(
        {
            "job_id": job.id,
            "state": str(job.state),
            "source": source(job),
            "options": without_secrets(job.options),
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
    """As callers and listeners see it. Where a body, or what was fetched, lay for two days concerns nobody."""
    ours = job.source.kind in (SourceKind.UPLOAD, SourceKind.OBJECT)
    audio = job.source.audio if ours else None
    return _known(
        {
            "kind": str(job.source.kind),
            "bucket": audio.bucket if audio else None,
            "key": audio.key if audio else None,
            "version": audio.version if audio else None,
            "url": _harmless(job.source.url) if job.source.url else None,
            "size": job.source.size,
        }
    )


def _harmless(url: str) -> str:
    """Without the user and password that may stand in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
