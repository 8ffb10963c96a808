"""States of the Job machine that hand work to workers: a message with a task token, and the wait for its answer."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from earshot_contract.documents.shards import ShardError
from earshot_contract.timeouts import SHARD_WAIT_DAYS
from infra.lambda_functions import add_throttling_retry
from infra.queues import Queues

# Only its queue's retention limits how long a shard waits; after that its message is deleted. A worker's work is
# limited by the worker machine (MAX_TASK_TIME), and a shard by MAX_RECEIVES of these.
SHARD_TIMEOUT = Duration.days(SHARD_WAIT_DAYS)
MAX_CONCURRENT_SHARDS = 40  # Step Functions runs at most 40 iterations of an inline Map at once


def shards_map(scope: Construct, queues: Queues) -> sfn.Map:
    """Build the Map that sends each shard to the queue of its job and waits for the worker's answer."""
    path = sfn.JsonPath
    shards = sfn.Map(
        scope,
        "Shards",
        items_path="$.shards",
        item_selector={
            "shard": path.json_merge(path.object_at("$.shared"), path.object_at("$$.Map.Item.Value")),
            "interactive": path.string_at("$.interactive"),
            "group": path.string_at("$.group"),
        },
        max_concurrency=MAX_CONCURRENT_SHARDS,
        result_path=path.DISCARD,
    )
    interactive = sfn.Condition.boolean_equals("$.interactive", True)
    shards.item_processor(
        sfn.Choice(scope, "Fast or bulk?")
        .when(interactive, send_and_wait(scope, "TranscribeFast", queues.fast, "shard"))
        .otherwise(send_and_wait(scope, "TranscribeBulk", queues.bulk, "shard"))
    )
    return shards


def send_and_wait(scope: Construct, name: str, queue: sqs.Queue, member: str, path: str = "") -> tasks.SqsSendMessage:
    """Build a state that sends a ShardMessage, or the message of an audio copy, and waits for the worker's answer.

    It has no heartbeat, because the heartbeat's clock would run while the message waits in the queue. The message's
    visibility timeout shows that a worker died; the dead-letter queue shows that a shard was lost.
    """
    message = tasks.SqsSendMessage(
        scope,
        name,
        queue=queue,
        integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        message_body=sfn.TaskInput.from_object(
            {"task_token": sfn.JsonPath.task_token, member: sfn.JsonPath.object_at(path or f"$.{member}")}
        ),
        # Makes a standard queue fair: SQS delivers messages of quiet groups before those of a group that has many.
        message_group_id=sfn.JsonPath.string_at("$.group"),
        result_path=sfn.JsonPath.DISCARD,
        task_timeout=sfn.Timeout.duration(SHARD_TIMEOUT),
    )
    # An error of the audio or model is final, so is a message that expired. A worker's internal error is retried.
    # All others are throttling: SQS's, or that of a service which the worker called.
    retried = (ShardError.INTERNAL, ShardError.UNAVAILABLE)
    final = [error.value for error in ShardError if error not in retried]
    message.add_retry(errors=[*final, "States.Timeout"], max_attempts=0)
    message.add_retry(
        errors=[ShardError.INTERNAL.value],
        interval=Duration.seconds(2),
        max_attempts=2,
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )
    add_throttling_retry(message, ["States.ALL"])
    return message
