"""API keys: created here, shown once, listed and revoked; the deployment's table has only their SHA-256."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from earshot_cli.aws.clients import aws_errors, client
from earshot_cli.errors import CliError, Status
from earshot_contract.credentials.api_keys import ID_CHARACTERS, ApiKey, Scope, key_item, new_key
from earshot_contract.keys import API_KEY_PK_PREFIX

_MIN_ID_CHARACTERS = 4  # of the start of a key's id


def create(
    name: str,
    table: str,
    *,
    scope: Scope = Scope.WRITE,
    owner: str | None = None,
    expires: int | None = None,
) -> str:
    """Create an API key, which the deployment accepts from now on.

    Args:
        name: a label for people; it does not have to be unique.
        table: name of the deployment's DynamoDB table.
        scope: what the key may do.
        owner: id of another key whose jobs it sees, or `deployment`; None: its own jobs.
        expires: epoch seconds from which it is refused; None: never.

    Returns:
        The key, which is stored nowhere.

    Raises:
        CliError: the table cannot be written.
    """
    key = new_key()
    created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    item = key_item(key, name, created, scope=scope, owner=owner, expires=expires)
    dynamodb = client("dynamodb")
    with aws_errors(f"The key could not be written to the table {table}"):
        dynamodb.put_item(TableName=table, Item=_serialized(item), ConditionExpression="attribute_not_exists(pk)")
    return key


def read_keys(table: str) -> dict[str, ApiKey]:
    """Return all keys, the newest first, by their items' `pk`. The whole table is scanned: keys have no index.

    Raises:
        CliError: the table cannot be read.
    """
    dynamodb = client("dynamodb")
    with aws_errors(f"The keys could not be read from the table {table}"):
        items = list(_key_items(dynamodb, table))
    keys = {item["pk"]: ApiKey.from_item(item) for item in items}
    return dict(sorted(keys.items(), key=lambda entry: entry[1].created, reverse=True))


def revoke(key_id: str, table: str) -> ApiKey:
    """Delete a key's item: the deployment refuses the key from its next request on.

    Args:
        key_id: the key's id, or the start of it where no other key's id begins so.
        table: name of the deployment's DynamoDB table.

    Raises:
        CliError: there is no such key, several ids begin so, or the table cannot be written.
    """
    found = {pk: key for pk, key in read_keys(table).items() if key.id.startswith(key_id.lower())}
    if len(key_id) < _MIN_ID_CHARACTERS or not found:
        raise CliError(f"There is no key {key_id}. `earshot key list` shows the ids.")
    if len(found) > 1:
        raise CliError(f"The ids of {len(found)} keys begin with {key_id}. Write more of the id.", Status.USAGE)
    [(pk, key)] = found.items()
    dynamodb = client("dynamodb")
    with aws_errors(f"The key could not be deleted from the table {table}"):
        dynamodb.delete_item(TableName=table, Key={"pk": {"S": pk}})
    return key


def owner_id(owner: str, keys: dict[str, ApiKey]) -> str:
    """Return the owner that a key or a word of the command line names.

    Raises:
        CliError: the text is neither the id of a key nor the start of one.
    """
    found = {key.owner for key in keys.values() if key.id.startswith(owner.lower()) or key.owner == owner}
    if len(found) == 1 and len(owner) >= _MIN_ID_CHARACTERS:
        return found.pop()
    if len(owner) == ID_CHARACTERS and all(digit in "0123456789abcdef" for digit in owner):
        return owner  # of a key that is revoked: its jobs are still there
    raise CliError(f"{owner} is no id of a key. `earshot key list` shows them.", Status.USAGE)


def keys_table(keys: list[ApiKey], *, fit: bool) -> Table:
    """Build a table that fits 80 columns, one line for each key. The id is never shortened, because people copy it.

    Args:
        keys: in the order of the lines.
        fit: cut names to the width of the console; else they are whole.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", expand=fit)
    table.add_column("id", no_wrap=True, min_width=ID_CHARACTERS)
    table.add_column("name", no_wrap=True, overflow="ellipsis", ratio=1)
    for column, width in {"scope": 5, "key": 7, "last used": 10, "expires": 10, "jobs of": 10}.items():
        table.add_column(column, no_wrap=True, min_width=width)
    for key in keys:
        expires = _date(key.expires) if key.expires else "never"
        is_own = key.owner == key.id
        table.add_row(
            key.id,
            Text(" ".join(key.name.split())),
            str(key.scope),
            f"{key.prefix}…" if key.prefix else "",
            _date(key.used) if key.used else "never",
            Text("expired", style="red") if key.expires and key.expires <= time.time() else expires,
            "all" if key.scope is Scope.ADMIN else "itself" if is_own else key.owner[:10],
        )
    return table


def key_document(key: ApiKey) -> dict[str, Any]:
    """Return a key as `earshot key list --json` prints it; unknown values are left out."""
    document = {name: getattr(key, name) for name in ("id", "name", "scope", "owner", "prefix", "created")}
    times = {"expires": key.expires, "used": key.used}
    return {name: value for name, value in document.items() if value} | {
        name: datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
        for name, value in times.items()
        if value is not None
    }


def _key_items(dynamodb: Any, table: str) -> Iterator[dict[str, Any]]:
    from boto3.dynamodb.types import TypeDeserializer

    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :key)",
        ExpressionAttributeValues={":key": {"S": API_KEY_PK_PREFIX}},
    )
    deserialize = TypeDeserializer().deserialize
    for page in pages:
        yield from ({name: deserialize(value) for name, value in item.items()} for item in page["Items"])


def _serialized(item: dict[str, Any]) -> dict[str, Any]:
    from boto3.dynamodb.types import TypeSerializer

    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def _date(epoch: int) -> str:
    return f"{datetime.fromtimestamp(epoch).astimezone():%Y-%m-%d}"
