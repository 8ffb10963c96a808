"""The two queues that shards wait in, and the one where they end that nobody could finish."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

VISIBILITY_TIMEOUT = Duration.seconds(60)  # a worker extends it while it works: a dead one's shard is back in a minute
MAX_RECEIVES = 4


class Queues(Construct):
    """`fast` for callers who wait, `bulk` for the rest; what was received too often ends in `dead`."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        encryption = sqs.QueueEncryption.SQS_MANAGED
        self.dead = sqs.Queue(
            self,
            "Dead",
            encryption=encryption,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.minutes(3),  # six times the timeout of `reap`, as Lambda asks
        )
        self.fast, self.bulk = (
            sqs.Queue(
                self,
                name,
                encryption=encryption,
                enforce_ssl=True,
                visibility_timeout=VISIBILITY_TIMEOUT,
                retention_period=Duration.days(4),
                dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=MAX_RECEIVES),
            )
            for name in ("Fast", "Bulk")
        )
