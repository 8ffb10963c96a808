"""Measures: moving averages of shard lengths, speeds and start times."""

from __future__ import annotations

import pytest

from earshot_contract.worker_kinds import WorkerKind
from functions.workers.measures import KindMeasures, Measures
from functions.workers.slots import Slot

WORKED = Slot("SLOT#000", launched=100.0, ready=160.0, cold=True, audio_seconds=1200.0, busy_seconds=60.0)


def test_mean_shard_length_approaches_new_values() -> None:
    measures = Measures().after_job(10.0, 1, interactive=False)
    assert measures.bulk_shard == 10.0
    for _ in range(50):
        measures = measures.after_job(3600.0, 1, interactive=False)
    assert measures.bulk_shard == pytest.approx(3600.0, rel=0.01)
    assert measures.fast_shard is None, "callers' clips are measured by themselves"
    assert measures.after_job(12.0, 1, interactive=True).fast_shard == 12.0


def test_mean_of_a_job_with_many_shards_is_that_of_one() -> None:
    assert Measures().after_job(80.0, 8, interactive=False).bulk_shard == 10.0
    one_by_one = together = Measures(bulk_shard=100.0)
    for _ in range(8):
        one_by_one = one_by_one.after_job(10.0, 1, interactive=False)
    assert together.after_job(80.0, 8, interactive=False).bulk_shard == pytest.approx(one_by_one.bulk_shard)


def test_longest_shard_is_forgotten_after_many_shorter_ones() -> None:
    measures = Measures().after_job(36_000.0, 1, interactive=False)
    after_one = measures.after_job(60.0, 1, interactive=False)
    assert after_one.longest == 32_400.0
    for _ in range(100):
        after_one = after_one.after_job(60.0, 1, interactive=False)
    assert after_one.longest == 60.0


def test_first_worker_measures_speed_and_start() -> None:
    measured = KindMeasures().after(WORKED)
    assert (measured.speed, measured.start) == (20.0, 60.0)


def test_later_worker_moves_the_averages_by_its_work() -> None:
    measured = KindMeasures(speed=60.0, start=180.0).after(WORKED)
    assert measured.speed == 40.0  # a minute of work weighs as much as all before
    assert measured.start == pytest.approx(0.7 * 180 + 0.3 * 60)


@pytest.mark.parametrize("slot", [Slot("SLOT#000"), Slot("SLOT#000", launched=1.0, ready=2.0, busy_seconds=5.0)])
def test_worker_without_work_or_a_cold_start_measures_nothing(slot: Slot) -> None:
    assert KindMeasures(60.0, 180.0).after(slot) == KindMeasures(60.0, 180.0)


def test_measures_survive_the_table() -> None:
    measures = Measures(12.5, 600.0, 900.0, KindMeasures(61.5, 170.0), KindMeasures(11.25))
    assert Measures.from_row({k: v for k, v in measures.to_row().items() if v is not None}) == measures
    assert Measures.from_row({}) == Measures()


def test_start_of_an_unmeasured_kind_is_an_estimate() -> None:
    assert Measures().start(WorkerKind.TASK) > Measures().start(WorkerKind.QUICK) > 0
    assert Measures(quick=KindMeasures(start=4.0)).start(WorkerKind.QUICK) == 4.0
