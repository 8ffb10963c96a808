"""The slot lease on moto's DynamoDB."""

from __future__ import annotations

import time
from typing import Any

import pytest

from earshot_contract.timeouts import SLOT_LEASE_SECONDS
from transcriber.worker.slot_lease import LeaseLost, SlotLease


def put_slot(account: Any, lease: str) -> None:
    account.clients.dynamodb.put_item(
        TableName="table",
        Item={"pk": {"S": "SLOT#000"}, "lease": {"S": lease}, "until": {"N": "1"}, "failures": {"N": "2"}},
    )


def slot(account: Any) -> dict[str, Any]:
    return account.clients.dynamodb.get_item(TableName="table", Key={"pk": {"S": "SLOT#000"}})["Item"]


def test_renew_extends_lease_and_keeps_other_attributes(account: Any) -> None:
    put_slot(account, "mine")

    SlotLease(account.clients.dynamodb, "table", "SLOT#000", "mine").renew()

    item = slot(account)
    assert int(item["until"]["N"]) == pytest.approx(time.time() + SLOT_LEASE_SECONDS, abs=60)
    assert int(item["ttl"]["N"]) > time.time() + SLOT_LEASE_SECONDS  # the table must keep a slot in use
    assert (item["lease"]["S"], item["failures"]["N"]) == ("mine", "2")


@pytest.mark.parametrize("other_lease", ["theirs", None])
def test_renew_of_foreign_lease_raises_lease_lost(account: Any, other_lease: str | None) -> None:
    if other_lease:
        put_slot(account, other_lease)

    with pytest.raises(LeaseLost):
        SlotLease(account.clients.dynamodb, "table", "SLOT#000", "mine").renew()

    if other_lease:
        assert slot(account)["until"]["N"] == "1"


def test_renew_writes_what_the_worker_measured(account: Any) -> None:
    put_slot(account, "mine")
    lease = SlotLease(account.clients.dynamodb, "table", "SLOT#000", "mine")
    assert lease.renew({"audio_seconds": 12.5, "cold": True}) is None, "the item does not say when it was launched"
    item = slot(account)
    assert (item["audio_seconds"]["N"], item["cold"]["BOOL"]) == ("12.5", True)
