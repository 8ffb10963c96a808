"""How long and how often a waiting request looks at the row of its job."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from functions.handlers.api import wait_for_job as module
from functions.jobs.job import Job, Source, SourceKind


@pytest.mark.parametrize(
    ("look_seconds", "max_looks"),
    [(0.005, 40), (0.5, 12), (3.0, 3)],
    ids=["quick table", "busy table", "very busy table"],
)
def test_wait_ends_in_time_however_slow_looks_are(
    monkeypatch: pytest.MonkeyPatch, look_seconds: float, max_looks: int
) -> None:
    now, looks = [0.0], [0]
    job = Job("j1", Source(SourceKind.BODY), "")

    def look(_: str) -> Job:
        now[0] += look_seconds
        looks[0] += 1
        return job

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    monkeypatch.setattr(module, "job_table", SimpleNamespace(find=look))

    assert module.wait_for_job(job, deadline=25.0) is job

    assert 25.0 - look_seconds - 0.01 <= now[0] <= 25.01
    assert looks[0] <= max_looks
