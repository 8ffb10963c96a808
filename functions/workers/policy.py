"""Policy: how many workers of which kind to launch, and for which queues. Pure: Scale and `make simulate` call it.

It tries every number of tasks and quick workers that may be launched, and computes for each when the work ends and what
it costs. It takes the cheapest of those that end in time at a bounded price. If none does, it takes the one that ends
first among those that cost little more than the cheapest. No threshold says when a GPU pays: its measured start and
speed do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from earshot_contract.timeouts import QUICK_BULK_SECONDS, QUICK_RUN_SECONDS
from earshot_contract.worker_kinds import WorkerKind, WorkerQueues

# Seconds after a launch for both queues in which no worker is added: the first of a thousand simultaneous files says
# little about the rest. A later job, or the run of every minute, decides about the jobs that arrived meanwhile. The
# successor of a worker that has left adds no worker, and begins no pause.
BULK_PAUSE_SECONDS = 10.0
# A waiting caller's answer should come within this many seconds, where that is possible: time for a quick worker's cold
# start and a clip, and ten seconds before the API answers with a redirect (`timeouts.REQUEST_WAIT_SECONDS`).
CALLER_SECONDS = 15.0
# Seconds in which a quick worker must be able to do the longest bulk shard: what is left of its 15 minutes.
QUICK_SHARD_SECONDS = QUICK_RUN_SECONDS - QUICK_BULK_SECONDS


@dataclass(frozen=True)
class _Aim:
    """Limits of the cost of a queue's work.

    Attributes:
        in_time: seconds in which it should be done.
        stretch: how many times the cost of the cheapest way may be paid to end sooner.
        premium: dollars that may be paid over the cheapest way, whatever that costs, to end in time.
        late_quick: quick workers are launched beside tasks also for what does not end in time.
    """

    in_time: float
    stretch: float
    premium: float
    late_quick: bool


# For callers the policy pays up to twice the cheapest way, as idle waiting may cost, and any price to be in time.
_CALLERS = _Aim(CALLER_SECONDS, stretch=2.0, premium=math.inf, late_quick=True)
# Dollars for a bulk backlog's end in time where there is no task yet: ten hours of audio in four minutes on quick
# workers cost 0.23 more than in eight on two tasks. A second of audio on tasks that work costs a quarter.
BULK_PREMIUM_USD = 0.5
BULK_STRETCH = 1.3


@dataclass(frozen=True)
class Backlog:
    """Audio that waits or is in work: seconds and messages of each queue."""

    fast_seconds: float = 0.0
    fast_shards: int = 0
    bulk_seconds: float = 0.0
    bulk_shards: int = 0
    longest: float = 0.0  # seconds of the longest shard that may be on the bulk queue


@dataclass(frozen=True)
class Offer:
    """A kind of worker that may be launched."""

    kind: WorkerKind
    speed: float  # seconds of audio a second
    start: float  # seconds from launch to the first receive
    usd_hour: float
    free: int  # how many may be launched now
    idle: float = 0.0  # seconds that are paid after the last shard


@dataclass(frozen=True)
class Working:
    """A worker that runs or starts."""

    kind: WorkerKind
    ready: float = 0.0  # seconds until it receives; 0: it does
    age: float = math.inf  # seconds since it was added to the fleet; infinite for the successor of one that left
    queues: WorkerQueues = WorkerQueues.ALL


@dataclass(frozen=True)
class Launches:
    """Numbers of workers to launch."""

    tasks: int = 0
    quick_fast: int = 0  # quick workers for callers alone
    quick_all: int = 0  # quick workers for both queues


@dataclass(frozen=True)
class _Plan:
    tasks: int
    quick: int
    ends: float  # seconds from now
    usd: float


def ready_in(age: float, start: float) -> float:
    """Return the seconds until a worker that is starting receives.

    One that is late may wait for capacity that does not come: the longer it is late, the longer it may still take.

    Args:
        age: seconds since its launch.
        start: seconds that a start takes.
    """
    return start - age if age < start else age


def decide(
    backlog: Backlog, workers: Sequence[Working], task: Offer, quick: Offer, drain_seconds: float, pause: bool = True
) -> Launches:
    """Decide what to launch now.

    Callers come first: with a worker that receives the fast queue before the bulk queue they seldom need another. Quick
    workers take bulk shards only if the longest fits into their 15 minutes.

    Args:
        backlog: what waits.
        workers: workers that run or start.
        task: ECS tasks.
        quick: quick workers.
        drain_seconds: time in which a bulk backlog should be done.
        pause: whether a worker that was added a moment ago keeps others from being added for the bulk queue.
    """
    for_callers = _choose(backlog.fast_seconds, backlog.fast_shards, workers, task, quick, _CALLERS)
    after = [*workers, *[Working(WorkerKind.TASK, task.start)] * for_callers.tasks]
    for_both = [worker for worker in after if worker.queues is WorkerQueues.ALL]
    if pause and any(worker.age < BULK_PAUSE_SECONDS for worker in for_both):
        return Launches(for_callers.tasks, for_callers.quick)
    fits = backlog.longest <= quick.speed * QUICK_SHARD_SECONDS
    task_left = replace(task, free=task.free - for_callers.tasks)
    quick_left = replace(quick, free=quick.free - for_callers.quick if fits else 0)
    # Counts tasks that work, or that start and are not late: a late one may wait for capacity that does not come.
    has_task = any(worker.kind is WorkerKind.TASK and worker.ready <= task.start for worker in for_both)
    aim = _Aim(
        drain_seconds,
        BULK_STRETCH,
        premium=0.0 if has_task else BULK_PREMIUM_USD,
        late_quick=not has_task and not task_left.free,
    )
    for_bulk = _choose(backlog.bulk_seconds, backlog.bulk_shards, for_both, task_left, quick_left, aim)
    return Launches(for_callers.tasks + for_bulk.tasks, for_callers.quick, for_bulk.quick)


def _choose(seconds: float, shards: int, workers: Sequence[Working], task: Offer, quick: Offer, aim: _Aim) -> _Plan:
    """Choose the launches for one queue's work."""
    if seconds <= 0:
        return _Plan(0, 0, 0.0, 0.0)
    shards = max(1, shards)
    plans = [plan for plan in _plans(seconds, shards, workers, task, quick) if plan.ends < math.inf]
    # The cheapest way leaves out quick workers that run already: otherwise money spent to end sooner would count as
    # necessary, and each decision would allow more of it.
    tasks = [worker for worker in workers if worker.kind is WorkerKind.TASK]
    some_quick = quick.free or len(tasks) < len(workers)
    plain = _plans(seconds, shards, tasks, task, replace(quick, free=1 if some_quick else 0))
    cheapest = min((plan.usd for plan in plain if plan.ends < math.inf), default=math.inf)
    limit = aim.stretch * cheapest
    prompt = [plan for plan in plans if plan.ends <= aim.in_time and plan.usd <= max(limit, cheapest + aim.premium)]
    if prompt:
        return min(prompt, key=lambda plan: (plan.usd, plan.tasks + plan.quick, plan.ends))
    affordable = [plan for plan in plans if plan.usd <= limit and (aim.late_quick or not plan.quick)]
    if affordable:
        return min(affordable, key=lambda plan: (plan.ends, plan.usd))
    # The running workers cost more than that already: no worker is added, unless none runs.
    return min(plans, key=lambda plan: plan.tasks + plan.quick if workers else plan.usd, default=_Plan(0, 0, 0.0, 0.0))


