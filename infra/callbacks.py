"""Delivery of callbacks: bus rule for finished jobs → SQS queue → function `callback`."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from earshot_contract.keys import JOBS_PREFIX
from functions.jobs.job import JobState
from functions.jobs.job_events import TITLES
from infra.foundation import Foundation
from infra.settings import ALLOW_PRIVATE_URLS

RETRY_DELAY = Duration.seconds(30)  # between two attempts, as Deepgram does
MAX_ATTEMPTS = 11  # the first and ten retries, as Deepgram does
MAX_CONCURRENT_DELIVERIES = 10  # a receiver that does not answer takes one of them for 20 seconds


class Callbacks(Construct):
    """Rule, queue and function. After MAX_ATTEMPTS the message moves to the queue `undelivered`."""

    def __init__(self, scope: Construct, id: str, base: Foundation, *, undelivered: sqs.Queue) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=RETRY_DELAY,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=MAX_ATTEMPTS),
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
                "ALLOW_PRIVATE_URLS": ALLOW_PRIVATE_URLS,
            },
            timeout=Duration.seconds(25),  # less than RETRY_DELAY: an attempt ends before the next begins
        )
        base.storage.grant_table(callback, "GetItem")
        base.storage.grant_objects(callback, base.storage.transcripts, f"{JOBS_PREFIX}*", "GetObject")
        callback.add_event_source(
            sources.SqsEventSource(
                self.queue, batch_size=1, max_concurrency=MAX_CONCURRENT_DELIVERIES, report_batch_item_failures=True
            )
        )
