"""SQS queues of shards: the fast queue, whose callers wait for the answer, before the bulk queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from earshot_contract.timeouts import FAST_VISIBILITY_SECONDS, VISIBILITY_SECONDS

_MAX_BATCH_ENTRIES = 10  # SQS's limit for receiving, and for changing visibility, in one call


@dataclass(frozen=True)
class Message:
    """One receive of a message; receiving the message again gives another receipt handle."""

    queue: str  # URL
    receipt_handle: str
    body: str = field(repr=False)


class ShardQueues:
    """Receives messages from several queues in their order.

    Args:
        sqs: boto3 client.
        queue_urls: the fast queue first.
    """

    def __init__(self, sqs: Any, queue_urls: Sequence[str]) -> None:
        self._sqs, self._queue_urls = sqs, list(queue_urls)

    def receive_fast_only(self) -> None:
        """Receive from the first queue alone from now on."""
        self._queue_urls = self._queue_urls[:1]

    def receive(self, max_messages: int, wait_seconds: int) -> list[Message]:
        """Receive up to `max_messages`: all that the first queue has, then those of the next one.

        Long-polls the first queue only, for `wait_seconds`. The others are read without waiting, so that a message
        on the fast queue is seen at once.
        """
        messages: list[Message] = []
        for position, queue in enumerate(self._queue_urls):
            if len(messages) >= max_messages:
                break
            messages += self._receive(queue, max_messages - len(messages), wait_seconds if position == 0 else 0)
        return messages

    def receive_fast(self, wait_seconds: int) -> list[Message]:
        """Receive at most one message, of the first queue only, in a long poll of `wait_seconds`."""
        return self._receive(self._queue_urls[0], 1, wait_seconds)

    def is_fast(self, message: Message) -> bool:
        """Return whether the message is of the first queue."""
        return message.queue == self._queue_urls[0]

    def extend_visibility(self, messages: Iterable[Message]) -> list[Message]:
        """Hide `messages` for another visibility timeout of their queue.

        Returns:
            Messages whose receipt handle is no longer valid: another worker may have received them.
        """
        return self._change_visibility(messages)

    def make_visible(self, messages: Iterable[Message]) -> None:
        """Let another worker receive `messages` at once."""
        self._change_visibility(messages, 0)

    def delete(self, message: Message) -> None:
        """Delete `message` from its queue."""
        self._sqs.delete_message(QueueUrl=message.queue, ReceiptHandle=message.receipt_handle)

    def _receive(self, queue: str, max_messages: int, wait_seconds: int) -> list[Message]:
        response = self._sqs.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=min(_MAX_BATCH_ENTRIES, max_messages),
            WaitTimeSeconds=wait_seconds,
            VisibilityTimeout=self._visibility_seconds(queue),
        )
        return [Message(queue, m["ReceiptHandle"], m["Body"]) for m in response.get("Messages", [])]

    def _visibility_seconds(self, queue: str) -> int:
        return FAST_VISIBILITY_SECONDS if queue == self._queue_urls[0] else VISIBILITY_SECONDS

    def _change_visibility(self, messages: Iterable[Message], seconds: int | None = None) -> list[Message]:
        failed: list[Message] = []
        for queue, group in groupby(sorted(messages, key=lambda m: m.queue), key=lambda m: m.queue):
            of_queue = list(group)
            timeout = self._visibility_seconds(queue) if seconds is None else seconds
            for first in range(0, len(of_queue), _MAX_BATCH_ENTRIES):
                batch = of_queue[first : first + _MAX_BATCH_ENTRIES]
                response = self._sqs.change_message_visibility_batch(
                    QueueUrl=queue,
                    Entries=[
                        {"Id": str(i), "ReceiptHandle": m.receipt_handle, "VisibilityTimeout": timeout}
                        for i, m in enumerate(batch)
                    ],
                )
                failed += [batch[int(entry["Id"])] for entry in response.get("Failed", [])]
        return failed
