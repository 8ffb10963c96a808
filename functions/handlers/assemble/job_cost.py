"""Cost of a job: the workers' time that it took, at the price of each worker's kind."""

from __future__ import annotations

from collections.abc import Sequence

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.worker_kinds import WorkerKind
from functions.settings import settings
from functions.workers.prices import quick_usd_hour


def job_cost(results: Sequence[ShardResult]) -> float | None:
    """Return the US dollars for a job's share of its workers' time inside the model.

    None where a worker's hour has no price, as in the local cloud. A result of an earlier version has no share of the
    worker: its time inside the model, which is at least as long, stands for it.
    """
    config = settings()
    if not config.worker_price:
        return None
    prices = {WorkerKind.TASK: config.worker_price, WorkerKind.QUICK: quick_usd_hour(config.quick_memory)}
    shares = ((each.worker, each.seconds.get("worker", each.seconds.get("model", 0.0))) for each in results)
    return round(sum(prices[kind] * seconds / 3600 for kind, seconds in shares), 6)
