"""Launch the workers that the backlog needs: called at every job's start, and once a minute to reconcile what a
race or a crash lost."""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs as queues
from functions.aws import step_functions as machines
from functions.aws import worker_slots as store
from functions.observability import logger, tracer
from functions.settings import settings
from functions.workers import scaling as slots


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"incoming": seconds of audio}` from Prepare, or a schedule's event → `{"launched": [slot, …]}`."""
    incoming = float(event.get("incoming", 0.0))
    typical = store.shard_seconds()
    if incoming:
        store.remember_shard_seconds(slots.mean_shard(typical, incoming))
    waiting = slots.backlog(queues.unfinished(), typical or slots.FIRST_GUESS, incoming)
    decided = settings()
    count = slots.wanted(waiting, decided.speed, decided.drain_seconds, decided.max_workers)
    free = slots.launchable(store.read(count), count, time.time())
    launched = [slot.pk for slot in free if _launch(slot.pk)]
    logger.info("Scaled", backlog_seconds=waiting, wanted=count, launched=launched)
    return {"launched": launched}


def _launch(slot: str) -> bool:
    lease = store.claim(slot)
    if lease is None:
        return False
    given = {"slot": slot, "lease": lease, "idle": slots.idle(slot, settings().idle_seconds)}
    try:
        machines.start(settings().worker_machine_arn, lease, given)
    except Exception:
        store.release(slot, lease)  # else it would stay shut for as long as a launch may take
        raise
    return True
