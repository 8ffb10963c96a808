"""Slots are claimed by one, lost by lease, shut after failure."""

from __future__ import annotations

import time

import pytest

from earshot_contract.keys import slot_pk
from functions.aws import worker_slots
from functions.workers import scaling

pytestmark = pytest.mark.usefixtures("aws")
ZERO = slot_pk(0)


def test_of_many_only_one_claims() -> None:
    # One after the other: moto itself loses races. The burst of the pipeline's tests claims at once.
    leases = [worker_slots.claim(ZERO) for _ in range(5)]
    assert len([lease for lease in leases if lease]) == 1
    assert scaling.free_slots(worker_slots.read(2), 2, time.time()) == [scaling.Slot(slot_pk(1))]


def test_a_lease_that_ran_out_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first = worker_slots.claim(ZERO)
    later = time.time() + scaling.LAUNCH_LEASE_SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    second = worker_slots.claim(ZERO)
    assert first
    assert second
    assert not worker_slots.release(ZERO, first)
    assert worker_slots.release(ZERO, second)
    assert worker_slots.claim(ZERO)


def test_a_slot_cools_longer_each_time_and_a_run_forgives(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    shut = []
    for _ in range(6):
        lease = worker_slots.claim(ZERO)
        assert lease, "a cooled slot opens again"
        shut.append(worker_slots.start_cooldown(ZERO, lease))
        assert worker_slots.claim(ZERO) is None, "a cooling slot stays shut"
        now += shut[-1] + 1
    assert shut == [60, 120, 240, 480, 900, 900]
    lease = worker_slots.claim(ZERO)
    assert lease
    worker_slots.release(ZERO, lease)
    assert worker_slots.read(1)[0].failures == 0


def test_a_lost_lease_cannot_cool_its_heir() -> None:
    assert worker_slots.claim(ZERO)
    assert worker_slots.start_cooldown(ZERO, "of somebody else") == 0
    assert worker_slots.read(1)[0].failures == 0


def test_the_typical_shard_is_remembered() -> None:
    assert worker_slots.shard_seconds() is None
    worker_slots.save_shard_seconds(30.0)
    worker_slots.save_shard_seconds(31.5)
    assert worker_slots.shard_seconds() == 31.5
