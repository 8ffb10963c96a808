"""Cost of a job: by the kind of worker, and its share of the worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.worker_kinds import WorkerKind
from functions.handlers.assemble.job_cost import job_cost
from functions.settings import settings
from tests.fixtures.results.finished_jobs import sample

TASK, QUICK = WorkerKind.TASK, WorkerKind.QUICK


@pytest.fixture(autouse=True)
def prices(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """90 cents an hour of a task; two GB of a quick worker, at $0.0000166667 each for a second."""
    monkeypatch.setenv("WORKER_PRICE", "0.9")
    monkeypatch.setenv("QUICK_MEMORY", "2048")
    settings.cache_clear()
    yield
    settings.cache_clear()


def result(kind: WorkerKind, **seconds: float) -> ShardResult:
    return replace(ShardResult.from_json(sample("shard-result")), worker=kind, seconds=seconds)


@pytest.mark.parametrize(
    ("results", "usd"),
    [
        ([result(TASK, model=36.0)], 0.009),  # of an earlier version
        ([result(TASK, model=36.0, worker=9.0)], 0.00225),  # four batches side by side
        ([result(QUICK, model=40.0, worker=40.0)], 0.001333),
        ([result(TASK, model=36.0, worker=36.0), result(QUICK, model=40.0, worker=40.0)], 0.010333),
        ([result(TASK, total=1.0)], 0.0),  # silence
    ],
)
def test_job_costs_what_its_workers_time_costs(results: list[ShardResult], usd: float) -> None:
    assert job_cost(results) == usd


def test_job_has_no_cost_where_no_hour_has_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_PRICE", "0")  # the local cloud
    settings.cache_clear()
    assert job_cost([result(QUICK, model=40.0)]) is None
