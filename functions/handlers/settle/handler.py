"""After a worker: keep its slot and run again, give the slot back, or shut it for a while."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import sqs, worker_slots
from functions.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`{"slot", "lease", "failed"}` → `{"relaunch", "lease"}`, the lease being that of the next run."""
    slot, lease = event["slot"], event["lease"]
    if event.get("failed"):
        seconds = worker_slots.cool(slot, lease)
        logger.warning("A worker could not be launched", slot=slot, cooling_seconds=seconds)
        metrics.add_metric("LaunchesFailed", MetricUnit.Count, 1)
        return {"relaunch": False, "lease": lease}
    metrics.add_metric("WorkersDrained", MetricUnit.Count, 1)
    # Give back first, look second: a message that comes in between finds a free slot through its own job's
    # scaling, one that came before is seen here.
    worker_slots.release(slot, lease)
    renewed = worker_slots.claim(slot) if sqs.waiting() else None
    return {"relaunch": renewed is not None, "lease": renewed or lease}
