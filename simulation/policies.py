"""Policies that are compared: the deployed one whole, with one kind of worker only, and the one that it replaced."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.workers.fleet import Fleet
from functions.workers.policy import Backlog
from functions.workers.slots import Slot

Launch = tuple[Slot, WorkerKind, WorkerQueues]
Policy = Callable[[Fleet, Backlog], Sequence[Launch]]


def chosen(fleet: Fleet, backlog: Backlog) -> Sequence[Launch]:
    """Launch what Scale launches."""
    return fleet.launches(backlog)


def gpu_only(fleet: Fleet, backlog: Backlog) -> Sequence[Launch]:
    """Launch what Scale launches with `quick_workers=0`."""
    return replace(fleet, quick=[]).launches(backlog)


def quick_only(fleet: Fleet, backlog: Backlog) -> Sequence[Launch]:
    """Launch quick workers alone."""
    return replace(fleet, tasks=[]).launches(backlog)


def backlog_rule(fleet: Fleet, backlog: Backlog) -> Sequence[Launch]:
    """Launch what Scale launched before: tasks for the backlog, by a speed and a target that were settings.

    A slot in cooldown was not replaced by a later one; after a second failure the first slot alone was tried.
    """
    seconds = backlog.fast_seconds + backlog.bulk_seconds
    count = min(fleet.limits.max_workers, math.ceil(seconds / (fleet.limits.speed * 300)))
    slots = fleet.tasks[:1] if fleet.tasks[0].failures > 1 else fleet.tasks[:count]
    free = [slot for slot in slots[:count] if slot.until < fleet.now]
    return [(slot, WorkerKind.TASK, WorkerQueues.ALL) for slot in free]


POLICIES: dict[str, Policy] = {
    "before": backlog_rule,
    "GPU only": gpu_only,
    "quick only": quick_only,
    "chosen": chosen,
}
WITH_QUICK = ("quick only", "chosen")  # those that launch quick workers
