"""Worker slots: items of the table that stand for the right to run one worker.

`lease` names the owner, `until` (epoch seconds) the end of the lease or of a cooldown. The worker renews its lease by
writing `until` under the condition that `lease` is unchanged. `launch` is the `until` of a launch: as long as both are
equal the worker has not started. `execution` names the execution of the worker machine that has the slot, and
`cooling` the worker's version whose launch failed. With its renewals the worker writes what it measures: `ready`,
`cold`, `audio_seconds` and `busy_seconds`.
"""

from __future__ import annotations

import time
import uuid

from earshot_contract.keys import FLEET_PK, slot_pk
from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS, SLOT_TTL_SECONDS
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute
from functions.settings import settings
from functions.workers.measures import Measures
from functions.workers.slots import Slot, cooldown_seconds

# Attributes that a worker writes with its renewals. A launch and a release remove them.
_MEASURED = ("ready", "cold", "audio_seconds", "busy_seconds")


def read(count: int, kind: WorkerKind = WorkerKind.TASK) -> list[Slot]:
    """Return slots 0 … count-1 of a kind; a slot that was never claimed is free."""
    pks = [slot_pk(index, kind) for index in range(count)]
    items = dynamodb.get_all(pks)
    return [_slot(pk, items.get(pk, {})) for pk in pks]


def find(slot: str) -> Slot:
    """Return one slot."""
    return _slot(slot, dynamodb.get(slot) or {})


def claim(slot: str, execution: str | None = None, queues: WorkerQueues = WorkerQueues.ALL) -> str | None:
    """Take a free slot; return the lease, or None when another claim was first.

    `failures` stays as it is: `release`, at the end of a worker that ran, resets it.

    Args:
        slot: partition key of the slot.
        execution: name of the execution that has the slot from now on; None: it will be named after the lease.
        queues: the queues that the worker will receive from.
    """
    now, lease = int(time.time()), uuid.uuid4().hex
    other_version = attribute("cooling").exists() & attribute("cooling").ne(settings().worker_version)
    free = attribute("pk").not_exists() | attribute("until").lt(now) | other_version
    changes = {
        "lease": lease,
        "execution": execution or lease,
        "cooling": None,
        "queues": queues.value,
        **dict.fromkeys(_MEASURED),
        **_launch_lease(now),
    }
    return lease if dynamodb.update(slot, changes, free) else None


def keep(slot: str, lease: str) -> bool:
    """Extend the lease for another launch; return False when it had been lost."""
    changes = {**dict.fromkeys(_MEASURED), **_launch_lease(int(time.time()))}
    return dynamodb.update(slot, changes, attribute("lease").eq(lease)) is not None


def replace_dead(slot: str, lease: str, execution: str | None) -> str | None:
    """Take the slot again for a worker that died at work, as `claim` takes a free one; the queues stay the same.

    Returns:
        The next lease. None: the lease had been lost, the worker was never ready, or it is the second in a row that
        died before it had transcribed anything. Such a slot cools down.
    """
    failures = _failures_after_death(slot)
    if failures is None:
        return None
    renewed = uuid.uuid4().hex
    changes = {
        "lease": renewed,
        "execution": execution or renewed,
        "failures": failures or None,
        **dict.fromkeys(_MEASURED),
        **_launch_lease(int(time.time())),
    }
    return renewed if dynamodb.update(slot, changes, attribute("lease").eq(lease)) else None


def free_dead(slot: str, lease: str) -> bool:
    """Free the slot of a worker that died at work: no launch has failed, so it does not cool down.

    Returns:
        False, and nothing changed, where `replace_dead` would return None.
    """
    failures = _failures_after_death(slot)
    if failures is None:
        return False
    changes = {"until": 0, "lease": None, "execution": None, "failures": failures or None, **dict.fromkeys(_MEASURED)}
    return dynamodb.update(slot, changes, attribute("lease").eq(lease)) is not None


def _failures_after_death(slot: str) -> int | None:
    """Return the failures in a row of a slot whose worker has died; None: the slot has to cool down."""
    died = find(slot)
    failures = 0 if died.audio_seconds else died.failures + 1
    return None if died.ready is None or failures > 1 else failures


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
    failures = find(slot).failures + 1
    seconds = cooldown_seconds(failures)
    changes = {
        "until": int(time.time()) + seconds,
        "failures": failures,
        "cooling": settings().worker_version,
        "execution": None,
    }
    return seconds if dynamodb.update(slot, changes, attribute("lease").eq(lease)) else 0


def measures() -> Measures:
    """Return what the fleet has learnt so far."""
    return Measures.from_row(dynamodb.get(FLEET_PK) or {})


def save_measures(learnt: Measures) -> None:
    """Write what the fleet has learnt, unconditionally.

    If two functions write at once one observation is lost, which a moving average tolerates.
    """
    always = attribute("pk").exists() | attribute("pk").not_exists()
    dynamodb.update(FLEET_PK, learnt.to_row(), always)


def _slot(pk: str, item: dynamodb.Item) -> Slot:
    return Slot(
        pk,
        item.get("lease"),
        item.get("until", 0),
        item.get("failures", 0),
        execution=item.get("execution"),
        cooling=item.get("cooling"),
        launch=item.get("launch", 0),
        launched=item.get("launched"),
        ready=item.get("ready"),
        cold=item.get("cold", False),
        audio_seconds=item.get("audio_seconds", 0.0),
        busy_seconds=item.get("busy_seconds", 0.0),
        queues=WorkerQueues(item.get("queues", WorkerQueues.ALL)),
    )


def _launch_lease(now: int) -> dict[str, int]:
    until = now + LAUNCH_LEASE_SECONDS
    return {"until": until, "launch": until, "launched": now, "ttl": now + SLOT_TTL_SECONDS}
