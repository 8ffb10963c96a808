"""Source of a job as API answers and events show it."""

from __future__ import annotations

from typing import Any

from functions.jobs.job import Job, SourceKind


def source_summary(job: Job) -> dict[str, Any]:
    """Return the job's source as shown in API answers and events.

    For request bodies and downloaded URLs the temporary S3 object is left out.
    """
    permanent = job.source.kind in (SourceKind.UPLOAD, SourceKind.OBJECT)
    audio = job.source.audio if permanent else None
    shown = {
        "kind": str(job.source.kind),
        "bucket": audio.bucket if audio else None,
        "key": audio.key if audio else None,
        "version": audio.version if audio else None,
        "url": job.source.without_credentials().url,
        "size": job.source.size,
    }
    return {name: value for name, value in shown.items() if value is not None}
