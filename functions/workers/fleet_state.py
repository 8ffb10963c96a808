"""State of the workers of one kind, for people who wait for one. Pure, over epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earshot_contract.worker_kinds import WorkerKind
from functions.workers.measures import Measures
from functions.workers.slots import Slot


@dataclass(frozen=True)
class FleetState:
    """Workers of a kind that run and that start, and the time of a start."""

    kind: WorkerKind
    running: int  # workers that have renewed their lease: they work, or load their model
    starting: int
    max_workers: int  # that may run at the same time
    usual_start_seconds: float  # from the launch to the first shard
    start_is_measured: bool  # False: the seconds are an estimate
    starting_since: float | None = None  # epoch seconds of the earliest launch that has not begun
    retried_at: float | None = None  # epoch seconds before which a launch that failed is not tried again


def fleet_state(kind: WorkerKind, slots: Sequence[Slot], measures: Measures, now: float) -> FleetState:
    """Return the state of a kind of workers.

    Args:
        kind: kind of the workers.
        slots: all slots of the kind.
        measures: what the fleet has learnt.
        now: epoch seconds.
    """
    leased = [slot for slot in slots if slot.until >= now]
    launches = [slot for slot in leased if slot.cooling is None]
    starting = [slot for slot in launches if not slot.has_started()]
    measures = measures.with_running(kind, [slot for slot in launches if slot.has_started()])
    return FleetState(
        kind=kind,
        running=len(launches) - len(starting),
        starting=len(starting),
        max_workers=len(slots),
        usual_start_seconds=round(measures.start(kind), 1),
        start_is_measured=measures.of(kind).start is not None,
        starting_since=min((now - slot.age(now) for slot in starting), default=None),
        retried_at=min((float(slot.until) for slot in leased if slot.cooling is not None), default=None),
    )
