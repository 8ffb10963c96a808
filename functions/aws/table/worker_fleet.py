"""Fleet as it is now: the slots of the table, with the deployment's settings. Scale and Settle decide from it."""

from __future__ import annotations

import time

from earshot_contract.worker_kinds import WorkerKind
from functions.aws.table import worker_slots
from functions.settings import settings
from functions.workers.fleet import Fleet, Limits
from functions.workers.measures import Measures


def read(measures: Measures, one_left: bool = False) -> Fleet:
    """Return the fleet.

    Args:
        measures: what was learnt so far.
        one_left: a worker has just left, and the decision is about its successor.
    """
    config = settings()
    limits = Limits(
        max_workers=config.max_workers,
        quick_workers=config.quick_workers,
        quick_memory=config.quick_memory,
        speed=config.speed,
        worker_price=config.worker_price,
        idle_seconds=config.idle_seconds,
        drain_seconds=config.drain_seconds,
        version=config.worker_version,
    )
    return Fleet(
        tasks=worker_slots.read(config.max_workers),
        quick=worker_slots.read(config.quick_workers, WorkerKind.QUICK),
        measures=measures,
        limits=limits,
        now=time.time(),
        one_left=one_left,
    )
