"""Settle a worker's slot: look whether its worker started, keep it for another launch, or decide what becomes of it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.timeouts import FAST_VISIBILITY_SECONDS, QUICK_IDLE_SECONDS
from earshot_contract.worker_kinds import WorkerFailure, WorkerKind, WorkerQueues
from functions.aws.init_phase import connect
from functions.aws.queues import shard_queues
from functions.aws.table import worker_fleet, worker_slots
from functions.observability import count_failure, logger, metrics
from functions.settings import settings
from functions.workers.slots import idle_timeout

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
        `{"started"}`, `{"held"}`, or `{"relaunch", "lease", "queues", "idle"}`: what the next run gets; after a
        failure without one also `"why"`, a `WorkerFailure`.
    """
    slot, lease = event["slot"], event["lease"]
    match event.get("op"):
        case "started":
            return {"started": worker_slots.has_started(slot, lease)}
        case "keep":
            _log_failure(event)
            return {"held": worker_slots.keep(slot, lease)}
    if event.get("failed"):
        return _after_failure(event)
    metrics.add_metric("WorkersDrained", MetricUnit.Count, 1)
    _learn(slot, lease, _kind(event))
    # Release first, then count messages: a message that arrives between the two finds a free slot through the scaling
    # of its own job, and one that arrived before is counted here.
    worker_slots.release(slot, lease)
    queues = _queues_with_work(_kind(event))
    renewed = worker_slots.claim(slot, event.get("execution"), queues) if queues else None
    idle = idle_timeout(slot, _kind(event), settings().idle_seconds)
    return {
        "relaunch": renewed is not None,
        "lease": renewed or lease,
        "queues": queues or WorkerQueues.ALL,
        "idle": idle,
    }


def _after_failure(event: dict[str, Any]) -> dict[str, Any]:
    """Decide what becomes of the slot of a worker that could not be launched, or has died."""
    slot, lease = event["slot"], event["lease"]
    _log_failure(event)
    kind = _kind(event)
    idle = idle_timeout(slot, kind, settings().idle_seconds)
    answer: dict[str, Any] = {"relaunch": False, "lease": lease, "queues": WorkerQueues.ALL, "idle": idle}
    fast, bulk = shard_queues.unfinished_messages()
    # Callers get another quick worker at once. For bulk shards the next run of Scale launches where it is best.
    if fast or (bulk and kind is WorkerKind.TASK):
        renewed = worker_slots.replace_dead(slot, lease, event.get("execution"))
        if renewed:
            if kind is WorkerKind.QUICK:
                # Shards of a dead worker are in flight until their visibility timeout: this worker stays until then.
                answer["idle"] = FAST_VISIBILITY_SECONDS + QUICK_IDLE_SECONDS
            return answer | {"relaunch": True, "lease": renewed, "queues": worker_slots.find(slot).queues}
    if worker_slots.free_dead(slot, lease):
        return answer | {"why": WorkerFailure.DIED}
    was_ready = worker_slots.find(slot).ready is not None
    seconds = worker_slots.start_cooldown(slot, lease)
    if not seconds:
        return answer | {"why": WorkerFailure.LEASE_LOST}
    why = WorkerFailure.KEEPS_DYING if was_ready else WorkerFailure.NOT_LAUNCHED
    logger.warning("A slot cools down", slot=slot, why=why, cooldown_seconds=seconds)
    metrics.add_metric("LaunchesFailed", MetricUnit.Count, 1)
    count_failure(2)  # the alarm is to sound even where the longest cooldown leaves two launches an hour
    return answer | {"why": why}


def _queues_with_work(kind: WorkerKind) -> WorkerQueues | None:
    """Return the queues from which another worker in a slot that was just released has to receive; None if none has to.

    The policy decides whether a quick worker pays for bulk shards. It decides now, not in Scale's run of every minute:
    otherwise a backlog that only quick workers process would have none for most of a minute after each of them.
    """
    if kind is WorkerKind.TASK:
        return WorkerQueues.ALL if shard_queues.visible_messages(WorkerQueues.ALL) else None
    if shard_queues.visible_messages(WorkerQueues.FAST):
        return WorkerQueues.FAST
    if not shard_queues.visible_messages(WorkerQueues.ALL):
        return None
    fleet = worker_fleet.read(worker_slots.measures(), one_left=True)
    launches = fleet.launches(fleet.backlog(shard_queues.unfinished_messages(), 0.0, 0, False))
    pays = any(kind is WorkerKind.QUICK and queues is WorkerQueues.ALL for _, kind, queues in launches)
    return WorkerQueues.ALL if pays else None


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
