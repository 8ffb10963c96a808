"""Delivery of callbacks: bus rule for finished jobs → SQS queue → function `callback`."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from earshot_contract.job_state import JobState
from earshot_contract.keys import JOBS_PREFIX
from functions.jobs.job_events import TITLES
from infra.api.rest_api import Api
from infra.foundation import Foundation
from infra.settings import ALLOW_PRIVATE_URLS

VISIBILITY = Duration.seconds(30)  # after this time a message whose function died is received again
RETENTION = Duration.days(14)  # SQS's maximum: tries take three days, ten when the receiver asks for time (Retry-After)
# SQS counts a receive for each try, and for each look at a try that is not due: 28 of them. The others are for deaths.
MAX_RECEIVES = 60
# Functions that deliver at the same time; a receiver that does not answer holds one of them for 20 seconds. An
# account's first Lambda concurrency may be 10, and callers must not wait behind receivers: two quick workers, the slow
# downloads and these leave two for the API even when all of them are held. SQS requires at least two. Three deliver six
# callbacks a second to receivers that answer in half a second; waiting messages are kept for days.
MAX_CONCURRENT_DELIVERIES = 3


class Callbacks(Construct):
    """Rule, queue and function.

    A message waits for its next try in the queue, hidden: that costs nothing and blocks no other message. The
    function sends one whose last try failed to the queue `undelivered`.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, *, api: Api, undelivered: sqs.Queue) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=VISIBILITY,
            retention_period=RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=MAX_RECEIVES),
        )
        events.Rule(
            self,
            "Over",
            description="Sends finished jobs that have a callback URL to the callback queue.",
            event_bus=base.bus,
            event_pattern=events.EventPattern(
                source=["earshot"],
                detail_type=[TITLES[JobState.COMPLETED], TITLES[JobState.FAILED]],
                detail={"callback": [True]},
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=undelivered)],
        )
        callback = base.functions.add(
            "callback",
            {
                "TABLE": base.storage.table.table_name,
                "TRANSCRIPTS_BUCKET": base.storage.transcripts.bucket_name,
                "CALLBACK_QUEUE_URL": self.queue.queue_url,
                "UNDELIVERED_QUEUE_URL": undelivered.queue_url,
                "ALLOW_PRIVATE_URLS": ALLOW_PRIVATE_URLS,
            },
            timeout=Duration.seconds(25),  # less than VISIBILITY: a try ends before the next begins
        )
        # POST /v1/requests/{id}/redeliver
        api.function.add_environment("CALLBACK_QUEUE_URL", self.queue.queue_url)
        self.queue.grant(api.function, "sqs:SendMessage")
        base.storage.grant_table(callback, "GetItem", "UpdateItem")
        undelivered.grant(callback, "sqs:SendMessage")
        base.storage.grant_objects(callback, base.storage.transcripts, f"{JOBS_PREFIX}*", "GetObject")
        base.storage.grant_list(callback, base.storage.transcripts)  # else S3 answers 403 where there is no object
        callback.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=1, max_concurrency=MAX_CONCURRENT_DELIVERIES, report_batch_item_failures=True
            )
        )
