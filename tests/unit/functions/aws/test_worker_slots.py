"""Worker slots: one owner at a time, a lease that ends, a cooldown after failures."""

from __future__ import annotations

import time

import pytest

from earshot_contract.keys import slot_pk
from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS
from functions.aws import worker_slots
from functions.workers import scaling

pytestmark = pytest.mark.usefixtures("aws")
ZERO = slot_pk(0)


def test_concurrent_slot_claims_have_one_winner() -> None:
    # One after the other: moto itself loses races. The burst of the pipeline's tests claims at once.
    leases = [worker_slots.claim(ZERO) for _ in range(5)]
    assert len([lease for lease in leases if lease]) == 1
    assert scaling.free_slots(worker_slots.read(2), 2, time.time()) == [scaling.Slot(slot_pk(1))]


def test_expired_lease_is_claimed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first = worker_slots.claim(ZERO)
    later = time.time() + LAUNCH_LEASE_SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    second = worker_slots.claim(ZERO)
    assert first
    assert second
    assert not worker_slots.release(ZERO, first)
    assert worker_slots.release(ZERO, second)
    assert worker_slots.claim(ZERO)


def test_slot_cooldown_doubles_and_resets_after_success(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    cooldowns = []
    for _ in range(6):
        lease = worker_slots.claim(ZERO)
        assert lease, "a slot is free after its cooldown"
        cooldowns.append(worker_slots.start_cooldown(ZERO, lease))
        assert worker_slots.claim(ZERO) is None, "a slot in cooldown cannot be claimed"
        now += cooldowns[-1] + 1
    assert cooldowns == [60, 120, 240, 480, 900, 900]
    lease = worker_slots.claim(ZERO)
    assert lease
    worker_slots.release(ZERO, lease)
    assert worker_slots.read(1)[0].failures == 0


def test_lost_lease_cannot_start_a_cooldown() -> None:
    assert worker_slots.claim(ZERO)
    assert worker_slots.start_cooldown(ZERO, "another lease") == 0
    assert worker_slots.read(1)[0].failures == 0


def test_mean_shard_length_is_stored() -> None:
    assert worker_slots.shard_seconds() is None
    worker_slots.save_shard_seconds(30.0)
    worker_slots.save_shard_seconds(31.5)
    assert worker_slots.shard_seconds() == 31.5
