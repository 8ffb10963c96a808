"""Successors of quick workers: each that leaves is followed at once, and none keeps others from being added."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.worker_kinds import WorkerQueues
from functions.aws.table import worker_slots
from functions.handlers.scale.handler import handler as scale
from functions.handlers.settle.handler import handler as settle
from functions.settings import settings
from tests.unit.functions.handlers.test_scale_and_settle import MINUTE, machine, send

__all__ = ["machine"]  # a fixture
pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.filterwarnings("ignore:No application metrics")]


@pytest.fixture
def thirty_shards_for_three(aws: Any, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty shards wait, and three quick workers are all that the deployment may have."""
    monkeypatch.setenv("QUICK_WORKERS", "3")
    monkeypatch.setenv("MAX_WORKERS", "0")
    settings.cache_clear()
    send(30)


@pytest.mark.usefixtures("thirty_shards_for_three")
def test_quick_workers_that_leave_together_are_all_followed(context: Any) -> None:
    """Those that a burst launched have used up their time together: a successor is no addition that the next awaits."""
    started = scale({"incoming": 18000.0, "shards": 30}, context)["launched"]
    assert len(started) == 3
    for slot in started:  # a moment after their launch: that does not matter either
        lease = worker_slots.find(slot).lease
        question = {"slot": slot, "lease": lease, "worker": "quick", "failed": False, "execution": lease}
        assert settle(question, context)["queues"] == "all"
        assert worker_slots.find(slot).is_succession()


@pytest.mark.usefixtures("thirty_shards_for_three")
def test_successor_does_not_keep_others_from_being_added(context: Any) -> None:
    """One of forty workers leaves every few seconds: with a pause after each the schedule could add none."""
    lease = worker_slots.claim("SLOT#Q000", queues=WorkerQueues.ALL)
    question = {"slot": "SLOT#Q000", "lease": lease, "worker": "quick", "failed": False, "execution": "one"}
    assert settle(question, context)["queues"] == "all"
    assert scale(MINUTE, context) == {"launched": ["SLOT#Q001", "SLOT#Q002"]}
