"""States of a job, as rows, answers and events spell them, and the limit of jobs that are counted ahead of one."""

from __future__ import annotations

from enum import StrEnum

# Limit of the jobs that are counted ahead of a waiting one. Their keys in the index are about 150 KB: 20 read units.
MAX_JOBS_AHEAD = 1000


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
