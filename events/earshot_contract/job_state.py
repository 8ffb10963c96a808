"""States of a job, as rows, answers and events spell them, and the most jobs that are counted before one."""

from __future__ import annotations

from enum import StrEnum

# Of the jobs before one that waits: more are not counted. As many keys of the index are about 150 KB, 20 read units.
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
