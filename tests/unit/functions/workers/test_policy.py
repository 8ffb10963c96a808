"""Policy: how many workers of which kind, and for which queues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earshot_contract.worker_kinds import WorkerKind, WorkerQueues
from functions.workers import policy
from functions.workers.policy import Backlog, Launches, Offer, Working
from tests.fixtures.rows import each_row

TASK = Offer(WorkerKind.TASK, speed=60.0, start=180.0, usd_hour=0.805, free=4, idle=20.0)
QUICK = Offer(WorkerKind.QUICK, speed=12.0, start=12.0, usd_hour=0.6, free=10, idle=2.0)
NO_TASK, NO_QUICK = replace(TASK, free=0), replace(QUICK, free=0)
GPU, CALLERS_ONLY = Working(WorkerKind.TASK), Working(WorkerKind.QUICK, queues=WorkerQueues.FAST)
CLIP = Backlog(fast_seconds=10.0, fast_shards=1)
BULK_CLIP = Backlog(bulk_seconds=60.0, bulk_shards=1, longest=60.0)
THOUSAND = Backlog(bulk_seconds=600_000.0, bulk_shards=1000, longest=600.0)
TEN_HOURS = Backlog(bulk_seconds=36_000.0, bulk_shards=60, longest=600.0)
ONE_LONG = Backlog(bulk_seconds=36_000.0, bulk_shards=1, longest=36_000.0)


@each_row(
    ("backlog", "workers", "task", "quick", "expected"),
    [
        (Backlog(), [], TASK, QUICK, Launches()),
        # A caller: a quick worker is there in time; a GPU that runs receives callers' clips first.
        (CLIP, [], TASK, QUICK, Launches(quick_fast=1)),
        (CLIP, [GPU], TASK, QUICK, Launches()),
        (CLIP, [Working(WorkerKind.TASK, 150.0)], TASK, QUICK, Launches(quick_fast=1)),
        (CLIP, [CALLERS_ONLY], TASK, QUICK, Launches()),
        (CLIP, [], TASK, NO_QUICK, Launches(tasks=1)),
        (CLIP, [], NO_TASK, NO_QUICK, Launches()),
        # A lone bulk clip does not pay for a GPU's start.
        (BULK_CLIP, [], TASK, QUICK, Launches(quick_all=1)),
        (BULK_CLIP, [CALLERS_ONLY], TASK, QUICK, Launches(quick_all=1)),
        (BULK_CLIP, [GPU], TASK, QUICK, Launches()),
        (BULK_CLIP, [], TASK, NO_QUICK, Launches(tasks=1)),
        # A shard that does not fit into 15 minutes needs a task.
        (ONE_LONG, [], TASK, QUICK, Launches(tasks=1)),
        (ONE_LONG, [], NO_TASK, QUICK, Launches()),
        # No capacity: the quick workers do it all.
        (THOUSAND, [], NO_TASK, QUICK, Launches(quick_all=10)),
        # Of a thousand files at once the first decides no more than itself; and what is under way is not bought twice.
        (THOUSAND, [Working(WorkerKind.TASK, 175.0, age=5.0)], TASK, QUICK, Launches()),
        (BULK_CLIP, [Working(WorkerKind.QUICK, age=60.0)], TASK, QUICK, Launches()),
        # Callers in front of a bulk load.
        (replace(THOUSAND, fast_seconds=10.0, fast_shards=1), [GPU] * 4, NO_TASK, NO_QUICK, Launches()),
    ],
)
def test_backlog_gets_the_launches_that_pay(
    backlog: Backlog, workers: list[Working], task: Offer, quick: Offer, expected: Launches
) -> None:
    assert policy.decide(backlog, workers, task, quick, drain_seconds=300.0) == expected


def test_backlog_done_in_time_is_done_by_the_cheapest_way() -> None:
    eight = policy.decide(TEN_HOURS, [], replace(TASK, free=8), NO_QUICK, 300.0)
    assert eight == Launches(tasks=5), "five end in 300 s; eight would, too, and cost three starts more"
    assert policy.decide(TEN_HOURS, [], TASK, NO_QUICK, 3600.0) == Launches(tasks=1)


def test_late_backlog_is_left_to_tasks_where_there_are_any() -> None:
    assert policy.decide(THOUSAND, [], TASK, replace(QUICK, free=40), 300.0) == Launches(tasks=4)


@each_row("ready", [0.0, 120.0, 180.0])  # works, starts, has just been launched
@each_row("left", [1.0, 0.5, 0.2, 0.1])  # of the backlog
def test_quick_workers_with_tasks_stay_within_the_stretch(ready: float, left: float) -> None:
    """Each minute decides anew; what an earlier one spent to end sooner is no reason to spend more."""
    backlog = replace(THOUSAND, bulk_seconds=THOUSAND.bulk_seconds * left, bulk_shards=round(1000 * left))
    tasks = [Working(WorkerKind.TASK, ready, age=60.0)] * 4
    launches = policy.decide(backlog, tasks, NO_TASK, replace(QUICK, free=40), 300.0)
    ends = ready + backlog.bulk_seconds / (4 * TASK.speed)
    alone, together = ((seconds + TASK.idle) * 4 * TASK.usd_hour / 3600 for seconds in (ends, 300.0))
    assert launches.quick_all * 290 * QUICK.usd_hour / 3600 + min(alone, together) <= policy.BULK_STRETCH * alone


def test_ten_hours_are_done_in_time_for_a_premium() -> None:
    cold = policy.decide(TEN_HOURS, [], replace(TASK, free=8), replace(QUICK, free=40), 240.0)
    assert cold.quick_all, "eight GPUs would end in 255 s"
    ten_times = replace(TEN_HOURS, bulk_seconds=360_000.0, bulk_shards=600)
    assert policy.decide(ten_times, [], replace(TASK, free=8), replace(QUICK, free=100), 240.0).quick_all == 0


def test_capacity_that_does_not_come_is_replaced_for_bulk_too() -> None:
    late = [Working(WorkerKind.TASK, policy.ready_in(400.0, TASK.start), age=400.0)] * 4
    assert policy.decide(THOUSAND, late, NO_TASK, QUICK, 300.0).quick_all


def test_burst_of_callers_pays_at_most_twice_the_cheapest() -> None:
    launches = policy.decide(Backlog(2000.0, 200), [], TASK, replace(QUICK, free=40), 300.0)
    one = 12 + 2000 / 12
    assert 2 <= launches.quick_fast <= 2 * one / 12
    assert launches.tasks == 0


def test_more_workers_than_shards_are_never_launched() -> None:
    assert policy.decide(Backlog(600.0, 2), [], TASK, QUICK, 300.0).quick_fast <= 2


def test_measured_speed_changes_the_choice() -> None:
    hour = Backlog(bulk_seconds=3600.0, bulk_shards=12, longest=300.0)
    assert policy.decide(hour, [], TASK, QUICK, 300.0).tasks == 0
    assert policy.decide(hour, [], TASK, replace(QUICK, speed=2.0), 300.0).tasks == 1


@pytest.mark.parametrize(("age", "seconds"), [(0.0, 180.0), (100.0, 80.0), (180.0, 180.0), (400.0, 400.0)])
def test_late_start_is_expected_to_take_as_long_again(age: float, seconds: float) -> None:
    assert policy.ready_in(age, 180.0) == seconds
