"""API keys: stored as digests, found while they are valid, their use noted once an hour."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot_contract.credentials.api_keys import USED_SECONDS, ApiKey, Scope, key_id
from earshot_contract.keys import api_key_pk
from functions.aws.clients import client
from functions.aws.table import api_keys, dynamodb

pytestmark = pytest.mark.usefixtures("aws")
KEY = "a1b2c3d4e5" * 4


def item() -> dict[str, Any]:
    found = dynamodb.get(api_key_pk(KEY))
    assert found
    return found


def test_api_key_is_stored_as_digest_only() -> None:
    assert api_keys.find(KEY) is None
    assert api_keys.add(KEY, "laptop", Scope.READ)
    assert not api_keys.add(KEY, "other")
    key = api_keys.find(KEY)
    assert key is not None
    assert (key.name, key.scope, key.owner, key.id, key.prefix) == ("laptop", "read", key.id, key_id(KEY), KEY[:6])
    rows = json.dumps(client("dynamodb").scan(TableName="earshot")["Items"])
    assert KEY not in rows
    assert KEY[:7] not in rows


def test_item_of_an_earlier_version_is_a_write_key() -> None:
    dynamodb.add({"pk": api_key_pk(KEY), "name": "old", "created": "2026-01-01T00:00:00.000Z"})

    key = api_keys.find(KEY)

    assert key is not None
    assert (key.scope, key.owner) == (Scope.WRITE, key_id(KEY))


def test_unknown_scope_may_only_read() -> None:
    assert ApiKey.from_item({"pk": "KEY#ab", "name": "x", "scope": "everything"}).scope is Scope.READ


@pytest.mark.parametrize(("seconds", "known"), [(60, True), (-1, False)])
def test_key_is_known_until_it_expires(seconds: int, known: bool) -> None:
    api_keys.add(KEY, "guest", expires=int(time.time()) + seconds)

    assert (api_keys.find(KEY) is not None) == known


def test_use_is_written_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    api_keys.add(KEY, "laptop")
    writes: list[str] = []
    really = dynamodb.update
    monkeypatch.setattr(dynamodb, "update", lambda pk, *rest: writes.append(pk) or really(pk, *rest))
    first = time.time()

    for seconds in (0, 1, USED_SECONDS - 1, USED_SECONDS, USED_SECONDS + 1):
        monkeypatch.setattr(api_keys.time, "time", lambda now=first + seconds: now)
        assert api_keys.find(KEY) is not None

    assert len(writes) == 2
    assert item()["used"] == int(first) + USED_SECONDS


def test_failed_note_of_use_refuses_no_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    api_keys.add(KEY, "laptop")
    monkeypatch.setattr(dynamodb, "update", throttled)

    assert api_keys.find(KEY) is not None


def test_use_does_not_bring_a_revoked_key_back(monkeypatch: pytest.MonkeyPatch) -> None:
    api_keys.add(KEY, "laptop")
    read = dynamodb.get(api_key_pk(KEY))
    client("dynamodb").delete_item(TableName="earshot", Key={"pk": {"S": api_key_pk(KEY)}})
    with monkeypatch.context() as stale:
        stale.setattr(dynamodb, "get", lambda _: read)
        api_keys.find(KEY)

    assert client("dynamodb").scan(TableName="earshot")["Items"] == []
