"""Launch the workers that the backlog needs: called at every job's start, and once a minute to reconcile what a
race or a crash lost."""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs, step_functions, worker_slots
from functions.observability import logger, tracer
from functions.settings import settings
from functions.workers import scaling


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"incoming": seconds of audio}` from Prepare, or a schedule's event → `{"launched": [slot, …]}`."""
    incoming = float(event.get("incoming", 0.0))
    typical = worker_slots.shard_seconds()
    if incoming:
        worker_slots.save_shard_seconds(scaling.mean_shard_seconds(typical, incoming))
    backlog_seconds = scaling.backlog(sqs.unfinished_messages(), typical or scaling.INITIAL_SHARD_SECONDS, incoming)
    config = settings()
    count = scaling.worker_count(backlog_seconds, config.speed, config.drain_seconds, config.max_workers)
    free = scaling.free_slots(worker_slots.read(count), count, time.time())
    launched = [slot.pk for slot in free if _launch(slot.pk)]
    logger.info("Scaled", backlog_seconds=backlog_seconds, worker_count=count, launched=launched)
    return {"launched": launched}


def _launch(slot: str) -> bool:
    lease = worker_slots.claim(slot)
    if lease is None:
        return False
    execution_input = {"slot": slot, "lease": lease, "idle": scaling.idle_timeout(slot, settings().idle_seconds)}
    try:
        step_functions.start(settings().worker_machine_arn, lease, execution_input)
    except Exception:
        worker_slots.release(slot, lease)  # else it would stay shut for as long as a launch may take
        raise
    return True
