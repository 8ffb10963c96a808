"""The slot's lease: the right of this one worker to run, renewed while it lives."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from transcriber.worker.aws_clients import code

_FORGOTTEN = 86_400  # seconds after the last renewal until the table may drop the slot
LEASE_SECONDS = 180  # nine renewals: a worker that is silent for longer is dead, and its slot launches another


class LeaseLost(Exception):
    """Another worker has the slot. This one finishes what it holds and leaves."""


class Lease:
    """`slot` is the slot item's key, `lease` what was written there when this worker was launched."""

    def __init__(self, dynamodb: Any, table: str, slot: str, lease: str) -> None:
        self._dynamodb, self._table, self._slot, self._lease = dynamodb, table, slot, lease

    def renew(self) -> None:
        """Raises `LeaseLost`."""
        now = int(time.time())
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": self._slot}},
                UpdateExpression="SET #until = :until, #ttl = :ttl",
                ConditionExpression="lease = :lease",
                ExpressionAttributeNames={"#until": "until", "#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":until": {"N": str(now + LEASE_SECONDS)},
                    ":ttl": {"N": str(now + _FORGOTTEN)},
                    ":lease": {"S": self._lease},
                },
            )
        except ClientError as error:
            if code(error) == "ConditionalCheckFailedException":
                raise LeaseLost(f"{self._slot} is no longer leased to {self._lease}") from error
            raise
