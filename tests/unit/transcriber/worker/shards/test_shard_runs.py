"""Shard runs: what becomes of each message, its result and its task token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.documents.shards import PacketPosition, PlanRequest, Shard, ShardError, ShardPlan, SpeakerOptions
from tests.fixtures.worker import WorkerHarness, wait_until
from transcriber.engine_protocol import ShardFailed
from transcriber.planning import shard_plan
from transcriber.planning.shard_plan import FoundCuts

MakeShard = Callable[..., Shard]
ResultOf = Callable[[Shard], ShardResult]


def test_shard_message_ends_in_result_and_answered_token(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, speech: Path
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
    assert set(result.seconds) == {"decode", "model", "download", "total", "start_fetch", "start_load"}
    assert result.seconds["total"] >= result.seconds["download"] > 0


def test_finished_run_writes_result_then_token_then_message(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
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


@pytest.mark.parametrize(("index", "fetched"), [(0, True), (1, False)])
def test_known_speakers_are_fetched_for_the_first_shard(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf, index: int, fetched: bool
) -> None:
    known = S3Object("audio", "known-speakers.json")
    harness.account.clients.s3.put_object(Bucket=known.bucket, Key=known.key, Body=b"names and voices")
    harness.account.send("t1", make_shard(index=index, count=2, speakers=SpeakerOptions("speakers", known=known)))
    harness.start()
    shard, _, future = harness.submitted(1)[0]

    [path] = harness.engine.known_speakers
    assert (path.read_bytes() if path else None) == (b"names and voices" if fetched else None)
    future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))


def test_bad_file_fails_only_its_own_shard(harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf) -> None:
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
    harness: WorkerHarness, make_shard: MakeShard, changes: Any, error: str
) -> None:
    harness.account.send("t1", make_shard(**changes))
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    [(operation, _, payload)] = harness.account.step_functions.answers()
    assert (operation, payload["error"]) == ("failure", error)
    assert harness.engine.submitted == []


def test_engine_exception_is_answered_as_internal_error(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.account.send("t1", make_shard())
    harness.start()
    harness.submitted(1)[0][2].set_exception(RuntimeError("CUDA out of memory"))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    [(operation, _, payload)] = harness.account.step_functions.answers()
    assert (operation, payload["error"]) == ("failure", "Worker.Internal")
    assert "CUDA out of memory" in payload["cause"]


def test_unsent_answer_leaves_message_for_another_receive(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    harness.account.step_functions.rejects_answers = True
    harness.account.send("t1", make_shard())
    harness.start(idle_seconds=0.05)
    shard, _, future = harness.submitted(1)[0]

    future.set_result(result_of(shard))
    wait_until(harness.has_exited)

    assert sum(harness.account.message_counts()) == 1  # it is received again after its visibility timeout


def test_malformed_message_is_left_for_dead_letter_queue(harness: WorkerHarness, make_shard: MakeShard) -> None:
    for body in ("no json", "[]", '{"task_token": "t"}', '{"task_token": "t", "shard": 5}'):
        harness.account.clients.sqs.send_message(QueueUrl=harness.account.fast, MessageBody=body)
    harness.engine.capacity = 10
    harness.account.send("t1", make_shard())
    harness.start()
    harness.submitted(1)

    assert sum(harness.account.message_counts()) == 5
    assert {token for _, token, _ in harness.account.step_functions.calls} == {"t1"}


def test_job_cancelled_while_queued_is_not_submitted(harness: WorkerHarness, make_shard: MakeShard) -> None:
    harness.account.step_functions.closed_tokens.add("t1")
    harness.account.send("t1", make_shard())
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.engine.submitted == []
    assert harness.account.step_functions.answers() == []


def test_result_of_closed_token_is_not_written(
    harness: WorkerHarness, make_shard: MakeShard, result_of: ResultOf
) -> None:
    """Another worker answered, and the job has ended: a redacted job's results were removed by now."""
    harness.account.send("t1", make_shard())
    harness.start()
    shard, _, future = harness.submitted(1)[0]
    harness.account.step_functions.closed_tokens.add("t1")

    future.set_result(result_of(shard))
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    assert harness.account.result_keys() == []


def test_plan_request_is_answered_without_the_engine(
    harness: WorkerHarness, make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = PacketPosition(4.0, 40, 0, 64_000, 128_044)
    found = FoundCuts(8.0, 80, [cut], None)
    monkeypatch.setattr(shard_plan, "find_cuts", lambda path, request, **_: found if request.maximum == 7 else None)
    harness.account.send("t1", make_shard(plan=PlanRequest(4.0, 7), result=S3Object("results", "plan.json")))
    harness.start()
    wait_until(lambda: harness.account.message_counts() == (0, 0))

    body = harness.account.clients.s3.get_object(Bucket="results", Key="plan.json")["Body"].read()
    assert ShardPlan.from_json(body) == ShardPlan("j1", 8.0, 80, [cut])
    assert harness.account.step_functions.answers() == [("success", "t1", {"index": 0, "result": "plan.json"})]
    assert harness.engine.submitted == []
