"""Dead-letter queue: answers the task of a shard that no worker finished, so that its job fails instead of waiting.

The run of every minute receives from the queue. An event source mapping would poll it all day, and is billed.
"""

from __future__ import annotations

import json

from aws_lambda_powertools.metrics import MetricUnit

from earshot_contract.document import InvalidDocument
from earshot_contract.documents.shards import ShardError, ShardMessage
from functions.aws import step_functions
from functions.aws.queues import dead_letter_queue
from functions.observability import logger, metrics

CAUSE = "Workers took shard {number} of {count} as often as allowed, and each time stopped before it was done."
MAX_BATCHES = 20  # of ten messages, in one run: seconds of the function's thirty


def answer() -> int:
    """Fail the tasks of the messages in the dead-letter queue; return how many messages there were.

    A message is deleted once its task has been answered; a task token accepts one answer only.
    """
    answered = 0
    for _ in range(MAX_BATCHES):
        letters = dead_letter_queue.receive()
        for letter in letters:
            _fail(letter.body)
            dead_letter_queue.delete(letter)
        answered += len(letters)
        if not letters:
            break
    if answered:
        metrics.add_metric("ShardsGivenUp", MetricUnit.Count, answered)
        metrics.flush_metrics()
    return answered


def _fail(body: str) -> None:
    try:
        message = ShardMessage.from_json(body)
    except InvalidDocument as error:
        logger.exception("Not a shard message")
        _fail_unreadable(body, error)
        return
    shard = message.shard
    cause = CAUSE.format(number=shard.index + 1, count=shard.count)
    answered = step_functions.fail_task(message.task_token, ShardError.MAX_RECEIVES, cause)
    logger.warning("A shard was given up", job_id=shard.job_id, index=shard.index, task_answered=answered)


def _fail_unreadable(body: str, error: InvalidDocument) -> None:
    """Fail the task of a message that is no shard message, so that its state does not wait until its time-out."""
    try:
        token = json.loads(body)["task_token"]
    except (ValueError, TypeError, KeyError):
        return
    if isinstance(token, str):
        step_functions.fail_task(token, ShardError.INTERNAL, f"The shard message cannot be read: {error}")
