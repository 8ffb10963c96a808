"""Slots: which may launch, cooldowns, idle timeouts."""

from __future__ import annotations

import pytest

from earshot_contract.keys import slot_pk
from earshot_contract.timeouts import SPARE_IDLE_SECONDS
from earshot_contract.worker_kinds import WorkerKind
from functions.workers import slots
from functions.workers.slots import Slot

FREE, SPARE = Slot("SLOT#002", "c", 99), Slot("SLOT#003")
LEASED = Slot("SLOT#000", "a", 200, launch=180)
COOLING = Slot("SLOT#001", "b", 101, failures=1, cooling="v1")
COOLED = Slot("SLOT#001", "b", 99, failures=1, cooling="v1")
TRIED_AGAIN = Slot("SLOT#001", "b", 900, failures=1, launch=900)
RUNS_AFTER_FAILURE = Slot("SLOT#001", "b", 200, failures=1, launch=190)


@pytest.mark.parametrize(
    ("all_slots", "version", "expected"),
    [
        ([LEASED, FREE, SPARE], "v1", [FREE, SPARE]),
        ([LEASED], "v1", []),
        ([COOLING, FREE, SPARE], "v1", []),  # no capacity for one is no capacity for another
        ([COOLING, FREE, SPARE], "v2", [COOLING, FREE, SPARE]),  # another image
        ([FREE, COOLED, SPARE], "v1", [COOLED]),  # a broken image buys one instance at a time
        ([FREE, TRIED_AGAIN, SPARE], "v1", []),
        ([FREE, RUNS_AFTER_FAILURE, SPARE], "v1", [FREE, SPARE]),
    ],
)
def test_free_slots_may_launch_unless_one_cools_down(all_slots: list[Slot], version: str, expected: list[Slot]) -> None:
    assert slots.launchable(all_slots, now=100, version=version) == expected


def test_cooldown_doubles_up_to_30_minutes() -> None:
    assert [slots.cooldown_seconds(n) for n in (1, 2, 3, 4, 5, 6, 50)] == [60, 120, 240, 480, 960, 1800, 1800]


@pytest.mark.parametrize(
    ("slot", "kind", "first", "seconds"),
    [
        (slot_pk(0), WorkerKind.TASK, 180, 180),
        (slot_pk(1), WorkerKind.TASK, 180, SPARE_IDLE_SECONDS),
        (slot_pk(1), WorkerKind.TASK, 5, 5),
        (slot_pk(0, WorkerKind.QUICK), WorkerKind.QUICK, 180, slots.QUICK_IDLE_SECONDS),
    ],
)
def test_idle_timeout_is_long_for_the_first_task_only(slot: str, kind: WorkerKind, first: int, seconds: int) -> None:
    assert slots.idle_timeout(slot, kind, first) == seconds
