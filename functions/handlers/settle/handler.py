"""Settle a worker's slot after the worker has ended: free it, launch again in it, or let it cool down."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs, worker_slots
from functions.aws.init_phase import connect
from functions.observability import logger, metrics

connect("dynamodb", "sqs")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Decide what becomes of a slot.

    Args:
        event: `{"slot", "lease", "failed"}`; `failed` when the worker could not be launched.
        context: Lambda's context.

    Returns:
        `{"relaunch", "lease"}`, the lease being that of the next run.
    """
    slot, lease = event["slot"], event["lease"]
    if event.get("failed"):
        seconds = worker_slots.start_cooldown(slot, lease)
        logger.warning("A worker could not be launched", slot=slot, cooldown_seconds=seconds)
        metrics.add_metric("LaunchesFailed", MetricUnit.Count, 1)
        return {"relaunch": False, "lease": lease}
    metrics.add_metric("WorkersDrained", MetricUnit.Count, 1)
    # Release first, then count messages: a message that arrives between the two finds a free slot through the scaling
    # of its own job, and one that arrived before is counted here.
    worker_slots.release(slot, lease)
    renewed = worker_slots.claim(slot) if sqs.visible_messages() else None
    return {"relaunch": renewed is not None, "lease": renewed or lease}
