"""Shards that no worker finished: their jobs are told so instead of waiting for ever."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.shards import ShardError, ShardMessage
from functions.aws import step_functions
from functions.observability import logger, metrics

CAUSE = "Workers took shard {number} of {count} as often as allowed, and each time stopped before it was done."


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Messages of the dead-letter queue; what raises here comes again, the answer to a task is given once."""
    for record in event["Records"]:
        try:
            message = ShardMessage.from_json(record["body"])
        except (ValueError, TypeError, KeyError):
            logger.exception("Not a shard's message", message_id=record.get("messageId"))
            continue
        shard = message.shard
        cause = CAUSE.format(number=shard.index + 1, count=shard.count)
        told = step_functions.fail_task(message.task_token, ShardError.MAX_RECEIVES, cause)
        logger.warning("A shard was given up", job_id=shard.job_id, index=shard.index, somebody_waited=told)
        metrics.add_metric("ShardsGivenUp", MetricUnit.Count, 1)
