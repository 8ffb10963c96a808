"""The heartbeat of a worker: visibility, task tokens and the lease."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from earshot_contract.timeouts import FAST_HEARTBEAT_SECONDS, FAST_VISIBILITY_SECONDS, REQUEST_WAIT_SECONDS
from tests.fixtures.worker import WorkerHarness, wait_until
from transcriber.worker import heartbeat

MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


@pytest.fixture
def fast_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat.Heartbeat.__init__, "__kwdefaults__", {"period": 0.02, "fast_period": 0.02})


@pytest.mark.usefixtures("fast_heartbeat")
def test_job_cancelled_while_running_is_dropped(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]

    harness.account.step_functions.closed_tokens.add("t1")
    wait_until(future.cancelled)
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.account.result_keys() == []
    assert harness.account.step_functions.answers() == []


@pytest.mark.usefixtures("fast_heartbeat")
def test_running_shard_keeps_visibility_and_sends_heartbeats(harness: WorkerHarness, make_shard: MakeShard) -> None:
    extended: list[Any] = []
    harness.account.clients.sqs.meta.events.register(
        "before-call.sqs.ChangeMessageVisibilityBatch", lambda params, **_: extended.append(params)
    )
    harness.account.send("t1", make_shard())
    harness.start()
    harness.submitted(1)

    wait_until(lambda: len(extended) >= 2)
    wait_until(lambda: len(harness.account.step_functions.calls) >= 3)

    assert {call[0] for call in harness.account.step_functions.calls} == {"heartbeat"}


@pytest.mark.usefixtures("fast_heartbeat")
def test_progress_is_reported_only_when_there_is_more(harness: WorkerHarness, make_shard: MakeShard) -> None:
    """When it was reported last says how old the estimate of the time left is."""
    reported: list[float] = []
    harness.parts[1]._progress = SimpleNamespace(report=lambda shard, seconds, worked: reported.append(seconds))
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]
    for seconds in (3.0, 7.0):
        future.seconds_done = lambda seconds=seconds: seconds
        heartbeats = len(harness.account.step_functions.calls)
        wait_until(lambda before=heartbeats: len(harness.account.step_functions.calls) > before + 3)

    assert reported == [3.0, 7.0]


def test_fast_messages_alone_are_renewed_between_heartbeats(
    harness: WorkerHarness, make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat.Heartbeat.__init__, "__kwdefaults__", {"period": 3600.0, "fast_period": 0.02})
    extended: list[Any] = []
    harness.account.clients.sqs.meta.events.register(
        "provide-client-params.sqs.ChangeMessageVisibilityBatch", lambda params, **_: extended.append(params)
    )
    harness.engine.capacity = 2
    harness.account.send("f", make_shard())
    harness.account.send("b", make_shard(), harness.account.bulk)
    harness.start()
    harness.submitted(2)

    wait_until(lambda: len(extended) >= 2)

    assert {params["QueueUrl"] for params in extended} == {harness.account.fast}
    assert {entry["VisibilityTimeout"] for params in extended for entry in params["Entries"]} == {
        FAST_VISIBILITY_SECONDS
    }
    assert [call[0] for call in harness.account.step_functions.calls] == ["heartbeat"] * 2  # each at its start


@pytest.mark.usefixtures("fast_heartbeat")
def test_lost_lease_ends_worker_after_its_current_shards(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    def set_lease(value: str) -> None:
        item = {"pk": {"S": "SLOT#000"}, "lease": {"S": value}, "until": {"N": "1"}}
        harness.account.clients.dynamodb.put_item(TableName="table", Item=item)

    set_lease("mine")
    harness.account.send("t1", make_shard())
    harness.start(lease=True)
    shard, _, future = harness.submitted(1)[0]
    set_lease("theirs")
    wait_until(harness.receives_no_more.is_set)
    harness.account.send("t2", make_shard())
    heartbeats = len(harness.account.step_functions.calls)
    wait_until(lambda: len(harness.account.step_functions.calls) > heartbeats + 1)
    assert not harness.has_exited()

    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert [token for operation, token, _ in harness.account.step_functions.answers()] == ["t1"]
    assert harness.account.message_counts() == (1, 0)


@pytest.mark.usefixtures("fast_heartbeat")
@pytest.mark.parametrize("slow", ["tokens", "lease"])
def test_service_that_hangs_delays_no_other_renewal(
    harness: WorkerHarness, make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """Messages became visible under a live worker while Step Functions was throttled, and used up their receives."""
    extended, released, hung = threading.Event(), threading.Event(), threading.Event()

    def hang(*_: Any) -> None:
        hung.set()
        released.wait(20)

    harness.account.send("t1", make_shard())
    if slow == "lease":
        monkeypatch.setattr(harness.lease, "renew", hang)
    harness.start(lease=slow == "lease")
    harness.submitted(1)
    if slow == "tokens":
        monkeypatch.setattr(harness.account.step_functions, "send_task_heartbeat", lambda taskToken: hang())
    assert hung.wait(20)

    harness.account.clients.sqs.meta.events.register(
        "before-call.sqs.ChangeMessageVisibilityBatch", lambda **_: extended.set()
    )
    assert extended.wait(5)
    released.set()


def test_dead_workers_clip_leaves_its_caller_half_a_wait() -> None:
    """Hidden until its visibility ends, then received in a poll of a second; the rest is for transcribing it anew."""
    assert FAST_VISIBILITY_SECONDS + 1 <= REQUEST_WAIT_SECONDS / 2
    assert FAST_HEARTBEAT_SECONDS * 2 < FAST_VISIBILITY_SECONDS, "two renewals may fail"
