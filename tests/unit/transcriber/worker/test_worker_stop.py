"""A worker that is told to stop: what it completes, and what goes back to its queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard, ShardError
from tests.fixtures.worker import WorkerHarness, wait_until
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.worker import loop

MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


def test_message_received_while_stopping_is_returned(harness: WorkerHarness, make_shard: MakeShard) -> None:
    """The receive on the fast queue goes on in its thread when the worker is told to stop."""
    began, sent = threading.Event(), threading.Event()
    queues = harness.parts[0]
    receive_fast = queues.receive_fast

    def receive_late(wait_seconds: int) -> Any:
        began.set()
        sent.wait(20)
        return receive_fast(wait_seconds)

    queues.receive_fast = receive_late
    harness.account.send("bulk", make_shard(job_id="bulk"), harness.account.bulk)
    harness.start()
    began.wait(20)
    harness.worker.stop()
    harness.account.send("fast", make_shard(job_id="fast"))
    sent.set()
    wait_until(harness.has_exited)

    assert harness.account.message_counts() == (1, 0)
    assert harness.account.message_counts(harness.account.bulk) == (1, 0)


def test_stop_returns_running_shard_after_grace_period(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]
    future.set_running_or_notify_cancel()

    harness.worker.stop()
    wait_until(harness.has_exited)

    assert harness.account.message_counts() == (1, 0)  # at once, not after the visibility timeout
    assert harness.account.step_functions.answers() == []


def test_stop_returns_unstarted_shard_immediately(
    harness: WorkerHarness, make_shard: MakeShard, monkeypatch: Any
) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 600.0)
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]

    harness.worker.stop()
    wait_until(harness.has_exited)

    assert future.cancelled()
    assert harness.account.message_counts() == (1, 0)


def test_stop_completes_shard_that_ends_in_grace_period(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, monkeypatch: Any
) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 600.0)
    harness.account.send("t1", make_shard())
    harness.account.send("t2", make_shard())
    harness.start()
    shard, _, future = harness.submitted(1)[0]
    future.set_running_or_notify_cancel()

    harness.worker.stop()
    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert [operation for operation, _, _ in harness.account.step_functions.answers()] == ["success"]
    assert harness.account.message_counts() == (1, 0)  # the second was never received


def test_stop_while_model_loads_ends_worker(harness: WorkerHarness) -> None:
    loaded = threading.Event()

    def find_model(name: str) -> Model:
        loaded.wait(60)
        raise ShardFailed(ShardError.UNKNOWN_MODEL, f"{name} is not there.")

    harness.engines._find_model = find_model
    harness.start()

    harness.worker.stop()
    wait_until(harness.has_exited, seconds=10)

    loaded.set()
