"""The one table: items by `pk`, written under conditions, with floats in and floats out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from earshot_contract.keys import LISTING_INDEX
from functions.aws.clients import code
from functions.settings import settings

Item = dict[str, Any]


@cache
def _table(name: str) -> Any:
    return boto3.resource("dynamodb").Table(name)


def get(pk: str) -> Item | None:
    """The item as it is now (a consistent read), or None."""
    found = _table(settings().table).get_item(Key={"pk": pk}, ConsistentRead=True)
    return _plain(found["Item"]) if "Item" in found else None


def add(item: Item) -> bool:
    """Write a new item; False when its `pk` is taken, and nothing is written."""
    try:
        _table(settings().table).put_item(Item=_exact(item), ConditionExpression=Attr("pk").not_exists())
    except ClientError as error:
        return _lost(error)
    return True


def update(pk: str, changes: Item, condition: ConditionBase) -> Item | None:
    """Set attributes (a None removes) if `condition` holds; the whole item afterwards, None when it does not."""
    kept = {k: v for k, v in changes.items() if v is not None}
    gone = [k for k in changes if changes[k] is None]
    sets = "SET " + ", ".join(f"#{k} = :{k}" for k in kept) if kept else ""
    removes = "REMOVE " + ", ".join(f"#{k}" for k in gone) if gone else ""
    try:
        written = _table(settings().table).update_item(
            Key={"pk": pk},
            UpdateExpression=f"{sets} {removes}".strip(),
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{k}": k for k in changes},
            ReturnValues="ALL_NEW",
            **({"ExpressionAttributeValues": _exact({f":{k}": v for k, v in kept.items()})} if kept else {}),
        )
    except ClientError as error:
        _lost(error)
        return None
    return _plain(written["Attributes"])


def remove(pk: str, condition: ConditionBase) -> bool:
    """Delete the item if `condition` holds; False when it does not."""
    try:
        _table(settings().table).delete_item(Key={"pk": pk}, ConditionExpression=condition)
    except ClientError as error:
        return _lost(error)
    return True


def day(date: str, after: Item | None = None, limit: int = 100) -> Iterator[Item]:
    """Jobs of one UTC day (`2026-11-22`), newest first, from behind the position `after`."""
    query: Item = {
        "IndexName": LISTING_INDEX,
        "KeyConditionExpression": Key("day").eq(date),
        "ScanIndexForward": False,
        "Limit": limit,
    }
    while True:
        page = _table(settings().table).query(**query, **({"ExclusiveStartKey": after} if after else {}))
        yield from map(_plain, page["Items"])
        after = page.get("LastEvaluatedKey")
        if not after:
            return


def _lost(error: ClientError) -> bool:
    """False for a condition that did not hold; anything else is raised again."""
    if code(error) != "ConditionalCheckFailedException":
        raise error
    return False


def _exact(item: Item) -> Item:
    """DynamoDB has no binary floats: boto3 takes Decimal only."""
    return json.loads(json.dumps(item), parse_float=Decimal)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value
