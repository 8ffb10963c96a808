"""Slots: the right to run one worker. `lease` names who has it, `until` (epoch seconds) how long; its worker
renews both by writing `until` under the condition that `lease` is still its own."""

from __future__ import annotations

import time
import uuid

from boto3.dynamodb.conditions import Attr

from earshot_contract.keys import slot_pk
from functions.aws import dynamodb
from functions.workers.scaling import LAUNCH_LEASE_SECONDS, Slot, cooldown_seconds

SHARD_STATS_PK = "PACE"  # the item that remembers how long recent shards were


def read(count: int) -> list[Slot]:
    """Slots 0 … count-1; one that was never claimed is free since ever."""
    return [_read(slot_pk(n)) for n in range(count)]


def claim(slot: str) -> str | None:
    """Take a free slot; the lease, or None when someone else was first.

    `failures` stays from before: only a worker that really ran wipes it out (see `release`).
    """
    now, lease = int(time.time()), uuid.uuid4().hex
    free = Attr("pk").not_exists() | Attr("until").lt(now)
    taken = dynamodb.update(slot, {"lease": lease, "until": now + LAUNCH_LEASE_SECONDS, "ttl": now + 86400}, free)
    return lease if taken else None


def release(slot: str, lease: str) -> bool:
    """Give the slot back; False when the lease had been lost."""
    return dynamodb.remove(slot, Attr("lease").eq(lease))


def start_cooldown(slot: str, lease: str) -> int:
    """Shut the slot for a while, longer with each failure in a row; the seconds, 0 when the lease was lost."""
    failures = _read(slot).failures + 1
    shut = dynamodb.update(
        slot, {"until": int(time.time()) + cooldown_seconds(failures), "failures": failures}, Attr("lease").eq(lease)
    )
    return cooldown_seconds(failures) if shut else 0


def shard_seconds() -> float | None:
    """Seconds of audio in a typical recent shard; None before the first."""
    item = dynamodb.get(SHARD_STATS_PK)
    return float(item["shard_seconds"]) if item else None


def save_shard_seconds(seconds: float) -> None:
    """Two scalers writing at once lose one observation of many: no condition needed beyond existence."""
    always = Attr("pk").exists() | Attr("pk").not_exists()
    dynamodb.update(SHARD_STATS_PK, {"shard_seconds": round(seconds, 3)}, always)


def _read(pk: str) -> Slot:
    item = dynamodb.get(pk) or {}
    return Slot(pk, item.get("lease"), item.get("until", 0), item.get("failures", 0))
