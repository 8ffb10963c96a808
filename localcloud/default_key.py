"""Default key of the local cloud: callers without a key are its admin, who sees all jobs, those of the bucket included.

In AWS a public deployment has no such item: there callers without a key list nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from earshot_contract.credentials.api_keys import DEFAULT_KEY, Scope, key_item
from earshot_contract.keys import api_key_pk

NAME = "local cloud"  # of the key, in `earshot key list`


def write(dynamodb: Any, table: str, require_key: bool) -> None:
    """Write the key's item, or delete it where callers need a key of their own.

    Args:
        dynamodb: boto3 client.
        table: name of the table.
        require_key: as in `Cloud`.
    """
    if require_key:
        dynamodb.delete_item(TableName=table, Key={"pk": {"S": api_key_pk(DEFAULT_KEY)}})
        return
    created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    serialize = TypeSerializer().serialize
    item = key_item(DEFAULT_KEY, NAME, created, scope=Scope.ADMIN)
    dynamodb.put_item(TableName=table, Item={name: serialize(value) for name, value in item.items()})
