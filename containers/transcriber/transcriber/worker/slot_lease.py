"""Slot lease: a worker's time-limited right to run, stored in the DynamoDB item of its slot."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import error_code
from earshot_contract.timeouts import SLOT_LEASE_SECONDS, SLOT_TTL_SECONDS


class LeaseLost(Exception):
    """Another worker has the slot. This worker finishes the shards it has received and exits."""


class SlotLease:
    """The lease of one slot.

    Args:
        dynamodb: boto3 client.
        table: name of the deployment's table.
        slot: partition key of the slot's item, e.g. "SLOT#000".
        lease: identifier that was written to the item when this worker was launched.
    """

    def __init__(self, dynamodb: Any, table: str, slot: str, lease: str) -> None:
        self._dynamodb, self._table, self._slot, self._lease = dynamodb, table, slot, lease

    def renew(self, measured: Mapping[str, float | bool] | None = None) -> float | None:
        """Extend the lease to `SLOT_LEASE_SECONDS` from now.

        Args:
            measured: further attributes of the item: `Measures.values`.

        Returns:
            Epoch seconds of the launch; None if the item does not say.

        Raises:
            LeaseLost: the item is missing or has another worker's lease.
        """
        now, measured = int(time.time()), measured or {}
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": self._slot}},
                UpdateExpression=", ".join(["SET #until = :until, #ttl = :ttl", *(f"{n} = :{n}" for n in measured)]),
                ConditionExpression="lease = :lease",
                ExpressionAttributeNames={"#until": "until", "#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":until": {"N": str(now + SLOT_LEASE_SECONDS)},
                    ":ttl": {"N": str(now + SLOT_TTL_SECONDS)},
                    ":lease": {"S": self._lease},
                    **{f":{name}": _attribute(value) for name, value in measured.items()},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                raise LeaseLost(f"{self._slot} is no longer leased to {self._lease}") from error
            raise
        launched = answer["Attributes"].get("launched")
        return float(launched["N"]) if launched else None


def _attribute(value: float | bool) -> dict[str, Any]:
    return {"BOOL": value} if isinstance(value, bool) else {"N": str(value)}
