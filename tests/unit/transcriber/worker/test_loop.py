"""The worker loop and what becomes of each message: on moto, with an engine whose futures the tests complete."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.shards import S3Object, Shard, ShardError, ShardResult
from transcriber.engine_protocol import Model, ShardFailed
from transcriber.worker import heartbeat, loop
from transcriber.worker.audio_cache import AudioCache
from transcriber.worker.loaded_engines import LoadedEngines
from transcriber.worker.loop import Worker
from transcriber.worker.shard_runs import ShardRuns
from transcriber.worker.slot_lease import SlotLease
from transcriber.worker.sqs_queues import ShardQueues
from transcriber.worker.task_tokens import TaskTokens

MODELS = {"base", "small"}


def wait_until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not become true"
        time.sleep(0.01)


class Harness:
    """A worker that runs in a thread."""

    def __init__(self, account: Any, engine: Any, tmp_path: Path) -> None:
        self.account, self.engine = account, engine
        queues = ShardQueues(account.clients.sqs, [account.fast, account.bulk])
        self.engines = LoadedEngines(self.find_model, lambda model: engine)
        audio = AudioCache(account.clients.s3, tmp_path, 10**9)
        shard_runs = ShardRuns(queues, TaskTokens(account.step_functions), audio, self.engines, account.clients.s3)
        lease = SlotLease(account.clients.dynamodb, "table", "SLOT#000", "mine")
        # A long poll waits for a second of wall time; 20 ms are as good here.
        receive = queues.receive
        queues.receive = lambda max_messages, _: receive(max_messages, 0) or time.sleep(0.02) or []  # type: ignore
        self.parts: tuple[Any, ...] = (queues, shard_runs, self.engines)
        self.lease: SlotLease | None = lease
        self.worker: Worker | None = None
        self.thread: threading.Thread | None = None

    def find_model(self, name: str) -> Model:
        if name not in MODELS:
            raise ShardFailed(ShardError.UNKNOWN_MODEL, f"no model {name}")
        return Model(name, Path(), "0" * 64)

    def start(self, idle_seconds: float = 60.0, lease: bool = False, default_model: str = "base") -> None:
        self.worker = Worker(
            *self.parts, idle_seconds=idle_seconds, default_model=default_model, lease=self.lease if lease else None
        )
        self.healthy: list[bool] = []
        self.thread = threading.Thread(target=lambda: self.healthy.append(self.worker.run()))
        self.thread.start()

    def has_exited(self) -> bool:
        return self.thread is None or not self.thread.is_alive()

    def submitted(self, count: int) -> list[tuple[Shard, Path, Any]]:
        wait_until(lambda: len(self.engine.submitted) >= count)
        return self.engine.submitted


@pytest.fixture
def harness(account: Any, fake_engine: Any, speech: Path, tmp_path: Path, monkeypatch: Any) -> Iterator[Harness]:
    account.put_audio(speech)
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.1)
    monkeypatch.setattr(loop, "_FULL_SECONDS", 0.05)
    harness = Harness(account, fake_engine, tmp_path)
    yield harness
    if harness.worker and harness.thread:
        harness.worker.stop()
        harness.thread.join(30)
        harness.parts[1]._pool.shutdown(wait=True)  # a process ends its threads; a test must wait for them


@pytest.fixture
def fast_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat.Heartbeat.__init__, "__defaults__", (0.05,))


MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


def test_shard_message_ends_in_result_and_answered_token(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf, speech: Path
) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    shard, path, future = harness.submitted(1)[0]
    assert path.read_bytes() == speech.read_bytes()
    assert harness.account.step_functions.calls[0][:2] == ("heartbeat", "t1")
    assert harness.account.message_counts() == (0, 1)
    assert harness.account.result_keys() == []

    future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.account.step_functions.answers() == [
        ("success", "t1", {"index": 0, "result": "work/j1/shards/00000.json"})
    ]
    result = harness.account.result()
    assert result.audio.sha256 == hashlib.sha256(speech.read_bytes()).hexdigest()
    assert set(result.seconds) == {"decode", "model", "download", "total"}
    assert result.seconds["total"] >= result.seconds["download"] > 0


def test_finished_run_writes_result_then_token_then_message(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    """In any other order a crash between two steps would lose a shard."""
    steps: list[str] = []
    clients = harness.account.clients
    clients.s3.meta.events.register("before-call.s3.PutObject", lambda **_: steps.append("result"))
    clients.sqs.meta.events.register("before-call.sqs.DeleteMessage", lambda **_: steps.append("message"))
    answer = harness.account.step_functions.send_task_success
    harness.account.step_functions.send_task_success = lambda **arguments: (steps.append("token"), answer(**arguments))
    harness.account.send("t1", make_shard())
    harness.start()
    shard, _, future = harness.submitted(1)[0]

    future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert steps == ["result", "token", "message"]


def test_fast_queue_is_processed_before_bulk_queue(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    for n in range(2):
        harness.account.send(f"bulk{n}", make_shard(job_id=f"bulk{n}"), harness.account.bulk)
        harness.account.send(f"fast{n}", make_shard(job_id=f"fast{n}"))
    harness.start()
    for n in range(4):
        shard, _, future = harness.submitted(n + 1)[n]
        future.set_result(result_of(shard))

    assert [shard.job_id for shard, _, _ in harness.submitted(4)] == ["fast0", "fast1", "bulk0", "bulk1"]


def test_full_engine_leaves_messages_in_queue(harness: Harness, make_shard: MakeShard) -> None:
    harness.engine.capacity = 2
    for n in range(3):
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}"))
    harness.start()
    harness.submitted(2)

    time.sleep(0.3)  # a dozen polls

    assert len(harness.engine.submitted) == 2
    assert harness.account.message_counts() == (1, 2)


def test_bad_file_fails_only_its_own_shard(harness: Harness, make_shard: MakeShard, result_of: ResultOf) -> None:
    harness.engine.capacity = 3
    for n in range(3):
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}", result=S3Object("results", f"{n}")))
    harness.start()
    for n, (shard, _, future) in enumerate(harness.submitted(3)[:3]):
        if n == 1:
            future.set_exception(ShardFailed(ShardError.NOT_AUDIO, "It is a PDF."))
            bad = shard.job_id.replace("j", "t")
        else:
            future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    answers = {token: (operation, payload) for operation, token, payload in harness.account.step_functions.answers()}
    assert answers.pop(bad) == ("failure", {"error": "Audio.NotAudio", "cause": "It is a PDF."})
    assert {operation for operation, _ in answers.values()} == {"success"}
    assert len(harness.account.result_keys()) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"audio": S3Object("audio", "gone.mp3")}, "Audio.Missing"),
        ({"model": "enormous"}, "Model.Unknown"),
    ],
)
def test_missing_audio_or_model_fails_before_submit(
    harness: Harness, make_shard: MakeShard, changes: Any, error: str
) -> None:
    harness.account.send("t1", make_shard(**changes))
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    [(operation, _, payload)] = harness.account.step_functions.answers()
    assert (operation, payload["error"]) == ("failure", error)
    assert harness.engine.submitted == []


def test_engine_exception_is_answered_as_internal_error(harness: Harness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    harness.submitted(1)[0][2].set_exception(RuntimeError("CUDA out of memory"))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    [(operation, _, payload)] = harness.account.step_functions.answers()
    assert (operation, payload["error"]) == ("failure", "Worker.Internal")
    assert "CUDA out of memory" in payload["cause"]


def test_consecutive_faults_end_worker_and_return_messages(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    """A CUDA error stays with its process: it would fail every shard in the queues within seconds."""
    outcomes = [RuntimeError(), None, RuntimeError(), RuntimeError(), RuntimeError()]
    for n in range(7):
        harness.account.send(f"t{n}", make_shard(job_id=f"j{n}"))
    harness.start()
    for n, outcome in enumerate(outcomes):
        shard, _, future = harness.submitted(n + 1)[n]
        future.set_exception(outcome) if outcome else future.set_result(result_of(shard))

    wait_until(harness.has_exited)

    assert harness.healthy == [False]
    assert len(harness.account.step_functions.answers()) == 5
    assert harness.account.message_counts() == (2, 0)


def test_unsent_answer_leaves_message_for_another_receive(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    harness.account.step_functions.rejects_answers = True
    harness.account.send("t1", make_shard())
    harness.start(idle_seconds=0.3)
    shard, _, future = harness.submitted(1)[0]

    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert sum(harness.account.message_counts()) == 1  # it is received again after its visibility timeout


def test_malformed_message_is_left_for_dead_letter_queue(harness: Harness, make_shard: MakeShard) -> None:
    for body in ("no json", "[]", '{"task_token": "t"}', '{"task_token": "t", "shard": 5}'):
        harness.account.clients.sqs.send_message(QueueUrl=harness.account.fast, MessageBody=body)
    harness.engine.capacity = 10
    harness.account.send("t1", make_shard())
    harness.start()
    harness.submitted(1)

    assert sum(harness.account.message_counts()) == 5
    assert {token for _, token, _ in harness.account.step_functions.calls} == {"t1"}


def test_job_cancelled_while_queued_is_not_submitted(harness: Harness, make_shard: MakeShard) -> None:
    harness.account.step_functions.closed_tokens.add("t1")
    harness.account.send("t1", make_shard())
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.engine.submitted == []
    assert harness.account.step_functions.answers() == []


@pytest.mark.usefixtures("fast_heartbeat")
def test_job_cancelled_while_running_is_dropped(harness: Harness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]

    harness.account.step_functions.closed_tokens.add("t1")
    wait_until(future.cancelled)
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.account.result_keys() == []
    assert harness.account.step_functions.answers() == []


@pytest.mark.usefixtures("fast_heartbeat")
def test_running_shard_keeps_visibility_and_sends_heartbeats(harness: Harness, make_shard: MakeShard) -> None:
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


def test_worker_exits_only_after_idle_time_without_shards(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    harness.account.send("t1", make_shard())
    harness.start(idle_seconds=0.3)
    shard, _, future = harness.submitted(1)[0]
    time.sleep(0.8)
    assert not harness.has_exited()  # its shard still runs

    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert harness.engine.closed
    assert harness.healthy == [True]


def test_stop_returns_running_shard_after_grace_period(harness: Harness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]
    future.set_running_or_notify_cancel()

    harness.worker.stop()
    wait_until(harness.has_exited)

    assert harness.account.message_counts() == (1, 0)  # at once, not after the visibility timeout
    assert harness.account.step_functions.answers() == []


def test_stop_returns_unstarted_shard_immediately(harness: Harness, make_shard: MakeShard, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 600.0)
    harness.account.send("t1", make_shard())
    harness.start()
    future = harness.submitted(1)[0][2]

    harness.worker.stop()
    wait_until(harness.has_exited)

    assert future.cancelled()
    assert harness.account.message_counts() == (1, 0)


def test_stop_completes_shard_that_ends_in_grace_period(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf, monkeypatch: Any
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


@pytest.mark.usefixtures("fast_heartbeat")
def test_lost_lease_ends_worker_after_its_current_shards(
    harness: Harness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    def set_lease(value: str) -> None:
        item = {"pk": {"S": "SLOT#000"}, "lease": {"S": value}, "until": {"N": "1"}}
        harness.account.clients.dynamodb.put_item(TableName="table", Item=item)

    set_lease("mine")
    harness.account.send("t1", make_shard())
    harness.start(lease=True)
    shard, _, future = harness.submitted(1)[0]
    set_lease("theirs")
    wait_until(harness.worker._stopping.is_set)
    harness.account.send("t2", make_shard())
    time.sleep(0.3)
    assert not harness.has_exited()

    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert [token for operation, token, _ in harness.account.step_functions.answers()] == ["t1"]
    assert harness.account.message_counts() == (1, 0)


def test_missing_default_model_does_not_stop_other_models(harness: Harness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard(model="small"))
    harness.start(default_model="enormous")

    assert harness.submitted(1)[0][0].model == "small"


def test_stop_while_model_loads_ends_worker(harness: Harness) -> None:
    loaded = threading.Event()
    harness.find_model = lambda name: loaded.wait(60)
    harness.engines._find_model = harness.find_model
    harness.start()

    harness.worker.stop()
    wait_until(harness.has_exited, seconds=10)

    loaded.set()


def test_unreachable_queue_is_polled_again(harness: Harness, make_shard: MakeShard, monkeypatch: Any) -> None:
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
