"""Scale workers: launches those that the backlog needs.

Prepare invokes it at every job's start; a schedule invokes it once a minute, for launches that a race or a crash lost,
and for shards that no worker finished.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.documents.schedule_events import RECONCILE
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.aws import step_functions
from functions.aws.init_phase import connect
from functions.aws.queues import shard_queues
from functions.aws.table import worker_fleet, worker_slots
from functions.handlers.scale import dead_letters
from functions.observability import logger
from functions.settings import settings
from functions.workers.slots import Slot, idle_timeout

connect("dynamodb", "sqs")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Launch workers in free slots; in the run of every minute, answer the tasks of dead letters.

    Args:
        event: a `ScaleInput` from Prepare, or the schedule's event without it: `{"op": "reconcile"}`.
        context: Lambda's context.

    Returns:
        `{"launched": [slot, …]}`
    """
    launched = _scale(event)
    if event.get("op") == RECONCILE:
        dead_letters.answer()
    return {"launched": launched}


def _scale(event: dict[str, Any]) -> list[str]:
    """Launch workers; return their slots."""
    incoming, shards = float(event.get("incoming", 0.0)), int(event.get("shards", 1))
    interactive = bool(event.get("interactive", False))
    measures = worker_slots.measures()
    if incoming:
        measures = measures.after_job(incoming, shards, interactive)
        worker_slots.save_measures(measures)
    messages = shard_queues.unfinished_messages()
    if not incoming and not sum(messages):
        return []
    fleet = worker_fleet.read(measures)
    backlog = fleet.backlog(messages, incoming, shards, interactive)
    launches = fleet.launches(backlog)
    launched = [slot.pk for slot, kind, queues in launches if _launch(slot, kind, queues)]
    logger.info("Scaled", backlog=backlog, launched=launched)
    return launched


def _launch(slot: Slot, kind: WorkerKind, queues: WorkerQueues) -> bool:
    """Start a worker in the slot; return False when another invocation claimed it first."""
    lease = worker_slots.claim(slot.pk, queues=queues)
    if lease is None:
        return False
    machine, idle_seconds = settings().worker_machine_arn, idle_timeout(slot.pk, kind, settings().idle_seconds)
    try:
        if slot.execution:
            # Its worker is silent, or its task never started: that task would run, and cost, beside the new one.
            logger.warning("Stopping an execution whose lease lapsed", slot=slot.pk, execution=slot.execution)
            step_functions.stop(step_functions.execution_arn(machine, slot.execution), "Its lease lapsed.")
        worker = {"slot": slot.pk, "lease": lease, "idle": idle_seconds, "kind": kind, "queues": queues}
        step_functions.start(machine, lease, worker)
    except Exception:
        worker_slots.release(slot.pk, lease)  # else the slot is blocked until the launch lease ends
        raise
    return True
