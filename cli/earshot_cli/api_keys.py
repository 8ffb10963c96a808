"""API keys: created here, shown once; the deployment's table has only their SHA-256."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from earshot_cli.aws_clients import aws_errors, client
from earshot_contract.keys import api_key_pk

KEY_BYTES = 20  # 40 lower-case hex characters: Deepgram's SDK 2 for Python rejects any other form


def create(name: str, table: str) -> str:
    """Create an API key, which the deployment accepts from now on.

    Args:
        name: a label for people; it does not have to be unique.
        table: name of the deployment's DynamoDB table.

    Returns:
        The key, which is stored nowhere.

    Raises:
        CliError: the table cannot be written.
    """
    key = secrets.token_hex(KEY_BYTES)
    created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    item = {"pk": {"S": api_key_pk(key)}, "name": {"S": name}, "created": {"S": created}}
    dynamodb = client("dynamodb")
    with aws_errors(f"The key could not be written to the table {table}"):
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    return key
