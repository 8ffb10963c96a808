"""The answer of GET /v1/workers about a fleet."""

from __future__ import annotations

import pytest

from earshot_contract.timeouts import LAUNCH_LEASE_SECONDS, WORKER_START_SECONDS
from earshot_contract.worker_kinds import WorkerKind
from functions.workers.fleet_state import FleetState, fleet_state
from functions.workers.measures import KindMeasures, Measures
from functions.workers.slots import Slot

NOW = 1_000_000
FREE = Slot("SLOT#0")
STARTING = Slot("SLOT#1", "l", NOW + 800, launch=NOW + 800, launched=NOW - 48)
LATER = Slot("SLOT#2", "l", NOW + 890, launch=NOW + 890, launched=NOW - 10)
RUNNING = Slot("SLOT#3", "l", NOW + 100, launch=NOW + 60, launched=NOW - 300)
LAPSED = Slot("SLOT#4", "l", NOW - 1, launch=NOW - 1, launched=NOW - LAUNCH_LEASE_SECONDS)
COOLING = Slot("SLOT#5", "l", NOW + 60, failures=1, cooling="v1", launch=NOW + 700)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([FREE, LAPSED], {"running": 0, "starting": 0, "max_workers": 2}),
        ([STARTING, LATER, FREE], {"running": 0, "starting": 2, "max_workers": 3, "starting_since": NOW - 48}),
        ([RUNNING, FREE], {"running": 1, "starting": 0, "max_workers": 2}),
        ([COOLING], {"running": 0, "starting": 0, "max_workers": 1, "retried_at": NOW + 60}),
    ],
)
def test_fleet_state_counts_slots(slots, expected):
    estimate = {"usual_start_seconds": WORKER_START_SECONDS, "start_is_measured": False}

    assert fleet_state(WorkerKind.TASK, slots, Measures(), NOW) == FleetState(WorkerKind.TASK, **estimate, **expected)


def test_usual_start_is_the_measured_one_once_there_is_one():
    measures = Measures(task=KindMeasures(start=101.234))

    state = fleet_state(WorkerKind.TASK, [FREE], measures, NOW)

    assert (state.usual_start_seconds, state.start_is_measured) == (101.2, True)
