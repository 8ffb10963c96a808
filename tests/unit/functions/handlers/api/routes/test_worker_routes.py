"""GET /v1/workers."""

from __future__ import annotations

from earshot_contract.keys import slot_pk
from earshot_contract.worker_kinds import WorkerKind
from functions.aws.table import worker_slots
from functions.settings import settings


def test_workers_are_shown_by_kind(api, monkeypatch):
    monkeypatch.setenv("MAX_WORKERS", "2")
    monkeypatch.setenv("QUICK_WORKERS", "0")
    settings.cache_clear()
    worker_slots.claim(slot_pk(1, WorkerKind.TASK))

    answer = api.of("a1" * 8, "read").get("/workers")

    [task] = answer.json["workers"]
    assert (task["kind"], task["running"], task["starting"], task["most"]) == ("task", 0, 1, 2)
    assert task["starting_since"].startswith("20")
    assert "retried_at" not in task
