"""The simulation: the deployed policy in modelled time, on loads small enough for a unit test."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from earshot_contract.timeouts import QUICK_START_SECONDS
from functions.workers import policy
from simulation import __main__ as simulation
from simulation import assumptions
from simulation.cloud import SimulatedCloud
from simulation.figures import Figures, figures, quantile
from simulation.picture import waits, workers
from simulation.policies import POLICIES, WITH_QUICK
from simulation.scenarios import Account, Arrival, Scenario, clips, files
from simulation.table import aims, as_page

HOUR = 3600.0


def simulate(
    arrivals: Sequence[Arrival], account: Account | None = None, name: str = "chosen", until: float = HOUR
) -> tuple[SimulatedCloud, Figures]:
    scenario = Scenario("office-day", "x", account or Account(), lambda _: arrivals, until)
    run = SimulatedCloud(scenario, POLICIES[name], 1, quick=name in WITH_QUICK).run()
    return run, figures(run)


def test_stages_of_a_quick_start_add_up_to_the_first_estimate() -> None:
    """The policy uses the estimate until a start was measured; the pages print the stages."""
    assert round(assumptions.QUICK_COLD_SECONDS) == QUICK_START_SECONDS


def test_cold_caller_is_answered_by_a_quick_worker() -> None:
    _, result = simulate(clips(HOUR, HOUR))
    assert (result.done, result.max_quick, result.max_gpus) == (1, 1, 0)
    assert result.caller_p95 is not None
    assert assumptions.QUICK_COLD_SECONDS / 2 < result.caller_p95 < 2 * assumptions.QUICK_COLD_SECONDS


def test_cold_caller_waits_for_a_gpu_without_quick_workers() -> None:
    _, result = simulate(clips(HOUR, HOUR), name="GPU only")
    assert result.caller_p95 is not None
    assert result.caller_p95 > assumptions.GPU_START_SECONDS / 2
    assert result.usd > 20 * simulate(clips(HOUR, HOUR))[1].usd


def test_without_gpu_capacity_quick_workers_do_the_work() -> None:
    _, result = simulate(files(20, 600), Account(no_gpu_until=HOUR))
    assert (result.done, result.max_gpus) == (20, 0)


def test_quick_workers_that_end_together_are_followed_at_once() -> None:
    """Forty of them use up their time for bulk shards at once; a minute without any is what the run would tell."""
    run, result = simulate(files(400, 600), Account(quick_workers=20, max_workers=0))
    assert result.done == 400
    working = [(at, count) for at, _, count in run.timeline if 60 < at < 0.9 * (result.last or 0)]
    times_of_few = [after - at for (at, count), (after, _) in pairwise(working) if count < 10]
    assert sum(times_of_few) < 5


@pytest.mark.slow
def test_bulk_with_gpus_costs_little_more_than_on_gpus() -> None:
    _, gpus = simulate(files(300, 600), name="GPU only")
    _, both = simulate([*files(300, 600), *clips(20, 600)])
    assert both.done == 330
    assert both.usd < 1.15 * gpus.usd, "a quick worker's second of audio costs four times a GPU's"
    assert both.caller_p95 is not None
    assert both.caller_p95 < policy.CALLER_SECONDS


def test_quota_of_one_gpu_is_never_exceeded() -> None:
    _, result = simulate(files(60, 600), Account(gpu_quota=1, quick_workers=0), until=2 * HOUR)
    assert (result.done, result.max_gpus) == (60, 1)


def test_lost_spot_instances_lose_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assumptions, "SPOT_LOSS_SECONDS", 100.0)
    _, result = simulate(files(60, 600), Account(spot_losses=True, quick_workers=0), until=3 * HOUR)
    assert result.done == 60


def test_same_seed_gives_the_same_figures() -> None:
    arrivals = [*clips(30, 600), *files(10, 600)]
    assert simulate(arrivals)[1] == simulate(arrivals)[1]


def test_page_and_pictures_show_what_was_simulated() -> None:
    run, result = simulate(clips(60, 300), name="GPU only")
    results = {"office-day": {"chosen": result}}
    assert next(iter(aims(results)))[2] is False, "the first caller waits for a GPU's start"
    assert "| chosen | 5/5 |" in as_page(results, 1)
    assert "An office day" in waits(results)
    assert "<polyline" in workers({"office-day": run})


@pytest.mark.slow
def test_page_in_the_docs_is_the_present_policys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate` writes it, with pictures, and prints whether each aim is met."""
    assert simulation.main(["--out", str(tmp_path)]) == 0

    assert "Every aim is met." in capsys.readouterr().out
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")]
    assert len(written) == 4
    stale = [str(path) for path in written if (tmp_path / path).read_text() != (simulation.DOCS / path).read_text()]
    assert stale == [], "make simulate"


def test_quantile_of_callers_counts_the_unanswered() -> None:
    assert quantile([1.0, 2.0, float("inf")], 0.5) == 2.0
    assert quantile([1.0, 2.0, float("inf")], 0.95) == float("inf")
    assert quantile([], 0.5) is None
