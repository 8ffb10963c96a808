"""Worker slots: items of the table that stand for the right to run one worker.

`lease` names the owner, `until` (epoch seconds) the end of the lease or of a cooldown. The worker renews its lease by
writing `until` under the condition that `lease` is unchanged. `launch` is the `until` of a launch: as long as both are
equal the worker has not started. `execution` names the execution of the worker machine that has the slot, and
`cooling` the worker's version whose launch failed.
"""

from __future__ import annotations

import time
import uuid

from earshot_contract.keys import SHARD_STATS_PK, slot_pk
from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS, SLOT_TTL_SECONDS
from functions.aws import dynamodb
from functions.aws.dynamodb import attribute
from functions.settings import settings
from functions.workers.scaling import Slot, cooldown_seconds


def read(count: int) -> list[Slot]:
    """Return slots 0 … count-1; a slot that was never claimed is free."""
    return [_read(slot_pk(index)) for index in range(count)]


def claim(slot: str, execution: str | None = None) -> str | None:
    """Take a free slot; return the lease, or None when another claim was first.

    `failures` stays as it is: `release`, at the end of a worker that ran, resets it.

    Args:
        slot: partition key of the slot.
        execution: name of the execution that has the slot from now on; None: it will be named after the lease.
    """
    now, lease = int(time.time()), uuid.uuid4().hex
    other_version = attribute("cooling").exists() & attribute("cooling").ne(settings().worker_version)
    free = attribute("pk").not_exists() | attribute("until").lt(now) | other_version
    changes = {"lease": lease, "execution": execution or lease, "cooling": None, **_launch_lease(now)}
    return lease if dynamodb.update(slot, changes, free) else None


def keep(slot: str, lease: str) -> bool:
    """Extend the lease for another launch; return False when it had been lost."""
    return dynamodb.update(slot, _launch_lease(int(time.time())), attribute("lease").eq(lease)) is not None


def has_started(slot: str, lease: str) -> bool:
    """Return whether the worker of this lease has renewed it, and still has the slot."""
    item = dynamodb.get(slot) or {}
    return item.get("lease") == lease and item.get("until") != item.get("launch")


def release(slot: str, lease: str) -> bool:
    """Free the slot; return False when the lease had been lost."""
    return dynamodb.remove(slot, attribute("lease").eq(lease))


def start_cooldown(slot: str, lease: str) -> int:
    """Keep the slot from launching for a while, longer with each failure in a row.

    Returns:
        Seconds of the cooldown; 0 when the lease had been lost.
    """
    failures = _read(slot).failures + 1
    seconds = cooldown_seconds(failures)
    changes = {
        "until": int(time.time()) + seconds,
        "failures": failures,
        "cooling": settings().worker_version,
        "execution": None,
    }
    return seconds if dynamodb.update(slot, changes, attribute("lease").eq(lease)) else 0


def shard_seconds() -> float | None:
    """Return the mean length of recent shards in seconds of audio; None before the first."""
    item = dynamodb.get(SHARD_STATS_PK)
    return float(item["shard_seconds"]) if item else None


def save_shard_seconds(seconds: float) -> None:
    """Write the mean length of recent shards, unconditionally.

    If two scalers write at once one observation is lost, which a mean tolerates.
    """
    always = attribute("pk").exists() | attribute("pk").not_exists()
    dynamodb.update(SHARD_STATS_PK, {"shard_seconds": round(seconds, 3)}, always)


def _read(pk: str) -> Slot:
    item = dynamodb.get(pk) or {}
    return Slot(
        pk,
        item.get("lease"),
        item.get("until", 0),
        item.get("failures", 0),
        execution=item.get("execution"),
        cooling=item.get("cooling"),
    )


def _launch_lease(now: int) -> dict[str, int]:
    until = now + LAUNCH_LEASE_SECONDS
    return {"until": until, "launch": until, "ttl": now + SLOT_TTL_SECONDS}
