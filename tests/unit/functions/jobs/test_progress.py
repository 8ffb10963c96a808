"""Progress of a running job, as a caller sees it."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.job_state import JobState
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.progress import progress

BEGAN, NOW = "2026-11-28T10:00:00.000Z", "2026-11-28T10:01:40.000Z"  # 100 s later


@pytest.mark.parametrize(
    ("row", "shards_done", "expected"),
    [
        ({"shards": 1}, 0, {"progress": 0.0}),
        ({"shards": 4, "duration": 400.0}, 1, {"progress": 0.25, "seconds": {"done": 100.0, "total": 400.0}}),
        (
            {"shards": 2, "duration": 400.0, "progress": {"shard0": 60.0, "shard1": 40.0}, "working_since": BEGAN},
            0,
            {"progress": 0.25, "seconds": {"done": 100.0, "total": 400.0}, "estimated_seconds_left": 300.0},
        ),
        (  # two channels of 400 s
            {
                "shards": 2,
                "duration": 400.0,
                "channels_planned": 2,
                "progress": {"shard0": 200.0, "shard1": 200.0},
                "working_since": BEGAN,
            },
            0,
            {"progress": 0.5, "seconds": {"done": 200.0, "total": 400.0}, "estimated_seconds_left": 100.0},
        ),
        (  # 60 s after the last report, when 120 s were left
            {
                "shards": 1,
                "duration": 400.0,
                "progress": {"shard0": 100.0},
                "working_since": BEGAN,
                "progressed": "2026-11-28T10:00:40.000Z",
            },
            0,
            {"progress": 0.25, "seconds": {"done": 100.0, "total": 400.0}, "estimated_seconds_left": 60.0},
        ),
        (  # the report is older than what it promised
            {
                "shards": 1,
                "duration": 400.0,
                "progress": {"shard0": 300.0},
                "working_since": BEGAN,
                "progressed": "2026-11-28T10:00:40.000Z",
            },
            0,
            {"progress": 0.75, "seconds": {"done": 300.0, "total": 400.0}},
        ),
        (
            {"state": JobState.COMPLETED, "shards": 2, "duration": 400.0, "working_since": BEGAN},
            2,
            {"progress": 1.0, "seconds": {"done": 400.0, "total": 400.0}},
        ),
    ],
)
def test_progress_counts_seconds_of_audio(row: dict[str, Any], shards_done: int, expected: dict[str, Any]) -> None:
    fields = {"state": JobState.PROCESSING, "channels_planned": 1, **row}
    job = Job("j1", Source(SourceKind.BODY), "", **fields)

    assert progress(job, shards_done, NOW) == expected
