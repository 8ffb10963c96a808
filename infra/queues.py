"""SQS queues for shards: fast, bulk, and the dead-letter queue after four receives."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from earshot_contract.timeouts import FAST_VISIBILITY_SECONDS, SHARD_WAIT_DAYS, VISIBILITY_SECONDS

# A worker renews it while it works. When the worker dies, SQS makes its messages visible again after at most this time.
VISIBILITY_TIMEOUTS = {
    "Fast": Duration.seconds(FAST_VISIBILITY_SECONDS),
    "Bulk": Duration.seconds(VISIBILITY_SECONDS),
}
MAX_RECEIVES = 4  # then SQS moves the message to the dead-letter queue


class Queues(Construct):
    """Queue `fast` for shards whose caller waits, `bulk` for the others, `dead` for shards received too often."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        encryption = sqs.QueueEncryption.SQS_MANAGED
        self.dead = sqs.Queue(
            self,
            "Dead",
            encryption=encryption,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.minutes(3),  # longer than `scale` may run, which reads it each minute
        )
        self.fast, self.bulk = (
            sqs.Queue(
                self,
                name,
                encryption=encryption,
                enforce_ssl=True,
                visibility_timeout=visibility_timeout,
                retention_period=Duration.days(SHARD_WAIT_DAYS),
                dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=MAX_RECEIVES),
            )
            for name, visibility_timeout in VISIBILITY_TIMEOUTS.items()
        )
