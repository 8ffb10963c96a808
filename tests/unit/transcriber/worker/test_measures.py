"""What a worker measures of its own run."""

from __future__ import annotations

import time

import pytest

from transcriber.worker.measures import Measures


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_shards_side_by_side_are_busy_once(clock: list[float]) -> None:
    measures = Measures()
    measures.shard_begins()
    clock[0] += 1
    measures.shard_begins()
    clock[0] += 2
    measures.shard_ends(30.0)
    measures.shard_ends(10.0)
    clock[0] += 50  # idle
    assert measures.values() == {"audio_seconds": 40.0, "busy_seconds": 3.0}


def test_run_in_work_counts_as_busy_once_audio_is_known(clock: list[float]) -> None:
    measures = Measures()
    measures.shard_begins()
    clock[0] += 5
    assert measures.values() == {}, "a speed of zero would be learnt"
    measures.shard_ends(30.0)
    measures.shard_begins()
    clock[0] += 1
    assert measures.values()["busy_seconds"] == 6.0


def test_start_is_that_of_shards_before_the_first_result() -> None:
    measures = Measures()
    measures.stages["start_load"] = 2.0
    measures.started(cold=True)
    assert measures.shard_begins() == measures.shard_begins() == {"start_load": 2.0}
    measures.shard_ends(10.0)
    assert measures.shard_begins() == {}
    assert measures.values()["cold"] is True
