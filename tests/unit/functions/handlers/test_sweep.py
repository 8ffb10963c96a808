"""Sweep: rows whose execution is gone."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ReadTimeoutError

from earshot_contract.documents.job_events import DETAIL_TYPES
from earshot_contract.job_state import JobState
from functions.aws import event_bus, step_functions
from functions.aws.clients import Throttled
from functions.aws.table import job_table
from functions.handlers.sweep.handler import MAX_RESTARTS
from functions.handlers.sweep.handler import handler as sweep
from functions.jobs.job import Job, Source, SourceKind, timestamp
from functions.settings import settings

MACHINE = "arn:aws:states:us-east-1:1:stateMachine:jobs"
EXECUTION = "arn:aws:states:us-east-1:1:execution:jobs"


class Rows:
    """The table's unfinished rows, and the executions that run."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.running: set[str] = set()
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.announced: list[str] = []

    def update(self, job_id: str, owner: str, **changes: Any) -> Job | None:
        job = self.jobs[job_id]
        if job.state.final or job.execution not in (None, owner):
            return None
        for name, value in changes.items():
            setattr(job, name, value)
        return job

    def fail(self, job_id: str, failure: Any, owner: str) -> Job | None:
        return self.update(job_id, owner, state=JobState.FAILED, completed=timestamp(), failure=failure)

    def start(self, machine: str, name: str, execution_input: dict[str, Any]) -> str:
        arn = step_functions.execution_arn(machine, name)
        self.running.add(arn)
        self.started.append((name, execution_input))
        return arn


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    made = Rows()
    monkeypatch.setenv("JOB_MACHINE_ARN", MACHINE)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "test")
    settings.cache_clear()
    unfinished = lambda before: [j for j in made.jobs.values() if not j.state.final and j.created < before]  # noqa: E731
    monkeypatch.setattr(job_table, "unfinished", unfinished)
    monkeypatch.setattr(job_table, "update", made.update)
    monkeypatch.setattr(job_table, "fail", made.fail)
    monkeypatch.setattr(step_functions, "running", lambda _: iter(made.running))
    monkeypatch.setattr(step_functions, "is_running", lambda arn: arn in made.running)
    monkeypatch.setattr(step_functions, "start", made.start)
    monkeypatch.setattr(event_bus, "announce", lambda detail: made.announced.append(DETAIL_TYPES[type(detail)]))
    return made


def job(job_id: str, **fields: Any) -> Job:
    created = fields.pop("created", "2026-01-01T00:00:00.000Z")
    return Job(job_id, Source(SourceKind.BODY), "", created=created, **fields)


def test_jobs_with_an_execution_and_new_ones_are_left(rows: Rows, context: Any) -> None:
    rows.jobs = {
        "queued": job("queued"),  # its execution has the job's name until Prepare writes it into the row
        "runs": job("runs", state=JobState.PROCESSING, execution=f"{EXECUTION}:upload"),
        "new": job("new", created="2999-01-01T00:00:00.000Z"),
    }
    rows.running = {f"{EXECUTION}:queued", f"{EXECUTION}:upload"}
    assert sweep({}, context) == {"restarted": [], "failed": []}
    assert rows.started == []


@pytest.mark.parametrize("execution", [None, f"{EXECUTION}:gone"])
def test_job_without_execution_is_started_once(rows: Rows, context: Any, execution: str | None) -> None:
    rows.jobs = {"j1": job("j1", execution=execution)}
    assert sweep({}, context)["restarted"] == ["j1"]
    assert rows.started == [("j1-1-restart-1", {"job_id": "j1"})]
    assert rows.jobs["j1"].execution == f"{EXECUTION}:j1-1-restart-1", "so that Prepare may claim the row"
    assert sweep({}, context)["restarted"] == []


def test_job_that_stops_again_and_again_fails(rows: Rows, context: Any) -> None:
    rows.jobs = {"j1": job("j1")}
    for _ in range(MAX_RESTARTS):
        assert sweep({}, context)["restarted"] == ["j1"]
        rows.running.clear()
    assert sweep({}, context) == {"restarted": [], "failed": ["j1"]}
    assert "started 4 times" in rows.jobs["j1"].failure.err_msg  # type: ignore[union-attr]
    assert rows.announced == ["Transcription Failed"]


def test_throttled_restart_is_tried_again_and_not_counted(
    rows: Rows, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.jobs = {"j1": job("j1"), "j2": job("j2", execution=f"{EXECUTION}:gone", restarts=2)}
    busy = Throttled({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
    with monkeypatch.context() as throttled:
        throttled.setattr(step_functions, "start", Mock(side_effect=busy))
        assert sweep({}, context) == {"restarted": [], "failed": []}
    assert [each.restarts for each in rows.jobs.values()] == [None, 2]
    assert sweep({}, context) == {"restarted": ["j1", "j2"], "failed": []}


def test_restart_whose_answer_was_lost_keeps_its_row(rows: Rows, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step Functions started the execution, and it claims the row: no other may be its owner."""
    rows.jobs = {"j1": job("j1", execution=f"{EXECUTION}:gone")}
    started: list[str] = []

    def start(_: str, name: str, __: Any) -> None:
        started.append(name)
        raise ReadTimeoutError(endpoint_url="https://states")

    monkeypatch.setattr(step_functions, "start", start)
    sweep({}, context)

    assert (rows.jobs["j1"].execution or "").endswith(f":{started[0]}")
    assert rows.jobs["j1"].restarts is None
