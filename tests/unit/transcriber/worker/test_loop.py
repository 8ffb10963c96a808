"""The worker's loop and what becomes of each message, on moto with a fake engine whose promises the test keeps."""

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
from transcriber.worker.audio_cache import Files
from transcriber.worker.loaded_engines import Engines
from transcriber.worker.loop import Worker
from transcriber.worker.shard_runs import Deliveries
from transcriber.worker.slot_lease import Lease
from transcriber.worker.sqs_queues import Lanes
from transcriber.worker.task_tokens import Tokens

MODELS = {"base", "small"}


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.01)


class Stage:
    """A worker in a thread of its own."""

    def __init__(self, account: Any, engine: Any, tmp_path: Path) -> None:
        self.account, self.engine = account, engine
        lanes = Lanes(account.clients.sqs, [account.fast, account.bulk])
        self.engines = Engines(self.find, lambda model: engine)
        files = Files(account.clients.s3, tmp_path, 10**9)
        deliveries = Deliveries(lanes, Tokens(account.states), files, self.engines, account.clients.s3)
        lease = Lease(account.clients.dynamodb, "table", "SLOT#000", "mine")
        self.idle = 60.0
        self.parts: tuple[Any, ...] = (lanes, deliveries, self.engines)
        self.lease: Lease | None = lease
        self.worker: Worker | None = None
        self.thread: threading.Thread | None = None

    def find(self, name: str) -> Model:
        if name not in MODELS:
            raise ShardFailed(ShardError.UNKNOWN_MODEL, f"no model {name}")
        return Model(name, Path(), "0" * 64)

    def start(self, idle: float = 60.0, lease: bool = False, default_model: str = "base") -> None:
        self.worker = Worker(
            *self.parts, idle_seconds=idle, default_model=default_model, lease=self.lease if lease else None
        )
        self.sound: list[bool] = []
        self.thread = threading.Thread(target=lambda: self.sound.append(self.worker.run()))
        self.thread.start()

    def left(self) -> bool:
        return self.thread is None or not self.thread.is_alive()

    def taken(self, count: int) -> list[tuple[Shard, Path, Any]]:
        eventually(lambda: len(self.engine.taken) >= count)
        return self.engine.taken


@pytest.fixture
def stage(account: Any, fake_engine: Any, speech: Path, tmp_path: Path, monkeypatch: Any) -> Iterator[Stage]:
    account.put_audio(speech)
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.5)
    stage = Stage(account, fake_engine, tmp_path)
    yield stage
    if stage.worker and stage.thread:
        stage.worker.stop()
        stage.thread.join(30)
        stage.parts[1]._pool.shutdown(wait=True)  # a process ends its threads; a test must wait for them


@pytest.fixture
def quick_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat.Keeper.__init__, "__defaults__", (0.05,))


Order = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


def test_a_shard_goes_from_the_message_to_the_answered_token(
    stage: Stage, order: Order, result_of: ResultOf, speech: Path
) -> None:
    stage.account.send("t1", order())
    stage.start()
    shard, path, promise = stage.taken(1)[0]
    assert path.read_bytes() == speech.read_bytes()
    assert stage.account.states.told[0][:2] == ("heartbeat", "t1")
    assert stage.account.waiting() == (0, 1)
    assert stage.account.results() == []

    promise.set_result(result_of(shard))
    eventually(lambda: stage.account.waiting() == (0, 0))

    assert stage.account.states.answers() == [("success", "t1", {"index": 0, "result": "work/j1/shards/00000.json"})]
    result = stage.account.result()
    assert result.audio.sha256 == hashlib.sha256(speech.read_bytes()).hexdigest()
    assert set(result.seconds) == {"decode", "model", "download", "total"}
    assert result.seconds["total"] >= result.seconds["download"] > 0


def test_the_last_steps_are_result_token_message(stage: Stage, order: Order, result_of: ResultOf) -> None:
    """In any other order a crash in between would lose a shard."""
    steps: list[str] = []
    clients = stage.account.clients
    clients.s3.meta.events.register("before-call.s3.PutObject", lambda **_: steps.append("result"))
    clients.sqs.meta.events.register("before-call.sqs.DeleteMessage", lambda **_: steps.append("message"))
    answer = stage.account.states.send_task_success
    stage.account.states.send_task_success = lambda **given: (steps.append("token"), answer(**given))
    stage.account.send("t1", order())
    stage.start()
    shard, _, promise = stage.taken(1)[0]

    promise.set_result(result_of(shard))
    eventually(lambda: stage.account.waiting() == (0, 0))

    assert steps == ["result", "token", "message"]


def test_somebody_on_the_line_goes_before_the_bulk(stage: Stage, order: Order, result_of: ResultOf) -> None:
    for n in range(2):
        stage.account.send(f"bulk{n}", order(job_id=f"bulk{n}"), stage.account.bulk)
        stage.account.send(f"fast{n}", order(job_id=f"fast{n}"))
    stage.start()
    for n in range(4):
        shard, _, promise = stage.taken(n + 1)[n]
        promise.set_result(result_of(shard))

    assert [shard.job_id for shard, _, _ in stage.taken(4)] == ["fast0", "fast1", "bulk0", "bulk1"]


