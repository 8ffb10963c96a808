"""The simulation's results as a table: for the terminal, and as a page of the documentation. And its aims."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from earshot_contract.worker_kinds import MEMORY_A_CPU, QUICK_SPEED_A_CPU
from simulation import assumptions
from simulation.figures import Figures
from simulation.scenarios import SCENARIOS, TITLES

Results = Mapping[str, Mapping[str, Figures]]
COLUMNS = ("policy", "done", "first", "last", "p50", "p95", "GPU s/pure", "$/audio h", "$ idle", "$", "GPUs", "quick")

INTRODUCTION = """# Simulation of the scaling policy

Written by `make simulate` (seed {seed}). It runs the policy that Scale runs, `functions/workers/`, in a model of AWS:
**nothing on this page was measured in an account**. The assumptions and their sources are in
[`simulation/assumptions.py`](../../simulation/assumptions.py), the loads in
[`simulation/scenarios.py`](../../simulation/scenarios.py). [Scaling](scaling.md) explains the policy.

*before* is the rule that the policy replaced: tasks for the backlog, by a fixed speed. *GPU only* is the policy with
`quick_workers=0`. *quick only* has no tasks. *chosen* is the policy as deployed. There are at most 8 GPUs and 40 quick
workers of 10 GB, unless the title says otherwise.

*first* and *last*: seconds from the first arrival to the first and last result. *p50*, *p95*: seconds that callers
waited. *GPU s/pure*: GPU seconds paid, divided by those that inference took. *$ idle*: dollars for starts and waiting.
"""

AIMS = """## Aims

| aim | simulated |
|---|---|
{lines}
"""

STAGES = """## A cold 10 s clip, by stage

| stage | seconds |
|---|---|
{lines}

No stage was measured in an account: a start is an estimate from what others measured (`simulation/assumptions.py`). The
fetch takes longest: a Lambda function's network gives 75 MiB a second after its first 300 MiB, as was
[measured with iPerf3](https://arxiv.org/abs/2501.07771), not with S3. The worker fetches the int8 weights that
`earshot model add` writes, deflated: {stored:.0f} MiB of large-v3-turbo, if they deflate as those of base do. float16's
{float16:,} MiB would take {late:.0f} s, and would have to be rounded at each start. The spread of the starts, sigma
{sigma} of their logarithm, is assumed; it alone separates the figure for half of the clips from that for 95 of 100.
"""

PICTURES = """## Pictures

![What callers wait, by scenario and policy](images/simulation-waits.svg)

![Dollars an audio hour, by scenario and policy](images/simulation-costs.svg)

![Workers over time under the chosen policy](images/simulation-workers.svg)
"""


def as_text(results: Results) -> str:
    """Return the table for a terminal."""
    lines = []
    for scenario, policies in results.items():
        lines += ["", f"{scenario}: {TITLES[scenario]}", "".join(f"{column:>12}" for column in COLUMNS)]
        lines += ["".join(f"{cell:>12}" for cell in _cells(name, result)) for name, result in policies.items()]
    return "\n".join(lines)


def as_page(results: Results, seed: int) -> str:
    """Return the page of the documentation."""
    parts = [INTRODUCTION.format(seed=seed), PICTURES]
    lines = "\n".join(f"| {aim} | {'' if met else '**missed**: '}{value} |" for aim, value, met in aims(results))
    parts.append(AIMS.format(lines=lines))
    stored = assumptions.MODEL_MIB * assumptions.DEFLATED_SHARE
    float16, late = assumptions.FLOAT16_MIB, assumptions.transfer_seconds(assumptions.FLOAT16_MIB)
    stages = {"lines": _stages(), "stored": stored, "float16": float16, "late": late}
    parts.append(STAGES.format(**stages, sigma=assumptions.START_SPREAD))
    for scenario, policies in results.items():
        rows = [f"| {' | '.join(_cells(name, result))} |" for name, result in policies.items()]
        header = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
        parts.append(f"## {TITLES[scenario]}\n\n{header}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def missed_aims(results: Results) -> list[str]:
    """Return the aims that the chosen policy misses in the scenarios that ran."""
    return [f"{aim}: {value}" for aim, value, met in aims(results) if not met]


def aims(results: Results) -> Iterator[tuple[str, str, bool]]:
    """Yield each aim of the scenarios that ran, what the chosen policy reaches, and whether that meets it."""
    limits = [
        ("clip-an-hour", "caller_p50", "a cold 10 s clip within 15 s: half of them", 15.0),
        ("clip-an-hour", "caller_p95", "a cold 10 s clip within 15 s: 95 of 100", 15.0),
        ("ten-hours-cold", "last", "a 10-hour file within 5 minutes, cold", 300.0),
        ("ten-hours-warm", "last", "a 10-hour file within 2 minutes, warm", 120.0),
        ("thousand-files", "gpu_ratio", "1,000 files: GPU seconds at most 1.3 times pure inference", 1.3),
        ("thousand-files", "usd_ratio", "1,000 files: dollars at most 1.3 times those of pure inference on GPUs", 1.3),
        ("thousand-and-callers", "caller_p95", "callers beside 1,000 files: p95 within 15 s", 15.0),
        ("no-gpu-for-an-hour", "caller_p95", "callers without any GPU: p95 within 15 s", 15.0),
        ("office-day", "caller_p95", "callers of an office day: p95 within 15 s", 15.0),
    ]
    for scenario, name, aim, limit in limits:
        if scenario in results:
            value = getattr(results[scenario]["chosen"], name)
            yield aim, _number(value), value is not None and value <= limit


def _stages() -> str:
    """Return the rows of the table of a cold start, and of what is around it."""
    quick = QUICK_SPEED_A_CPU * SCENARIOS[0].account.quick_memory / MEMORY_A_CPU
    stages = [
        ("API, Step Functions, Prepare", assumptions.BEFORE_SECONDS),
        ("Scale, worker machine", assumptions.LAUNCH_SECONDS),
        ("image", assumptions.QUICK_IMAGE_SECONDS),
        ("libraries, clients", assumptions.QUICK_LIBRARIES_SECONDS),
        ("fetch of the model", assumptions.QUICK_FETCH_SECONDS),
        ("load of the model", assumptions.QUICK_LOAD_SECONDS),
        ("transcription", 10 / quick),
        ("download, log-mel, answer", assumptions.SHARD_SECONDS),
        ("Assemble, answer", assumptions.AFTER_SECONDS),
    ]
    rows = [*stages, ("all", sum(seconds for _, seconds in stages))]
    return "\n".join(f"| {name} | {seconds:.1f} |" for name, seconds in rows)


def _cells(name: str, result: Figures) -> list[str]:
    return [
        name,
        f"{result.done}/{result.jobs}",
        _number(result.first),
        _number(result.last),
        _number(result.caller_p50),
        _number(result.caller_p95),
        _number(result.gpu_ratio),
        _number(result.usd_audio_hour, 3),
        _number(result.idle_usd),
        _number(result.usd),
        str(result.max_gpus),
        str(result.max_quick),
    ]


def _number(value: float | None, digits: int = 2) -> str:
    if value is None or value == math.inf:
        return "–" if value is None else "never"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.{digits}f}"
