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
    free = scaling.free_slots(worker_slots.read(count), count, time.time())
    launched = [slot.pk for slot in free if _launch(slot.pk)]
    logger.info("Scaled", backlog_seconds=backlog_seconds, worker_count=count, launched=launched)
    return {"launched": launched}


def _launch(slot: str) -> bool:
    """Start a worker in the slot; return False when another invocation claimed it first."""
    lease = worker_slots.claim(slot)
    if lease is None:
        return False
    execution_input = {"slot": slot, "lease": lease, "idle": scaling.idle_timeout(slot, settings().idle_seconds)}
    try:
        step_functions.start(settings().worker_machine_arn, lease, execution_input)
    except Exception:
        worker_slots.release(slot, lease)  # else the slot is blocked until the launch lease ends
        raise
    return True
