"""Dead-letter queue: answers the task of a shard that no worker finished, so that its job fails instead of waiting."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.document import InvalidDocument
from earshot_contract.shards import ShardError, ShardMessage
from functions.aws import step_functions
from functions.aws.init_phase import connect
from functions.observability import logger, metrics

connect("stepfunctions")

CAUSE = "Workers took shard {number} of {count} as often as allowed, and each time stopped before it was done."


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Fail the tasks of the shard messages in an SQS event.

    SQS delivers the batch again when this function raises; a task token accepts one answer only.
    """
    for record in event["Records"]:
        try:
            message = ShardMessage.from_json(record["body"])
        except InvalidDocument as error:
            logger.exception("Not a shard message", message_id=record.get("messageId"))
            _fail_unreadable(record["body"], error)
            metrics.add_metric("ShardsGivenUp", MetricUnit.Count, 1)
            continue
        shard = message.shard
        cause = CAUSE.format(number=shard.index + 1, count=shard.count)
        answered = step_functions.fail_task(message.task_token, ShardError.MAX_RECEIVES, cause)
        logger.warning("A shard was given up", job_id=shard.job_id, index=shard.index, task_answered=answered)
        metrics.add_metric("ShardsGivenUp", MetricUnit.Count, 1)


def _fail_unreadable(body: str, error: InvalidDocument) -> None:
    """Fail the task of a message that is no shard message, so that its state does not wait until its time-out."""
    try:
        token = json.loads(body)["task_token"]
    except (ValueError, TypeError, KeyError):
        return
    if isinstance(token, str):
        step_functions.fail_task(token, ShardError.INTERNAL, f"The shard message cannot be read: {error}")
