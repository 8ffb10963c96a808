"""DynamoDB table: items by `pk`, written under conditions. Numbers are int and float on both sides.

Used by the other modules of this package, one for each kind of item.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot_contract.aws_errors import error_code
from functions.aws.clients import dynamodb_resource
from functions.settings import settings

if TYPE_CHECKING:
    from boto3.dynamodb.conditions import Attr, ConditionBase, Key

Item = dict[str, Any]

# Items of one request (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).
MAX_BATCH_GET = 100


def attribute(name: str) -> Attr:
    """Return boto3's builder of conditions on an attribute; boto3 is imported at the first call (see clients.py)."""
    from boto3.dynamodb.conditions import Attr

    return Attr(name)


def key(name: str) -> Key:
    """Return boto3's builder of conditions on a key of the table or of an index."""
    from boto3.dynamodb.conditions import Key

    return Key(name)


@cache
def _table(name: str) -> Any:
    return dynamodb_resource().Table(name)


def get(pk: str) -> Item | None:
    """Return the item with a consistent read, or None."""
    answer = _table(settings().table).get_item(Key={"pk": pk}, ConsistentRead=True)
    return _without_decimals(answer["Item"]) if "Item" in answer else None


def get_all(pks: Sequence[str]) -> dict[str, Item]:
    """Return those items that exist, by `pk`, with a consistent read of each hundred."""
    table, found = settings().table, []
    for first in range(0, len(pks), MAX_BATCH_GET):
        keys = [{"pk": pk} for pk in pks[first : first + MAX_BATCH_GET]]
        request = {table: {"Keys": keys, "ConsistentRead": True}}
        while request:  # DynamoDB answers a part of them where it is busy
            answer = dynamodb_resource().batch_get_item(RequestItems=request)
            found += answer["Responses"].get(table, [])
            request = answer.get("UnprocessedKeys") or {}
    return {item["pk"]: _without_decimals(item) for item in found}


def add(item: Item) -> bool:
    """Write a new item; return False, and write nothing, when its `pk` exists."""
    try:
        _table(settings().table).put_item(Item=_with_decimals(item), ConditionExpression=attribute("pk").not_exists())
    except ClientError as error:
        return _false_if_condition_failed(error)
    return True


def update(pk: str, changes: Item, condition: ConditionBase) -> Item | None:
    """Set attributes if `condition` holds; a value of None removes the attribute.

    Returns:
        The whole item after the write, or None when the condition did not hold.
    """
    values = {name: value for name, value in changes.items() if value is not None}
    removed = [name for name in changes if changes[name] is None]
    clauses = [
        "SET " + ", ".join(f"#{name} = :{name}" for name in values) if values else "",
        "REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else "",
    ]
    parameters = {f":{name}": value for name, value in values.items()}
    try:
        answer = _table(settings().table).update_item(
            Key={"pk": pk},
            UpdateExpression=" ".join(clauses).strip(),
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ReturnValues="ALL_NEW",
            **({"ExpressionAttributeValues": _with_decimals(parameters)} if values else {}),
        )
    except ClientError as error:
        _false_if_condition_failed(error)
        return None
    item: Item = _without_decimals(answer["Attributes"])
    return item


def remove(pk: str, condition: ConditionBase) -> bool:
    """Delete the item if `condition` holds; return False when it does not."""
    try:
        _table(settings().table).delete_item(Key={"pk": pk}, ConditionExpression=condition)
    except ClientError as error:
        return _false_if_condition_failed(error)
    return True


def add_to_set(pk: str, name: str, member: str, **changes: Any) -> None:
    """Add a member to the item's set of strings `name`, and set attributes; a missing item is made."""
    _table(settings().table).update_item(
        Key={"pk": pk},
        UpdateExpression=f"ADD #set :member SET {', '.join(f'#{change} = :{change}' for change in changes)}",
        ExpressionAttributeNames={"#set": name, **{f"#{change}": change for change in changes}},
        ExpressionAttributeValues={":member": {member}, **{f":{change}": value for change, value in changes.items()}},
    )


def newest_items(
    index: str,
    condition: ConditionBase,
    after: Item | None = None,
    limit: int = 100,
    only: ConditionBase | None = None,
) -> Iterator[Item]:
    """Yield the items of one partition of an index in the descending order of its sort key.

    Args:
        index: name of the index.
        condition: on the index's keys.
        after: key of the last item of an earlier page: `pk` and the index's keys; None: from the first.
        limit: items a request.
        only: which of them; None: all. The others are read, and paid for, too.
    """
    query: Item = {
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ScanIndexForward": False,
        "Limit": limit,
        **({"FilterExpression": only} if only else {}),
    }
    while True:
        page = _table(settings().table).query(**query, **({"ExclusiveStartKey": after} if after else {}))
        yield from map(_without_decimals, page["Items"])
        after = page.get("LastEvaluatedKey")
        if not after:
            return


def oldest_items(index: str, condition: ConditionBase, limit: int) -> list[Item]:
    """Return the first items of one partition of an index, in the order of its sort key.

    Args:
        index: name of the index.
        condition: on the index's keys.
        limit: the most items; as many as one answer of DynamoDB holds (1 MB).
    """
    page = _table(settings().table).query(IndexName=index, KeyConditionExpression=condition, Limit=limit)
    return [_without_decimals(item) for item in page["Items"]]


def count(index: str, condition: ConditionBase, limit: int) -> int:
    """Count the items of one partition of an index, up to `limit`; a read costs half a unit for each 4 KB of keys."""
    found, after = 0, None
    while found < limit:
        page = _table(settings().table).query(
            IndexName=index,
            KeyConditionExpression=condition,
            Select="COUNT",
            Limit=limit - found,
            **({"ExclusiveStartKey": after} if after else {}),
        )
        found, after = found + page["Count"], page.get("LastEvaluatedKey")
        if not after:
            break
    return found


def _false_if_condition_failed(error: ClientError) -> bool:
    """Return False for a condition that did not hold; raise any other error again."""
    if error_code(error) != "ConditionalCheckFailedException":
        raise error
    return False


def _with_decimals(item: Item) -> Item:
    """Replace floats by Decimal: DynamoDB has no binary floats, and boto3 rejects them."""
    converted: Item = json.loads(json.dumps(item), parse_float=Decimal)
    return converted


def _without_decimals(value: Any) -> Any:
    """Replace Decimal by int where the number is integral, else by float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _without_decimals(member) for name, member in value.items()}
    return [_without_decimals(member) for member in value] if isinstance(value, list) else value
