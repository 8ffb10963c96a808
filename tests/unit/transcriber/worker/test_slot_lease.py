"""A slot's lease in the table."""

from __future__ import annotations

import time
from typing import Any

import pytest

from transcriber.worker.slot_lease import LEASE_SECONDS, Lease, LeaseLost


def put_slot(account: Any, lease: str) -> None:
    account.clients.dynamodb.put_item(
        TableName="table",
        Item={"pk": {"S": "SLOT#000"}, "lease": {"S": lease}, "until": {"N": "1"}, "failures": {"N": "2"}},
    )


def slot(account: Any) -> dict[str, Any]:
    return account.clients.dynamodb.get_item(TableName="table", Key={"pk": {"S": "SLOT#000"}})["Item"]


def test_renewing_keeps_the_slot_for_a_while_and_changes_nothing_else(account: Any) -> None:
    put_slot(account, "mine")

    Lease(account.clients.dynamodb, "table", "SLOT#000", "mine").renew()

    item = slot(account)
    assert int(item["until"]["N"]) == pytest.approx(time.time() + LEASE_SECONDS, abs=5)
    assert int(item["ttl"]["N"]) > time.time() + LEASE_SECONDS  # the table must not forget a slot in use
    assert (item["lease"]["S"], item["failures"]["N"]) == ("mine", "2")


@pytest.mark.parametrize("theirs", ["theirs", None])
def test_another_workers_slot_is_left_alone(account: Any, theirs: str | None) -> None:
    if theirs:
        put_slot(account, theirs)

    with pytest.raises(LeaseLost):
        Lease(account.clients.dynamodb, "table", "SLOT#000", "mine").renew()

    if theirs:
        assert slot(account)["until"]["N"] == "1"
