"""URLs of callbacks: kept anew by each function that ends a run or begins it again, for runs take days."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws import step_functions
from functions.aws.table import job_table
from functions.aws.table.withheld_urls import KEPT_DAYS, callback_urls
from functions.handlers.assemble.handler import handler as assemble
from functions.handlers.fail.handler import handler as fail
from functions.handlers.sweep.handler import MAX_RESTARTS
from functions.handlers.sweep.handler import handler as sweep
from functions.jobs.job import Source, SourceKind
from functions.settings import settings
from tests.fixtures.results.finished_jobs import job_with_results

URL = "https://me:p4ss@example.org/done?token=1"
FAILED = {"input": {"job_id": "j1"}, "execution": "arn:1", "error": {"Error": "States.Timeout", "Cause": ""}}


@pytest.fixture
def no_execution(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step Functions without an execution, which starts whatever it is asked to."""
    monkeypatch.setenv("JOB_MACHINE_ARN", "arn:aws:states:us-east-1:1:stateMachine:jobs")
    settings.cache_clear()
    monkeypatch.setattr(step_functions, "running", lambda _: iter(()))
    monkeypatch.setattr(step_functions, "is_running", lambda _: False)
    monkeypatch.setattr(step_functions, "start", lambda *_: "arn")


@pytest.mark.usefixtures("no_execution")
@pytest.mark.filterwarnings("ignore:No application metrics")
@pytest.mark.parametrize(
    ("step", "restarts", "state"),
    [
        (lambda context: assemble({"job_id": "j1"}, context), 0, "completed"),
        (lambda context: fail(FAILED, context), 0, "failed"),
        (lambda context: sweep({}, context), MAX_RESTARTS, "failed"),
        (lambda context: sweep({}, context), 0, "processing"),
    ],
    ids=["assemble", "fail", "sweep gives up", "sweep restarts"],
)
def test_url_is_kept_from_the_end_or_restart_of_a_run(
    context: Any, monkeypatch: pytest.MonkeyPatch, step: Callable[[Any], Any], restarts: int, state: str
) -> None:
    job_with_results(Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio")))
    job_table.update("j1", "arn:1", callback_withheld=True, restarts=restarts)
    callback_urls.keep("j1", URL)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + (KEPT_DAYS - 1) * 86_400)
    step(context)
    job = job_table.find("j1")
    assert job
    assert job.state == state

    monkeypatch.setattr(time, "time", lambda: now + (2 * KEPT_DAYS - 2) * 86_400)
    assert callback_urls.find("j1") == URL
