"""Settle a worker's slot: look whether its worker started, keep it for another launch, or decide what becomes of it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.aws.init_phase import connect
from functions.aws.queues import shard_queues
from functions.aws.table import worker_slots
from functions.observability import count_failure, logger, metrics

connect("dynamodb", "sqs")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a state of the worker machine.

    Args:
        event: `{"slot", "lease", "worker", "op"}`. `op` is `started` (at the launch deadline), `keep` (a kind
            of capacity failed and another follows; with `error`), or none: the worker has ended, or with `failed` and
            `error` could not be launched, or has died. `execution` is the name of the execution.
        context: Lambda's context.

    Returns:
        `{"started"}`, `{"held"}`, or `{"relaunch", "lease", "queues"}`: lease and queues of the next run.
    """
    slot, lease = event["slot"], event["lease"]
    match event.get("op"):
        case "started":
            return {"started": worker_slots.has_started(slot, lease)}
        case "keep":
            _log_failure(event)
            return {"held": worker_slots.keep(slot, lease)}
    if event.get("failed"):
        _log_failure(event)
        # Shards of a dead worker are in flight until their visibility ends. A quick worker is followed by a task.
        is_task, unfinished = _kind(event) is WorkerKind.TASK, sum(shard_queues.unfinished_messages())
        renewed = worker_slots.replace_dead(slot, lease, event.get("execution")) if is_task and unfinished else None
        if renewed:
            return {"relaunch": True, "lease": renewed, "queues": WorkerQueues.ALL.value}
        seconds = worker_slots.start_cooldown(slot, lease)
        logger.warning("A worker could not be launched", slot=slot, cooldown_seconds=seconds)
        metrics.add_metric("LaunchesFailed", MetricUnit.Count, 1)
        count_failure(2)  # the alarm is to sound even where the longest cooldown leaves two launches an hour
        return {"relaunch": False, "lease": lease, "queues": WorkerQueues.ALL.value}
    metrics.add_metric("WorkersDrained", MetricUnit.Count, 1)
    _learn(slot, lease, _kind(event))
    # Release first, then count messages: a message that arrives between the two finds a free slot through the scaling
    # of its own job, and one that arrived before is counted here.
    worker_slots.release(slot, lease)
    # A quick worker goes on for callers alone: whether it pays for bulk shards is the policy's to decide, each minute.
    queues = WorkerQueues.FAST if _kind(event) is WorkerKind.QUICK else WorkerQueues.ALL
    renewed = (
        worker_slots.claim(slot, event.get("execution"), queues) if shard_queues.visible_messages(queues) else None
    )
    return {"relaunch": renewed is not None, "lease": renewed or lease, "queues": queues.value}


def _kind(event: dict[str, Any]) -> WorkerKind:
    return WorkerKind(event.get("worker", WorkerKind.TASK))


def _learn(slot: str, lease: str, kind: WorkerKind) -> None:
    """Keep what the worker has measured; a slot that has another lease says nothing about it."""
    measured = worker_slots.find(slot)
    if measured.lease == lease:
        worker_slots.save_measures(worker_slots.measures().after_worker(kind, measured))


def _log_failure(event: dict[str, Any]) -> None:
    """Log why a kind of capacity failed: `Cause` is a message, or ECS's description of the stopped task."""
    error = event.get("error") or {}
    logger.warning(
        "A launch failed",
        slot=event["slot"],
        kind=event.get("kind"),
        error=error.get("Error"),
        cause=error.get("Cause"),
    )
