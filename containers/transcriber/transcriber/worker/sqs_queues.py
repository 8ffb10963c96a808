"""The two lanes: what somebody waits for on the line, then everything else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

VISIBILITY_SECONDS = 60  # of a message a worker holds; a crashed worker's messages come back after at most that
_BATCH = 10  # most messages SQS takes or gives in one call


@dataclass(frozen=True)
class Message:
    """One delivery of a message: a redelivery has another receipt."""

    queue: str  # URL
    receipt: str
    body: str = field(repr=False)
    receives: int = 1


class Lanes:
    """Receives from `lanes` (queue URLs) in their order."""

    def __init__(self, sqs: Any, lanes: Sequence[str]) -> None:
        self._sqs, self._lanes = sqs, lanes

    def receive(self, most: int, wait: int) -> list[Message]:
        """Up to `most` messages, from the first lane as far as it has any.

        Waits up to `wait` seconds at the first lane only: a worker that waited at the second would let somebody on
        the line wait along with it.
        """
        messages: list[Message] = []
        for place, queue in enumerate(self._lanes):
            if len(messages) >= most:
                break
            answer = self._sqs.receive_message(
                QueueUrl=queue,
                MaxNumberOfMessages=min(_BATCH, most - len(messages)),
                WaitTimeSeconds=wait if place == 0 else 0,
                VisibilityTimeout=VISIBILITY_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
            messages += [
                Message(
                    queue,
                    m["ReceiptHandle"],
                    m["Body"],
                    int(m.get("Attributes", {}).get("ApproximateReceiveCount", 1)),
                )
                for m in answer.get("Messages", [])
            ]
        return messages

    def extend(self, messages: Iterable[Message]) -> list[Message]:
        """Keep `messages` for another `VISIBILITY_SECONDS`; returns those that are no longer ours."""
        return self._set_visibility(messages, VISIBILITY_SECONDS)

    def give_back(self, messages: Iterable[Message]) -> None:
        """Let another worker have `messages` at once."""
        self._set_visibility(messages, 0)

    def delete(self, message: Message) -> None:
        self._sqs.delete_message(QueueUrl=message.queue, ReceiptHandle=message.receipt)

    def _set_visibility(self, messages: Iterable[Message], seconds: int) -> list[Message]:
        lost: list[Message] = []
        for queue, group in groupby(sorted(messages, key=lambda m: m.queue), key=lambda m: m.queue):
            of_queue = list(group)
            for first in range(0, len(of_queue), _BATCH):
                batch = of_queue[first : first + _BATCH]
                answer = self._sqs.change_message_visibility_batch(
                    QueueUrl=queue,
                    Entries=[
                        {"Id": str(i), "ReceiptHandle": m.receipt, "VisibilityTimeout": seconds}
                        for i, m in enumerate(batch)
                    ],
                )
                lost += [batch[int(failed["Id"])] for failed in answer.get("Failed", [])]
        return lost
