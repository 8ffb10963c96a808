"""Scale workers: launches those that the backlog needs.

Prepare invokes it at every job's start; a schedule invokes it once a minute, for launches that a race or a crash lost.
"""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs, step_functions, worker_slots
from functions.aws.init_phase import connect
from functions.observability import logger
from functions.settings import settings
from functions.workers import scaling
from functions.workers.scaling import Slot

connect("dynamodb", "sqs")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Launch workers in free slots.

    Args:
        event: a `ScaleInput` from Prepare, or the schedule's event without it.
        context: Lambda's context.

    Returns:
        `{"launched": [slot, …]}`
    """
    incoming, shards = float(event.get("incoming", 0.0)), int(event.get("shards", 1))
    shard_seconds = worker_slots.shard_seconds()
    if incoming:
        worker_slots.save_shard_seconds(scaling.mean_shard_seconds(shard_seconds, incoming, shards))
    messages = sqs.unfinished_messages()
    backlog_seconds = scaling.backlog(messages, shard_seconds or scaling.INITIAL_SHARD_SECONDS, incoming)
    config = settings()
    count = scaling.worker_count(backlog_seconds, config.speed, config.drain_seconds, config.max_workers)
    free = scaling.free_slots(worker_slots.read(count), count, time.time(), config.worker_version)
    launched = [slot.pk for slot in free if _launch(slot)]
    logger.info("Scaled", backlog_seconds=backlog_seconds, worker_count=count, launched=launched)
    return {"launched": launched}


def _launch(slot: Slot) -> bool:
    """Start a worker in the slot; return False when another invocation claimed it first."""
    lease = worker_slots.claim(slot.pk)
    if lease is None:
        return False
    machine, idle_seconds = settings().worker_machine_arn, scaling.idle_timeout(slot.pk, settings().idle_seconds)
    try:
        if slot.execution:
            # Its worker is silent, or its task never started: the task would go on beside the new one, and cost.
            logger.warning("Stopping an execution whose lease lapsed", slot=slot.pk, execution=slot.execution)
            step_functions.stop(step_functions.execution_arn(machine, slot.execution), "Its lease lapsed.")
        step_functions.start(machine, lease, {"slot": slot.pk, "lease": lease, "idle": idle_seconds})
    except Exception:
        worker_slots.release(slot.pk, lease)  # else the slot is blocked until the launch lease ends
        raise
    return True
