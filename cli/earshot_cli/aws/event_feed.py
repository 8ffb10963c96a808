"""Events of a deployment as they happen: a temporary queue on its bus, removed when the command ends."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from earshot_contract.documents.job_events import SOURCE

PREFIX = "earshot-events-"  # of the names of rule and queue
# A queue that outlives its command (kill -9) keeps nothing for longer: SQS's minimum is a minute.
RETENTION_SECONDS = 300
WAIT_SECONDS = 5  # of one receive; SIGTERM is seen after it at the latest
_BATCH = 10  # SQS's limit of messages a receive

Client = Callable[[str], Any]  # name of a service → boto3 client


@contextmanager
def queue_on_bus(client: Client, bus: str, name: str | None = None) -> Iterator[str]:
    """Make a queue that gets the bus's events, yield its URL, and remove queue and rule in the end.

    Args:
        client: makes a boto3 client. Its credentials need `events:PutRule`, `PutTargets`, `RemoveTargets`, `DeleteRule`
            and `sqs:CreateQueue`, `SetQueueAttributes`, `GetQueueAttributes`, `ReceiveMessage`, `DeleteMessage`,
            `DeleteQueue`.
        bus: name of the deployment's event bus.
        name: name of the queue and of the rule, which may be there already; None: a new one.
    """
    events, sqs = client("events"), client("sqs")
    name = name or f"{PREFIX}{secrets.token_hex(4)}"
    url = sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": str(RETENTION_SECONDS)})["QueueUrl"]
    try:
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        description = "Events that `earshot events` shows; it removes this rule when it ends."
        arn = events.put_rule(
            Name=name,
            EventBusName=bus,
            EventPattern=json.dumps({"source": [SOURCE]}),
            Description=description,
        )["RuleArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_policy(queue, arn))})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": queue}])
        yield url
    finally:
        _remove(events, sqs, name, bus, url)


def _remove(events: Any, sqs: Any, name: str, bus: str, url: str) -> None:
    """Remove rule and queue; either may be missing after an interruption."""
    with suppress(events.exceptions.ResourceNotFoundException):
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    with suppress(events.exceptions.ResourceNotFoundException):
        events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=url)


def _policy(queue: str, rule: str) -> dict[str, Any]:
    """Return the queue's policy: EventBridge may send to it, for this rule alone."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            }
        ],
    }


def received(client: Client, url: str, wait: int = WAIT_SECONDS) -> Iterator[dict[str, Any]]:
    """Yield the events that arrive in the queue, each once.

    Args:
        client: makes a boto3 client.
        url: URL of the queue.
        wait: seconds of one receive, 20 at most.
    """
    sqs = client("sqs")
    seen: set[str] = set()  # EventBridge and SQS may deliver an event twice
    while True:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=wait)
        for message in answer.get("Messages", []):
            event = json.loads(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if event["id"] not in seen:
                seen.add(event["id"])
                yield event
