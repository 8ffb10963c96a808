"""`earshot key` against a mock of DynamoDB: the items it writes, lists and deletes."""

from __future__ import annotations

import io
import json
import re
import time
from typing import Any

import pytest

from earshot_cli.aws import api_keys
from earshot_cli.console import SafeConsole
from earshot_cli.errors import CliError
from earshot_contract.credentials.api_keys import ApiKey, Scope, key_id
from earshot_contract.credentials.webhook_secrets import MAX_SECRETS, SECRET_BYTES, secret_key, secrets_of
from earshot_contract.keys import api_key_pk, webhook_secrets_pk
from tests.fixtures.accounts.account import shared_client


@pytest.fixture
def dynamodb(empty_account: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of DynamoDB with the empty table `earshot`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = shared_client("dynamodb")
    client.create_table(
        TableName="earshot",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return client


def test_created_key_is_stored_as_its_digest_only(dynamodb: Any) -> None:
    key = api_keys.create("for the tests", "earshot")

    [item] = dynamodb.scan(TableName="earshot")["Items"]
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert item.keys() == {"pk", "name", "created", "scope", "prefix"}
    assert (item["scope"]["S"], item["prefix"]["S"]) == ("write", key[:6])
    assert item["pk"]["S"] == api_key_pk(key)
    assert item["name"]["S"] == "for the tests"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["created"]["S"])
    assert key not in str(item)


def test_created_keys_differ_under_one_name(dynamodb: Any) -> None:
    assert api_keys.create("me", "earshot") != api_keys.create("me", "earshot")
    assert len(dynamodb.scan(TableName="earshot")["Items"]) == 2


def test_existing_key_is_never_overwritten(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "new_key", lambda: "5eed" * 10)
    api_keys.create("first", "earshot")

    with pytest.raises(CliError, match="could not be written to the table earshot"):
        api_keys.create("second", "earshot")

    assert [item["name"]["S"] for item in dynamodb.scan(TableName="earshot")["Items"]] == ["first"]


def test_missing_table_is_named(dynamodb: Any) -> None:
    with pytest.raises(CliError, match="could not be written to the table another"):
        api_keys.create("me", "another")


@pytest.fixture
def stack(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The table as that of the local cloud, with an item that is no key."""
    monkeypatch.setattr("earshot_cli.aws.deployed_stack.outputs", lambda *_: {"TableName": "earshot"})
    dynamodb.put_item(TableName="earshot", Item={"pk": {"S": "JOB#1"}, "state": {"S": "queued"}})
    return dynamodb


def test_key_create_writes_scope_owner_and_end(earshot: Any, stack: Any) -> None:
    first = earshot("key", "create", "podcasts").stdout.strip()
    second = earshot(
        "key", "create", "--name", "screen", "--scope", "read", "--owner", key_id(first)[:6], "--expires", "30d"
    ).stdout.strip()

    keys = {key.name: key for key in api_keys.read_keys("earshot").values()}
    assert keys.keys() == {"podcasts", "screen"}
    assert (keys["podcasts"].scope, keys["podcasts"].owner, keys["podcasts"].expires) == ("write", key_id(first), None)
    assert (keys["screen"].scope, keys["screen"].owner, keys["screen"].id) == ("read", key_id(first), key_id(second))
    assert keys["screen"].expires == pytest.approx(time.time() + 30 * 86400, abs=60)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["create"], "Name the key"),
        (["create", "x", "--expires", "2020-01-01"], "in the past"),
        (["create", "x", "--expires", "soon"], "how long from now"),
        (["create", "x", "--owner", "podcasts"], "no id of a key"),
        (["revoke", "0000"], "There is no key 0000"),
        (["revoke", ""], "There is no key"),
    ],
)
def test_mistaken_key_command_changes_nothing(earshot: Any, stack: Any, arguments: list[str], says: str) -> None:
    api_keys.create("kept", "earshot")

    result = earshot("key", *arguments)

    assert result.returncode != 0
    assert says in result.stderr
    assert [key.name for key in api_keys.read_keys("earshot").values()] == ["kept"]


def test_key_list_shows_start_of_key_and_last_use(earshot: Any, stack: Any) -> None:
    assert "No keys yet" in earshot("key", "list").stderr
    key = api_keys.create("laptop", "earshot", scope=Scope.ADMIN, expires=1)
    used = {"pk": {"S": api_key_pk(key)}}
    stack.update_item(
        TableName="earshot", Key=used, UpdateExpression="SET used = :t", ExpressionAttributeValues={":t": {"N": "60"}}
    )

    table = earshot("key", "list", COLUMNS="80").stdout
    document = json.loads(earshot("key", "list", "--json").stdout)

    for shown in (key_id(key), "laptop", "admin", f"{key[:6]}…", "expired", "1970-01-01"):
        assert shown in table
    assert key[:7] not in table
    assert (document["used"], document["expires"]) == ("1970-01-01T00:01:00Z", "1970-01-01T00:00:01Z")


def test_keys_table_for_programs_is_as_wide_as_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    name, console = "a long name of a key " * 9, SafeConsole(file=io.StringIO(), soft_wrap=True)
    key = ApiKey("0123456789abcdef", name, "0123456789abcdef")

    console.print(api_keys.keys_table([key], fit=console.bounded))

    line = console.file.getvalue().splitlines()[1]  # type: ignore[attr-defined]
    assert name.strip() in line
    assert len(line) < 300


def test_key_revoke_deletes_the_named_key_alone(earshot: Any, stack: Any) -> None:
    first, second = (api_keys.create("me", "earshot") for _ in range(2))

    result = earshot("key", "revoke", key_id(first)[:8])

    assert (result.returncode, result.stderr) == (0, f"Revoked {key_id(first)} (me).\n")
    assert [key.id for key in api_keys.read_keys("earshot").values()] == [key_id(second)]
    assert stack.get_item(TableName="earshot", Key={"pk": {"S": "JOB#1"}}).get("Item")


def _secrets(dynamodb: Any, owner: str) -> list[str]:
    item = dynamodb.get_item(TableName="earshot", Key={"pk": {"S": webhook_secrets_pk(owner)}}).get("Item")
    return secrets_of({"secrets": [each["S"] for each in item["secrets"]["L"]]}) if item else []


def test_key_create_makes_secret_for_callbacks(earshot: Any, stack: Any) -> None:
    key, secret = earshot("key", "create", "podcasts", "--webhook-secret").stdout.split()

    assert secret.startswith("whsec_")
    assert len(secret_key(secret)) == SECRET_BYTES
    assert _secrets(stack, key_id(key)) == [secret]
    listed = earshot("key", "list", "--json").stdout
    assert listed.count("\n") == 1
    assert secret not in listed


def test_key_secret_rotates_secrets_of_owner(earshot: Any, stack: Any) -> None:
    owner = key_id(earshot("key", "create", "podcasts").stdout.strip())

    old, new = (earshot("key", "secret", owner[:8]).stdout.strip() for _ in range(2))

    assert _secrets(stack, owner) == [old, new]
    assert "Removed 1 secret of" in earshot("key", "secret", owner, "--remove-old").stderr
    assert _secrets(stack, owner) == [new]
    assert "Removed 0 secrets" in earshot("key", "secret", owner, "--remove-old").stderr
    earshot("key", "secret", owner, "--remove-all")
    assert _secrets(stack, owner) == []


def test_key_secret_refuses_more_than_it_signs_with(earshot: Any, stack: Any) -> None:
    for _ in range(MAX_SECRETS):
        assert earshot("key", "secret", "deployment").returncode == 0

    refused = earshot("key", "secret", "deployment")

    assert refused.returncode != 0
    assert "--remove-old" in refused.stderr
    assert len(_secrets(stack, "deployment")) == MAX_SECRETS
