"""`earshot key create` against a mock of DynamoDB: the item it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from earshot_cli import api_keys
from earshot_cli.errors import CliError
from earshot_contract.keys import api_key_pk
from tests.fixtures import account


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of DynamoDB with the empty table `earshot`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with account.empty():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="earshot",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        yield client


def test_created_key_is_stored_as_its_digest_only(dynamodb: Any) -> None:
    key = api_keys.create("for the tests", "earshot")

    [item] = dynamodb.scan(TableName="earshot")["Items"]
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert item.keys() == {"pk", "name", "created"}
    assert item["pk"]["S"] == api_key_pk(key)
    assert item["name"]["S"] == "for the tests"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["created"]["S"])
    assert key not in str(item)


def test_created_keys_differ_under_one_name(dynamodb: Any) -> None:
    assert api_keys.create("me", "earshot") != api_keys.create("me", "earshot")
    assert len(dynamodb.scan(TableName="earshot")["Items"]) == 2


def test_existing_key_is_never_overwritten(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys.secrets, "token_hex", lambda _: "5eed" * 10)
    api_keys.create("first", "earshot")

    with pytest.raises(CliError, match="could not be written to the table earshot"):
        api_keys.create("second", "earshot")

    assert [item["name"]["S"] for item in dynamodb.scan(TableName="earshot")["Items"]] == ["first"]


def test_missing_table_is_named(dynamodb: Any) -> None:
    with pytest.raises(CliError, match="could not be written to the table another"):
        api_keys.create("me", "another")