def test_no_more_is_taken_than_there_is_room_for(stage: Stage, order: Order) -> None:
    stage.engine.places = 2
    for n in range(3):
        stage.account.send(f"t{n}", order(job_id=f"j{n}"))
    stage.start()
    stage.taken(2)

    time.sleep(1.5)  # time enough for another poll

    assert len(stage.engine.taken) == 2
    assert stage.account.waiting() == (1, 2)


def test_a_bad_file_fails_alone(stage: Stage, order: Order, result_of: ResultOf) -> None:
    stage.engine.places = 3
    for n in range(3):
        stage.account.send(f"t{n}", order(job_id=f"j{n}", result=S3Object("results", f"{n}")))
    stage.start()
    for n, (shard, _, promise) in enumerate(stage.taken(3)[:3]):
        if n == 1:
            promise.set_exception(ShardFailed(ShardError.NOT_AUDIO, "It is a PDF."))
            bad = shard.job_id.replace("j", "t")
        else:
            promise.set_result(result_of(shard))
    eventually(lambda: stage.account.waiting() == (0, 0))

    answers = {token: (what, payload) for what, token, payload in stage.account.states.answers()}
    assert answers.pop(bad) == ("failure", {"error": "Audio.NotAudio", "cause": "It is a PDF."})
    assert {what for what, _ in answers.values()} == {"success"}
    assert len(stage.account.results()) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"audio": S3Object("audio", "gone.mp3")}, "Audio.Missing"),
        ({"model": "enormous"}, "Model.Unknown"),
    ],
)
def test_what_cannot_even_begin_is_refused(stage: Stage, order: Order, changes: Any, error: str) -> None:
    stage.account.send("t1", order(**changes))
    stage.start()
    eventually(lambda: stage.account.waiting() == (0, 0))

    [(what, _, payload)] = stage.account.states.answers()
    assert (what, payload["error"]) == ("failure", error)
    assert stage.engine.taken == []


def test_our_own_fault_is_told_as_one_for_the_state_machine_to_retry(stage: Stage, order: Order) -> None:
    stage.account.send("t1", order())
    stage.start()
    stage.taken(1)[0][2].set_exception(RuntimeError("CUDA out of memory"))
    eventually(lambda: stage.account.waiting() == (0, 0))

    [(what, _, payload)] = stage.account.states.answers()
    assert (what, payload["error"]) == ("failure", "Worker.Internal")
    assert "CUDA out of memory" in payload["cause"]


def test_a_worker_with_which_nothing_succeeds_leaves_the_rest_to_others(
    stage: Stage, order: Order, result_of: ResultOf
) -> None:
    """A CUDA error sticks to its process: it would fail every shard in the lanes within seconds."""
    outcomes = [RuntimeError(), None, RuntimeError(), RuntimeError(), RuntimeError()]
    for n in range(7):
        stage.account.send(f"t{n}", order(job_id=f"j{n}"))
    stage.start()
    for n, outcome in enumerate(outcomes):
        shard, _, promise = stage.taken(n + 1)[n]
        promise.set_exception(outcome) if outcome else promise.set_result(result_of(shard))

    eventually(stage.left)

    assert stage.sound == [False]
    assert len(stage.account.states.answers()) == 5
    assert stage.account.waiting() == (2, 0)


def test_an_answer_that_does_not_get_through_leaves_the_message(
    stage: Stage, order: Order, result_of: ResultOf
) -> None:
    stage.account.states.broken = True
    stage.account.send("t1", order())
    stage.start(idle=1.0)
    shard, _, promise = stage.taken(1)[0]

    promise.set_result(result_of(shard))
    eventually(stage.left)

    assert sum(stage.account.waiting()) == 1  # another receive will do it again


def test_a_message_that_is_none_is_left_for_the_dead_letter_queue(stage: Stage, order: Order) -> None:
    for body in ("no json", "[]", '{"task_token": "t"}', '{"task_token": "t", "shard": 5}'):
        stage.account.clients.sqs.send_message(QueueUrl=stage.account.fast, MessageBody=body)
    stage.engine.places = 10
    stage.account.send("t1", order())
    stage.start()
    stage.taken(1)

    assert sum(stage.account.waiting()) == 5
    assert {token for _, token, _ in stage.account.states.told} == {"t1"}


def test_a_job_cancelled_while_it_waited_is_never_begun(stage: Stage, order: Order) -> None:
    stage.account.states.gone.add("t1")
    stage.account.send("t1", order())
    stage.start()
    eventually(lambda: stage.account.waiting() == (0, 0))

    assert stage.engine.taken == []
    assert stage.account.states.answers() == []


