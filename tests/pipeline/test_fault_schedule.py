"""One short random schedule of faults; the long ones run each night (`make faults`)."""

from __future__ import annotations

from pathlib import Path

from tests.pipeline.fault_schedule import cloud_with_both, run_schedule

SEED, STEPS = 4, 8  # with throttling, a kill and a poisoned file


def test_no_job_is_lost_or_doubled_by_faults(tmp_path: Path) -> None:
    with cloud_with_both(tmp_path) as cloud:
        run_schedule(cloud, SEED, STEPS)
