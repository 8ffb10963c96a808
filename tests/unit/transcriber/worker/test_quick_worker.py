"""The quick worker: one invocation is one worker, and the process keeps its model."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_contract.worker_kinds import WorkerKind
from transcriber import hardware, quick_worker
from transcriber.worker import loop
from transcriber.worker.aws_clients import AwsClients

EVENT = {"slot": "SLOT#Q000", "lease": "mine", "queues": "fast", "idle": 0}


@pytest.fixture
def loads() -> list[tuple[int, int]]:
    """Batches at a time and threads of each, of every load."""
    return []


@pytest.fixture
def opened(
    loads: list[tuple[int, int]], account: Any, fake_engine: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> list[str]:
    """Models that were loaded, by name."""
    names: list[str] = []

    class Files:
        def __init__(self, *_: Any, int8: bool) -> None:
            assert int8  # a function has no GPU: it fetches the weights that CTranslate2 would round the others to

        def find(self, name: str) -> Any:
            names.append(name)
            return SimpleNamespace(name=name, family="whisper", sha256="0" * 64)

    environment = {"FAST_QUEUE_URL": account.fast, "BULK_QUEUE_URL": account.bulk, "TABLE": "table"}
    for name, value in {**environment, "MODELS_BUCKET": "models", "DEFAULT_MODEL": "base"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(quick_worker, "_kept", None)
    monkeypatch.setattr(quick_worker, "_import_engine", lambda: None)
    monkeypatch.setattr(AwsClients, "connect", lambda: account.clients)
    monkeypatch.setattr(loop, "ModelFiles", Files)

    def open_engine(_model: Any, settings: Any, _speakers: Any) -> Any:
        loads.append((settings.batch_workers, settings.threads))
        return fake_engine

    monkeypatch.setattr(loop, "open_engine", open_engine)
    throughput = replace(quick_worker._THROUGHPUT, batch_workers=6, threads=1)
    monkeypatch.setattr(quick_worker, "_THROUGHPUT", throughput)
    monkeypatch.setattr(quick_worker, "_LATENCY", hardware.for_latency(throughput))
    monkeypatch.setattr(loop, "_POLL_SECONDS", 0)
    item = {"pk": {"S": "SLOT#Q000"}, "lease": {"S": "mine"}, "until": {"N": "1"}, "launched": {"N": "1"}}
    account.clients.dynamodb.put_item(TableName="table", Item=item)
    return names


def context(seconds: float) -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: int(seconds * 1000))


def test_second_invocation_finds_the_model_loaded(opened: list[str], account: Any) -> None:
    assert quick_worker.handler(EVENT, context(900)) == {"cold": True}
    assert quick_worker.handler(EVENT, context(900)) == {"cold": False}
    assert opened == ["base"]
    item = account.clients.dynamodb.get_item(TableName="table", Key={"pk": {"S": "SLOT#Q000"}})["Item"]
    assert item["cold"]["BOOL"] is False, "the fleet must not learn from a warm start"


def test_invocation_near_its_end_receives_nothing(opened: list[str], account: Any, make_shard: Any) -> None:
    account.send("t1", make_shard())
    quick_worker.handler({**EVENT, "idle": 30}, context(quick_worker.QUICK_RESERVE_SECONDS - 1))
    assert account.message_counts() == (1, 0)


def test_bulk_shards_are_left_to_others(opened: list[str], account: Any, make_shard: Any) -> None:
    account.send("t1", make_shard(), account.bulk)
    quick_worker.handler(EVENT, context(900))
    assert account.step_functions.calls == []


def test_callers_get_all_threads_and_bulk_a_core_each(opened: list[str], loads: list[tuple[int, int]]) -> None:
    quick_worker.handler(EVENT, context(900))
    quick_worker.handler({**EVENT, "queues": "all"}, context(900))
    quick_worker.handler(EVENT, context(900))
    assert loads == [(1, 6), (6, 1)], "a caller does not wait for another load"


def test_result_names_the_kind_of_worker(
    opened: list[str], account: Any, make_shard: Any, result_of: Any, fake_engine: Any, speech: Any, monkeypatch: Any
) -> None:
    """A job's cost is computed by it: Lambda's time has another price than a task's."""
    account.put_audio(speech)
    account.send("t1", make_shard())

    def submit(shard: Any, *_: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(result_of(shard))
        return done

    monkeypatch.setattr(fake_engine, "submit", submit)
    quick_worker.handler(EVENT, context(900))
    assert account.result().worker is WorkerKind.QUICK