@pytest.mark.usefixtures("quick_keeper")
def test_a_job_cancelled_while_it_runs_is_dropped(stage: Stage, order: Order) -> None:
    stage.account.send("t1", order())
    stage.start()
    promise = stage.taken(1)[0][2]

    stage.account.states.gone.add("t1")
    eventually(promise.cancelled)
    eventually(lambda: stage.account.waiting() == (0, 0))

    assert stage.account.results() == []
    assert stage.account.states.answers() == []


@pytest.mark.usefixtures("quick_keeper")
def test_what_is_held_is_kept_and_heartbeats_are_sent(stage: Stage, order: Order) -> None:
    extended: list[Any] = []
    stage.account.clients.sqs.meta.events.register(
        "before-call.sqs.ChangeMessageVisibilityBatch", lambda params, **_: extended.append(params)
    )
    stage.account.send("t1", order())
    stage.start()
    stage.taken(1)

    eventually(lambda: len(extended) >= 2)
    eventually(lambda: len(stage.account.states.told) >= 3)

    assert {call[0] for call in stage.account.states.told} == {"heartbeat"}


def test_it_leaves_when_there_was_nothing_for_a_while(stage: Stage, order: Order, result_of: ResultOf) -> None:
    stage.account.send("t1", order())
    stage.start(idle=2.0)
    shard, _, promise = stage.taken(1)[0]
    time.sleep(2.5)
    assert not stage.left()  # it has something

    promise.set_result(result_of(shard))
    eventually(stage.left)

    assert stage.engine.closed
    assert stage.sound == [True]


def test_told_to_stop_it_gives_back_what_takes_longer(stage: Stage, order: Order) -> None:
    stage.account.send("t1", order())
    stage.start()
    promise = stage.taken(1)[0][2]
    promise.set_running_or_notify_cancel()

    stage.worker.stop()
    eventually(stage.left)

    assert stage.account.waiting() == (1, 0)  # at once, not when the visibility runs out
    assert stage.account.states.answers() == []


def test_told_to_stop_it_gives_back_at_once_what_has_not_begun(stage: Stage, order: Order, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 600.0)
    stage.account.send("t1", order())
    stage.start()
    promise = stage.taken(1)[0][2]

    stage.worker.stop()
    eventually(stage.left)

    assert promise.cancelled()
    assert stage.account.waiting() == (1, 0)


def test_told_to_stop_it_finishes_what_is_nearly_done(
    stage: Stage, order: Order, result_of: ResultOf, monkeypatch: Any
) -> None:
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 600.0)
    stage.account.send("t1", order())
    stage.account.send("t2", order())
    stage.start()
    shard, _, promise = stage.taken(1)[0]
    promise.set_running_or_notify_cancel()

    stage.worker.stop()
    promise.set_result(result_of(shard))
    eventually(stage.left)

    assert [what for what, _, _ in stage.account.states.answers()] == ["success"]
    assert stage.account.waiting() == (1, 0)  # the second was never touched


@pytest.mark.usefixtures("quick_keeper")
def test_a_lost_slot_ends_the_worker_after_what_it_holds(stage: Stage, order: Order, result_of: ResultOf) -> None:
    def lease(of: str) -> None:
        item = {"pk": {"S": "SLOT#000"}, "lease": {"S": of}, "until": {"N": "1"}}
        stage.account.clients.dynamodb.put_item(TableName="table", Item=item)

    lease("mine")
    stage.account.send("t1", order())
    stage.start(lease=True)
    shard, _, promise = stage.taken(1)[0]
    lease("theirs")
    eventually(stage.worker._leaving.is_set)
    stage.account.send("t2", order())
    time.sleep(1.5)
    assert not stage.left()

    promise.set_result(result_of(shard))
    eventually(stage.left)

    assert [token for what, token, _ in stage.account.states.answers()] == ["t1"]
    assert stage.account.waiting() == (1, 0)


def test_without_its_default_model_it_still_works(stage: Stage, order: Order) -> None:
    stage.account.send("t1", order(model="small"))
    stage.start(default_model="enormous")

    assert stage.taken(1)[0][0].model == "small"


def test_told_to_stop_while_its_model_loads_it_leaves(stage: Stage) -> None:
    never = threading.Event()
    stage.find = lambda name: never.wait(60)
    stage.engines._find = stage.find
    stage.start()

    stage.worker.stop()
    eventually(stage.left, seconds=10)

    never.set()


def test_lanes_out_of_reach_do_not_end_it(stage: Stage, order: Order, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "_PAUSE_SECONDS", 0.05)
    lanes, broken = stage.parts[0], threading.Event()
    receive = lanes.receive

    def unreliable(most: int, wait: int) -> Any:
        if not broken.is_set():
            broken.set()
            stage.account.clients.sqs.receive_message(QueueUrl="https://sqs.eu-central-1.amazonaws.com/1/none")
        return receive(most, wait)

    lanes.receive = unreliable
    stage.account.send("t1", order())
    stage.start()

    assert stage.taken(1)
    assert broken.is_set()
