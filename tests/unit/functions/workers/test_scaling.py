"""Number of workers for a backlog, free slots, cooldowns."""

from __future__ import annotations

import pytest

from earshot_contract.keys import slot_pk
from functions.workers import scaling
from functions.workers.scaling import Slot


@pytest.mark.parametrize(
    ("seconds", "workers"), [(0.0, 0), (0.5, 1), (12_000.0, 1), (12_001.0, 2), (36_000.0, 3), (1e9, 4)]
)
def test_worker_count_follows_backlog_up_to_the_limit(seconds: float, workers: int) -> None:
    assert scaling.worker_count(seconds, speed=40.0, drain_seconds=300.0, max_workers=4) == workers


def test_backlog_adds_queued_and_incoming_seconds() -> None:
    assert scaling.backlog(10, 30.0, 5.0) == 305.0
    assert scaling.backlog(0, 30.0, 0.0) == 0.0


def test_mean_shard_length_approaches_new_values() -> None:
    mean = scaling.mean_shard_seconds(None, 10.0, 1)
    assert mean == 10.0
    for _ in range(50):
        mean = scaling.mean_shard_seconds(mean, 3600.0, 1)
    assert mean == pytest.approx(3600.0, rel=0.01)


def test_mean_of_multichannel_jobs_is_that_of_one_shard() -> None:
    assert scaling.mean_shard_seconds(None, 80.0, 8) == 10.0
    one_by_one = 100.0
    for _ in range(8):
        one_by_one = scaling.mean_shard_seconds(one_by_one, 10.0, 1)
    assert scaling.mean_shard_seconds(100.0, 80.0, 8) == pytest.approx(one_by_one)


def test_only_free_slots_among_the_first_count_launch() -> None:
    leased, cooling, free = Slot("SLOT#000", "a", 200), Slot("SLOT#001", "b", 101, 3), Slot("SLOT#002", "c", 99)
    spare = Slot("SLOT#003")
    assert scaling.free_slots([leased, cooling, free, spare], 3, now=100) == [free]
    assert scaling.free_slots([leased, cooling, free, spare], 4, now=100) == [free, spare]
    assert scaling.free_slots([leased], 0, now=1000) == []


def test_cooldown_doubles_up_to_30_minutes() -> None:
    assert [scaling.cooldown_seconds(n) for n in (1, 2, 3, 4, 5, 6, 50)] == [60, 120, 240, 480, 960, 1800, 1800]


def test_launches_that_keep_failing_are_tried_in_one_slot() -> None:
    """A broken image would otherwise buy an instance for every slot, again and again."""
    failing, spare = Slot("SLOT#000", "a", 99, failures=2, cooling="v1"), Slot("SLOT#001")
    assert scaling.free_slots([failing, spare], 2, now=100, version="v1") == [failing]
    assert scaling.free_slots([failing, spare], 2, now=98, version="v1") == []
    assert scaling.free_slots([failing, spare], 2, now=98, version="v2") == [failing, spare], "another image"
    once = Slot("SLOT#000", "a", 200, failures=1, cooling="v1")
    assert scaling.free_slots([once, spare], 2, now=100, version="v1") == [spare]


def test_idle_timeout_is_long_for_the_first_slot_only() -> None:
    assert scaling.idle_timeout(slot_pk(0), 180) == 180
    assert scaling.idle_timeout(slot_pk(1), 180) == scaling.SPARE_IDLE_SECONDS
    assert scaling.idle_timeout(slot_pk(1), 5) == 5
