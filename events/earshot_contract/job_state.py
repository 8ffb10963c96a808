"""States of a job, as rows, answers and events spell them."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """State of a job: queued → processing → completed, failed or cancelled."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """True once the job is completed, failed or cancelled; only a retry changes it then."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)
