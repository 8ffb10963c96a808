"""Worker slots: one owner at a time, a lease that ends, a cooldown after failures."""

from __future__ import annotations

import time

import pytest
from boto3.dynamodb.conditions import Attr

from earshot_contract.keys import slot_pk
from earshot_contract.timeouts import (
    LAUNCH_LEASE_SECONDS,
    ON_DEMAND_LAUNCH_SECONDS,
    SLOT_LEASE_SECONDS,
    SPOT_LAUNCH_SECONDS,
)
from earshot_contract.worker_kinds import WorkerQueues
from functions.aws.table import dynamodb, worker_slots
from functions.settings import settings
from functions.workers.measures import KindMeasures, Measures
from functions.workers.slots import Slot, launchable

pytestmark = pytest.mark.usefixtures("aws")
ZERO = slot_pk(0)


def test_concurrent_slot_claims_have_one_winner() -> None:
    # One after the other: moto itself loses races. The burst of the pipeline's tests claims at once.
    leases = [worker_slots.claim(ZERO) for _ in range(5)]
    assert len([lease for lease in leases if lease]) == 1
    assert launchable(worker_slots.read(2), time.time()) == [Slot(slot_pk(1))]


def test_slots_of_more_workers_than_a_batch_are_read() -> None:
    for slot in (0, 99, 100, 149):
        worker_slots.claim(slot_pk(slot))
    claimed = dynamodb.get_all([slot_pk(slot) for slot in range(150)])
    assert set(claimed) == {slot_pk(slot) for slot in (0, 99, 100, 149)}


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
    assert cooldowns == [60, 120, 240, 480, 960, 1800]
    lease = worker_slots.claim(ZERO)
    assert lease
    worker_slots.release(ZERO, lease)
    assert worker_slots.read(1)[0].failures == 0


def test_lost_lease_cannot_start_a_cooldown() -> None:
    assert worker_slots.claim(ZERO)
    assert worker_slots.start_cooldown(ZERO, "another lease") == 0
    assert worker_slots.read(1)[0].failures == 0


def test_measures_are_stored() -> None:
    assert worker_slots.measures() == Measures()
    learnt = Measures(fast_shard=12.5, longest=600.0, quick=KindMeasures(11.5, 9.25))
    worker_slots.save_measures(Measures(fast_shard=1.0))
    worker_slots.save_measures(learnt)
    assert worker_slots.measures() == learnt


def test_claim_removes_what_the_run_before_measured() -> None:
    lease = worker_slots.claim(ZERO, queues=WorkerQueues.FAST)
    assert lease
    measured = {"ready": 5, "cold": True, "audio_seconds": 60, "busy_seconds": 7}
    dynamodb.update(ZERO, {**measured, "until": 1}, Attr("lease").eq(lease))
    found = worker_slots.find(ZERO)
    assert (found.ready, found.cold, found.audio_seconds, found.queues) == (5, True, 60, WorkerQueues.FAST)
    assert worker_slots.claim(ZERO)
    found = worker_slots.find(ZERO)
    assert (found.ready, found.cold, found.audio_seconds, found.queues) == (None, False, 0.0, WorkerQueues.ALL)
    assert found.launched == pytest.approx(time.time(), abs=60)


def test_worker_has_started_once_it_renews_its_lease() -> None:
    lease = worker_slots.claim(ZERO)
    assert lease
    assert not worker_slots.has_started(ZERO, lease)
    dynamodb.update(ZERO, {"until": int(time.time()) + SLOT_LEASE_SECONDS}, Attr("lease").eq(lease))  # as a worker does
    assert worker_slots.has_started(ZERO, lease)
    assert not worker_slots.has_started(ZERO, "another lease")


def test_slot_kept_for_another_launch_awaits_its_worker_again() -> None:
    lease = worker_slots.claim(ZERO)
    assert lease
    dynamodb.update(ZERO, {"until": int(time.time()) + 5}, Attr("lease").eq(lease))  # a Spot instance was reclaimed
    assert worker_slots.keep(ZERO, lease)
    assert worker_slots.read(1)[0].until >= int(time.time()) + LAUNCH_LEASE_SECONDS - 1
    assert not worker_slots.has_started(ZERO, lease)
    assert not worker_slots.keep(ZERO, "another lease")


def test_another_version_of_the_worker_ends_a_cooldown(monkeypatch: pytest.MonkeyPatch) -> None:
    lease = worker_slots.claim(ZERO)
    assert lease
    worker_slots.start_cooldown(ZERO, lease)
    assert worker_slots.claim(ZERO) is None
    monkeypatch.setenv("WORKER_VERSION", "mended")
    settings.cache_clear()
    assert worker_slots.claim(ZERO)
    assert worker_slots.claim(ZERO) is None, "now the slot has a lease again"


def test_launch_deadlines_end_before_the_lease_of_a_launch() -> None:
    """A worker's renewal, which is SLOT_LEASE_SECONDS ahead, cannot look like the lease of its launch."""
    for deadline in (SPOT_LAUNCH_SECONDS, ON_DEMAND_LAUNCH_SECONDS):
        assert deadline + SLOT_LEASE_SECONDS < LAUNCH_LEASE_SECONDS
