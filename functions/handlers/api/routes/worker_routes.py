"""GET /v1/workers: whether a worker is awake, and how long a start takes."""

from __future__ import annotations

import time
from typing import Any

from earshot_contract.worker_kinds import WorkerKind
from functions.aws.table import worker_slots
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.jobs.job import timestamp
from functions.settings import settings
from functions.workers.fleet_state import FleetState, fleet_state


def show_workers(_: Request) -> Response:
    """Return the state of each kind of workers that the deployment has."""
    now, measures = time.time(), worker_slots.measures()
    counts = {WorkerKind.TASK: settings().max_workers, WorkerKind.QUICK: settings().quick_workers}
    states = [
        fleet_state(kind, worker_slots.read(count, kind), measures, now) for kind, count in counts.items() if count
    ]
    return json_response({"workers": [_shown(state) for state in states]})


def _shown(state: FleetState) -> dict[str, Any]:
    """Return a state as shown to callers; unknown values are left out."""
    document = {
        "kind": state.kind,
        "running": state.running,
        "starting": state.starting,
        "most": state.max_workers,
        "usual_start_seconds": state.usual_start_seconds,
        "start_is_measured": state.start_is_measured,
        "starting_since": None if state.starting_since is None else timestamp(state.starting_since),
        "retried_at": None if state.retried_at is None else timestamp(state.retried_at),
    }
    return {name: value for name, value in document.items() if value is not None}
