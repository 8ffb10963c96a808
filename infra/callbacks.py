"""Callbacks: the bus says that a job is over, a queue holds the news until its caller has taken them."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.jobs.job import State
from functions.jobs.job_events import TITLES
from infra.lambda_functions import Functions
from infra.settings import Parameters
from infra.storage import Storage

PAUSE = Duration.seconds(30)  # before each further try, as at Deepgram
TRIES = 11  # one, and ten further
AT_ONCE = 10  # deliveries; a receiver that hangs takes one of them for its ten seconds


class Callbacks(Construct):
    """Rule → queue → function `callback`; what nobody took in all its tries ends in `undelivered`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        parameters: Parameters,
        *,
        functions: Functions,
        storage: Storage,
        bus: events.EventBus,
        undelivered: sqs.Queue,
    ) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=PAUSE,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=TRIES),
        )
        events.Rule(
            self,
            "Over",
            description="Jobs whose caller left an address are told when they are over.",
            event_bus=bus,
            event_pattern=events.EventPattern(
                source=["earshot"],
                detail_type=[TITLES[State.COMPLETED], TITLES[State.FAILED]],
                detail={"callback": [True]},
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=undelivered)],
        )
        callback = functions.add(
            "callback",
            {
                "TABLE": storage.table.table_name,
                "TRANSCRIPTS_BUCKET": storage.transcripts.bucket_name,
                "ALLOW_PRIVATE_URLS": parameters.allow_private_urls,
            },
            timeout=Duration.seconds(25),  # less than the pause: a try is over before the next begins
        )
        storage.allow_rows(callback, "GetItem")
        storage.allow_objects(callback, storage.transcripts, "jobs/*", "GetObject")
        callback.add_event_source(
            sources.SqsEventSource(self.queue, batch_size=1, max_concurrency=AT_ONCE, report_batch_item_failures=True)
        )