def _plans(seconds: float, shards: int, workers: Sequence[Working], task: Offer, quick: Offer) -> Iterator[_Plan]:
    """Yield every number of launches, up to one worker a shard."""
    offers = {WorkerKind.TASK: task, WorkerKind.QUICK: quick}
    running = [(worker.ready, offers[worker.kind]) for worker in workers]
    for tasks in range(min(task.free, shards) + 1):
        for quicks in range(min(quick.free, shards - tasks) + 1):
            launched = [(task.start, task)] * tasks + [(quick.start, quick)] * quicks
            fleet = running + launched
            ends = _end(seconds, shards, [(ready, offer.speed) for ready, offer in fleet])
            usd = sum((max(ends, ready) + offer.idle) * offer.usd_hour / 3600 for ready, offer in fleet)
            yield _Plan(tasks, quicks, ends, usd)


def _end(seconds: float, shards: int, fleet: Sequence[tuple[float, float]]) -> float:
    """Return when the work is done, in seconds from now.

    Args:
        seconds: seconds of audio.
        shards: how many shards the audio is cut into; a worker takes at least one.
        fleet: seconds until each worker receives, and its speed.
    """
    one = seconds / shards
    useful = sorted(fleet, key=lambda worker: worker[0] + one / worker[1])[:shards]
    useful.sort()
    speed = begun = 0.0
    for position, (ready, rate) in enumerate(useful):
        speed += rate
        begun += rate * ready
        ends = (seconds + begun) / speed
        if position + 1 == len(useful) or ends <= useful[position + 1][0]:
            return ends
    return math.inf
