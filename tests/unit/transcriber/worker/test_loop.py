"""The worker loop: which messages it receives, and when it exits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.worker import Clock, WorkerHarness, wait_until
from transcriber.worker import loop

MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


def test_fast_queue_is_processed_before_bulk_queue(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    for n in range(2):
        harness.account.send(f"bulk{n}", make_shard(job_id=f"bulk{n}"), harness.account.bulk)
        harness.account.send(f"fast{n}", make_shard(job_id=f"fast{n}"))
    harness.start()
    for n in range(4):
        shard, _, future = harness.submitted(n + 1)[n]
        future.set_result(result_of(shard))

    jobs = [shard.job_id for shard, _, _ in harness.submitted(4)]
    assert sorted(jobs[:2]) == ["fast0", "fast1"]  # audio of shards that are received together is fetched side by side
    assert sorted(jobs[2:]) == ["bulk0", "bulk1"]


def test_worker_writes_at_once_that_it_is_ready_and_worked(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, monkeypatch: Any
) -> None:
    """Settle has to know when the worker dies, and the next regular renewal is 20 s away."""
    written: list[set[str]] = []
    monkeypatch.setattr(harness.lease, "renew", lambda measured: written.append({*measured}))
    harness.start(lease=True)
    wait_until(lambda: written and "ready" in written[-1])

    harness.account.send("t1", make_shard())
    shard, _, future = harness.submitted(1)[0]
    future.set_result(result_of(shard))

    wait_until(lambda: "audio_seconds" in written[-1])


def test_full_engine_leaves_messages_in_queue(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.engine.capacity = 2
    for n in range(3):
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}"), harness.account.bulk)
    harness.start()
    harness.submitted(2)

    harness.wait_for_rounds(3)

    assert len(harness.engine.submitted) == 2
    assert harness.account.message_counts(harness.account.bulk) == (1, 2)


def test_full_engine_still_gets_shards_of_the_fast_queue(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    for n in range(2):
        harness.account.send(f"bulk{n}", make_shard(job_id=f"bulk{n}"), harness.account.bulk)
    harness.start()
    harness.submitted(1)
    for n in range(6):
        harness.account.send(f"fast{n}", make_shard(job_id=f"fast{n}", interactive=True))

    submitted = harness.submitted(5)
    harness.wait_for_rounds(3)

    first, *others = [shard.job_id for shard, _, _ in submitted]
    assert first == "bulk0"
    assert sorted(others) == ["fast0", "fast1", "fast2", "fast3"]  # their audio is fetched side by side
    assert harness.account.message_counts() == (2, 4)  # the others wait for a worker with space

    shard, _, future = submitted[1]
    future.set_result(result_of(shard))

    assert harness.submitted(6)[5][0].job_id == "fast4"
    assert harness.account.message_counts(harness.account.bulk) == (1, 1)


def test_consecutive_faults_end_worker_and_return_messages(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    """A CUDA error stays with its process: it would fail every shard in the queues within seconds."""
    outcomes = [RuntimeError(), None, RuntimeError(), RuntimeError(), RuntimeError()]
    for n in range(7):
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}"))
    harness.start()
    for n, outcome in enumerate(outcomes):
        shard, _, future = harness.submitted(n + 1)[n]
        future.set_exception(outcome) if outcome else future.set_result(result_of(shard))
        # Results are handled side by side; a success that overtook a fault would break the row of faults.
        wait_until(lambda n=n: len(harness.account.step_functions.answers()) > n)

    wait_until(harness.has_exited)

    assert harness.healthy == [False]
    assert len(harness.account.step_functions.answers()) == 5
    assert harness.account.message_counts() == (2, 0)


def test_worker_exits_only_after_idle_time_without_shards(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, clock: Clock
) -> None:
    harness.account.send("t1", make_shard())
    harness.start(idle_seconds=60.0)
    shard, _, future = harness.submitted(1)[0]
    clock.advance(600)
    harness.wait_for_rounds(2)
    assert not harness.has_exited()  # its shard still runs

    future.set_result(result_of(shard))
    wait_until(lambda: not harness.parts[1].active())
    harness.wait_for_rounds(1)
    clock.advance(59)
    harness.wait_for_rounds(2)
    assert not harness.has_exited()

    clock.advance(2)
    wait_until(harness.has_exited)

    assert harness.engine.closed
    assert harness.healthy == [True]


def test_worker_without_work_gives_back_memory_once_a_burst(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, monkeypatch: Any, clock: Clock
) -> None:
    released: list[int] = []  # shards that were received before
    monkeypatch.setattr(loop, "release_free_memory", lambda: released.append(len(harness.engine.submitted)))
    harness.start(idle_seconds=3600.0)
    for n in range(2):
        wait_until(lambda n=n: clock.advance(1) or len(released) > n)
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}"))
        shard, _, future = harness.submitted(n + 1)[n]
        clock.advance(60)  # while a shard runs, nothing is given back
        harness.wait_for_rounds(2)
        future.set_result(result_of(shard))
    wait_until(lambda: clock.advance(1) or len(released) > 2)
    clock.advance(60)
    harness.wait_for_rounds(2)

    assert released == [0, 1, 2]


def test_missing_default_model_does_not_stop_other_models(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard(model="small"))
    harness.start(default_model="enormous")

    assert harness.submitted(1)[0][0].model == "small"


def test_unreachable_queue_is_polled_again(harness: WorkerHarness, make_shard: MakeShard, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "_RETRY_SECONDS", 0.05)
    queues, failed = harness.parts[0], threading.Event()
    receive = queues.receive

    def receive_after_error(max_messages: int, wait_seconds: int) -> Any:
        if not failed.is_set():
            failed.set()
            harness.account.clients.sqs.receive_message(QueueUrl="https://sqs.eu-central-1.amazonaws.com/1/none")
        return receive(max_messages, wait_seconds)

    queues.receive = receive_after_error
    harness.account.send("t1", make_shard())
    harness.start()

    assert harness.submitted(1)
    assert failed.is_set()
