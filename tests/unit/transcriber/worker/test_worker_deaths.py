"""A worker that dies at each step of a shard, two workers with one shard, and AWS that takes no requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.exceptions import RetriesExceededError
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import Shard
from tests.fixtures.transcriber import FakeEngine
from tests.fixtures.worker import WorkerHarness, wait_until
from transcriber.worker.caches.audio_cache import AudioCache

MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]
SLOW_DOWN = ClientError({"Error": {"Code": "SlowDown", "Message": "Please reduce your request rate."}}, "GetObject")
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "GetObject")


class Died(BaseException):
    """The process ends here: nothing after it runs."""


@pytest.fixture
def second(harness: WorkerHarness, tmp_path: Path) -> Iterator[WorkerHarness]:
    """Another worker of the same queues."""
    (tmp_path / "second").mkdir()
    other = WorkerHarness(harness.account, FakeEngine(), tmp_path / "second")
    yield other
    other.end()


def make_visible(harness: WorkerHarness, receipts: list[str]) -> None:
    """The visibility timeout of received messages ends."""
    for receipt in receipts:
        harness.account.clients.sqs.change_message_visibility(
            QueueUrl=harness.account.fast, ReceiptHandle=receipt, VisibilityTimeout=0
        )


def with_no_poll_in_flight(harness: WorkerHarness, leave: Callable[[], None]) -> None:
    """Let a worker leave, and wait for the end of its last poll: one that began after the call would have seen it."""
    polls = {"begun": 0, "ended": 0}
    begun = lambda **_: polls.update(begun=polls["begun"] + 1)  # noqa: E731
    ended = lambda **_: polls.update(ended=polls["ended"] + 1)  # noqa: E731
    events = harness.account.clients.sqs.meta.events
    events.register("before-call.sqs.ReceiveMessage", begun)
    events.register("after-call.sqs.ReceiveMessage", ended)
    wait_until(lambda: polls["begun"])
    leave()
    wait_until(lambda: polls["ended"] >= polls["begun"])
    events.unregister("before-call.sqs.ReceiveMessage", begun)
    events.unregister("after-call.sqs.ReceiveMessage", ended)


@pytest.fixture
def receipts(harness: WorkerHarness) -> Iterator[list[str]]:
    found: list[str] = []

    def note(parsed: dict[str, Any], **_: Any) -> None:
        found.extend(message["ReceiptHandle"] for message in parsed.get("Messages", []))

    events = harness.account.clients.sqs.meta.events
    events.register("after-call.sqs.ReceiveMessage", note)
    yield found
    events.unregister("after-call.sqs.ReceiveMessage", note)


@pytest.mark.parametrize(
    ("step", "results", "again"),
    [("heartbeat", 0, True), ("result", 0, True), ("token", 1, True), ("message", 1, False)],
)
def test_shard_of_dead_worker_is_answered_once(
    harness: WorkerHarness,
    second: WorkerHarness,
    receipts: list[str],
    make_shard: MakeShard,
    result_of: ResultOf,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    results: int,
    again: bool,
) -> None:
    """Args: step: before which the worker dies; results: then there; again: the shard is transcribed again."""
    account, clients = harness.account, harness.account.clients

    def die(*_: Any, **__: Any) -> None:
        raise Died

    harness.account.send("t1", make_shard())
    harness.start()
    shard, _, future = harness.submitted(1)[0]
    with monkeypatch.context() as patch:
        service, name = {
            "heartbeat": (account.step_functions, "send_task_heartbeat"),
            "result": (clients.s3, "put_object"),
            "token": (account.step_functions, "send_task_success"),
            "message": (clients.sqs, "delete_message"),
        }[step]
        patch.setattr(service, name, die)
        future.set_result(result_of(shard))
        wait_until(lambda: not harness.parts[1].active())
    harness.worker.leave()
    wait_until(harness.has_exited)
    assert len(account.result_keys()) == results
    make_visible(harness, receipts)

    second.start()
    if again:
        shard, _, future = second.submitted(1)[0]
        future.set_result(result_of(shard))
    wait_until(lambda: account.message_counts() == (0, 0))

    assert [answer[:2] for answer in account.step_functions.answers()] == [("success", "t1")]
    assert len(account.result_keys()) == 1
    assert len(second.engine.submitted) == again


def test_shard_of_two_workers_is_answered_once(
    harness: WorkerHarness, second: WorkerHarness, receipts: list[str], make_shard: MakeShard, result_of: ResultOf
) -> None:
    """The first one's visibility ended while it worked."""
    harness.account.send("t1", make_shard())
    harness.start()
    shard, _, first = harness.submitted(1)[0]
    with_no_poll_in_flight(harness, harness.worker.leave)  # else the first one may receive it again
    make_visible(harness, receipts)
    second.start()
    other = second.submitted(1)[0][2]

    other.set_result(result_of(shard))
    wait_until(lambda: harness.account.step_functions.answers())
    first.set_result(result_of(shard))
    wait_until(harness.has_exited)

    wait_until(lambda: harness.account.message_counts() == (0, 0))
    assert [answer[:2] for answer in harness.account.step_functions.answers()] == [("success", "t1")]


@pytest.mark.parametrize(
    "error",
    [
        SLOW_DOWN,
        EndpointConnectionError(endpoint_url="https://s3"),
        ConnectionClosedError(endpoint_url="https://s3"),
        RetriesExceededError(SLOW_DOWN),
    ],
    ids=lambda error: type(error).__name__,
)
def test_audio_that_s3_does_not_serve_is_tried_again_later(
    harness: WorkerHarness, make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As an internal error it failed the job within seconds, and three of them ended the worker."""

    def acquire(*_: Any) -> None:
        raise error

    monkeypatch.setattr(AudioCache, "acquire", acquire)
    harness.engine.capacity = 4
    for n in range(4):
        harness.account.send(f"t{n}", make_shard())
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    answers = harness.account.step_functions.answers()
    assert {(operation, payload["error"]) for operation, _, payload in answers} == {("failure", "Worker.Unavailable")}
    assert not harness.has_exited()


def test_result_that_s3_does_not_take_is_retried_later(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Received again at once it was transcribed four times, and then given up."""

    def put_object(**_: Any) -> None:
        raise THROTTLED

    monkeypatch.setattr(harness.account.clients.s3, "put_object", put_object)
    harness.account.send("t1", make_shard())
    harness.start()
    shard, _, future = harness.submitted(1)[0]
    future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    [(operation, token, payload)] = harness.account.step_functions.answers()
    assert (operation, token, payload["error"]) == ("failure", "t1", "Worker.Unavailable")
