"""Launch the workers that the backlog needs: called at every job's start, and once a minute to reconcile what a
race or a crash lost."""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs, step_functions, worker_slots
from functions.observability import logger
from functions.settings import settings
from functions.workers import scaling


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"incoming": seconds of audio}` from Prepare, or a schedule's event → `{"launched": [slot, …]}`."""
    incoming = float(event.get("incoming", 0.0))
    typical = worker_slots.shard_seconds()
    if incoming:
        worker_slots.remember_shard_seconds(scaling.mean_shard(typical, incoming))
    waiting = scaling.backlog(sqs.unfinished(), typical or scaling.FIRST_GUESS, incoming)
    decided = settings()
    count = scaling.wanted(waiting, decided.speed, decided.drain_seconds, decided.max_workers)
    free = scaling.launchable(worker_slots.read(count), count, time.time())
    launched = [slot.pk for slot in free if _launch(slot.pk)]
    logger.info("Scaled", backlog_seconds=waiting, wanted=count, launched=launched)
    return {"launched": launched}


def _launch(slot: str) -> bool:
    lease = worker_slots.claim(slot)
    if lease is None:
        return False
    given = {"slot": slot, "lease": lease, "idle": scaling.idle(slot, settings().idle_seconds)}
    try:
        step_functions.start(settings().worker_machine_arn, lease, given)
    except Exception:
        worker_slots.release(slot, lease)  # else it would stay shut for as long as a launch may take
        raise
    return True
