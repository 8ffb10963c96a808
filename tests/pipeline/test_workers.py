"""Killed workers, cancelled jobs, duplicate events: no job is lost, done twice, or left running."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from earshot_contract.keys import FLEET_PK
from earshot_contract.timeouts import FAST_VISIBILITY_SECONDS
from tests.fixtures.local_cloud.faults import Faults, Rule
from tests.fixtures.local_cloud.schedules import run_of_every_minute
from tests.fixtures.local_cloud.waiting import MOMENT, eventually
from tests.pipeline.driver import Pipeline, wav


def test_duplicate_upload_event_is_one_job(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("twice.flac", speech)
    job_id = pipeline.job_of_upload("twice.flac")["request_id"]
    states = pipeline.cloud.client("stepfunctions")
    first = eventually(lambda: pipeline.row(job_id).get("execution", {}).get("S"), "execution")
    again = states.start_execution(
        stateMachineArn=pipeline.out["JobMachineArn"],
        input=states.describe_execution(executionArn=first)["input"],
    )["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=again)["status"] == "SUCCEEDED", "end of the second")
    pipeline.wait_until_finished(job_id)
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]
    assert pipeline.row(job_id)["execution"]["S"] == first
    assert len([r for r in pipeline.requests() if r["source"].get("key") == "twice.flac"]) == 1


def test_cancelled_job_stays_cancelled_and_worker_continues(
    pipeline: Pipeline, long_speech: bytes, speech: bytes
) -> None:
    job_id = pipeline.submit(long_speech, "tag=cancelled")
    eventually(
        lambda: pipeline.request(job_id)["state"] == "processing" and pipeline.messages_in_flight(),
        "job in the middle",
        longest_pause=MOMENT,
    )
    answer = pipeline.http.delete(f"/requests/{job_id}")
    assert answer.json()["state"] == "cancelled"
    execution = pipeline.row(job_id)["execution"]["S"]
    states = pipeline.cloud.client("stepfunctions")
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "ABORTED", "end of the execution")
    assert pipeline.post(speech, "tag=after-the-cancel").status_code == 200
    assert pipeline.request(job_id)["state"] == "cancelled"
    assert pipeline.events(job_id, until="cancelled")[-1] == "cancelled"
    assert pipeline.http.get(f"/requests/{job_id}/result").status_code == 410


def test_job_with_aborted_execution_fails(pipeline: Pipeline, long_speech: bytes) -> None:
    job_id = pipeline.submit(long_speech, "tag=aborted")
    eventually(lambda: pipeline.request(job_id)["state"] == "processing", "job in the middle", longest_pause=MOMENT)
    execution = pipeline.row(job_id)["execution"]["S"]
    pipeline.cloud.client("stepfunctions").stop_execution(executionArn=execution)
    eventually(lambda: pipeline.request(job_id)["state"] == "failed", "failed job")
    assert "stopped" in pipeline.request(job_id)["error"]["err_msg"]
    assert pipeline.events(job_id, until="failed")[-1] == "failed"


def test_burst_starts_max_workers_and_completes_all_jobs(pipeline: Pipeline) -> None:
    previous = pipeline.configure("scale", MAX_WORKERS="2")
    # Long shards, as far as the scaler has learnt: a backlog that two workers end much sooner than one.
    pipeline.put({"pk": {"S": FLEET_PK}, "fast_shard": {"N": "1000000"}})
    try:
        with ThreadPoolExecutor(10) as pool:  # jobs that start together ask for workers together
            ids = list(pool.map(lambda n: pipeline.submit(wav(1.0), f"tag=burst-{n}"), range(30)))
    finally:
        pipeline.configure("scale", **previous)
    eventually(lambda: len(pipeline.workers()) == 2, "second worker")
    assert {pipeline.wait_until_finished(job_id)["state"] for job_id in ids} == {"completed"}
    assert len(pipeline.executions("WorkerMachineArn", "RUNNING")) <= 2
    assert len(pipeline.workers()) <= 2


def test_job_of_killed_worker_completes(pipeline: Pipeline, interrupted_job: str) -> None:
    """Killed by the fixture, before every other test of this folder."""
    request = pipeline.wait_until_finished(interrupted_job, 150)
    assert request["state"] == "completed", request
    assert pipeline.events(interrupted_job, until="completed") == ["queued", "completed"]
    assert pipeline.read("uploads/interrupted.wav.txt").decode().lower().count("bucket") >= 2


def test_waiting_callers_clip_is_taken_over_while_it_waits(
    pipeline: Pipeline, interrupted_job: str, long_speech: bytes
) -> None:
    """A killed worker's message is hidden for 9 s on the fast queue, for 60 s on the other (test_sqs_queues.py)."""
    pipeline.wait_until_finished(interrupted_job, 150)
    # A new execution of the worker machine: a slot whose worker died on Spot and on demand cools down for a minute.
    pipeline.kill_workers(signal.SIGTERM)
    eventually(lambda: not pipeline.executions("WorkerMachineArn", "RUNNING"), "end of the Worker machine", 60)
    began = time.monotonic()
    pipeline.post(long_speech, "tag=undisturbed")  # launch, transcription and answer, as slow as this machine is now
    undisturbed = time.monotonic() - began
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(pipeline.post, long_speech, "tag=taken-over")
        eventually(pipeline.messages_in_flight, "worker at work", longest_pause=MOMENT)
        pipeline.kill_workers(signal.SIGKILL)
        killed = time.monotonic()
        answer = pending.result()
    took = time.monotonic() - killed

    assert answer.status_code == 200, answer.text
    print(f"Taken over: answered {took:.1f} s after the worker's death; undisturbed {undisturbed:.1f} s.")
    # Hidden, received in a poll of a second by a worker that was launched meanwhile, transcribed, answered.
    assert took < FAST_VISIBILITY_SECONDS + 1 + 1.5 * undisturbed
    assert "bucket" in answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"].lower()


def test_job_completes_despite_one_error_per_service(pipeline: Pipeline, faults: Faults) -> None:
    rules = [
        Rule("dynamodb", "UpdateItem", code="ProvisionedThroughputExceededException"),
        Rule("s3", "PutObject", times=2, code="SlowDown", status=503),
        Rule("sqs", "ReceiveMessage", code="ServiceUnavailable", status=503),
        Rule("sqs", "GetQueueAttributes", code="ServiceUnavailable", status=503),
        Rule("events", "PutEvents", code="InternalFailure", status=500),
        Rule("states", "SendTaskSuccess", code="ThrottlingException"),
    ]
    faults.set(*rules)
    answer = pipeline.post(wav(1.5), "tag=faults")
    assert answer.status_code == 200, answer.text
    assert pipeline.events(answer.json()["metadata"]["request_id"], until="completed") == ["queued", "completed"]
    assert {tuple(met) for met in faults.fired()} == {(rule.service, rule.operation) for rule in rules}


@pytest.fixture
def no_worker(pipeline: Pipeline, interrupted_job: str) -> Iterator[None]:
    """No worker runs, and the only slot is leased, so that none is launched."""
    pipeline.wait_until_finished(interrupted_job)
    eventually(lambda: pipeline.messages_in_flight() == 0, "empty queues")
    pipeline.kill_workers(signal.SIGTERM)
    eventually(lambda: not pipeline.workers(), "end of the workers", 40)
    eventually(lambda: not pipeline.executions("WorkerMachineArn", "RUNNING"), "end of the Worker machine")
    table, name = pipeline.cloud.client("dynamodb"), pipeline.out["TableName"]
    lease = {"lease": {"S": "the test's"}, "until": {"N": str(int(time.time()) + 600)}}
    table.put_item(TableName=name, Item={"pk": {"S": "SLOT#000"}, **lease})
    yield
    table.delete_item(TableName=name, Key={"pk": {"S": "SLOT#000"}})


@pytest.mark.usefixtures("no_worker")
def test_shard_after_max_receives_fails_job(pipeline: Pipeline, speech: bytes) -> None:
    job_id = pipeline.submit(speech, "tag=poison")
    sqs, queue = pipeline.cloud.client("sqs"), pipeline.out["FastQueueUrl"]

    def receive_until_failed() -> bool:
        """Receive the message as a worker does that is killed at once."""
        messages = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages", [])
        assert all(json.loads(message["Body"])["shard"]["job_id"] == job_id for message in messages)
        run_of_every_minute(pipeline.cloud)
        return pipeline.request(job_id)["state"] == "failed"

    eventually(receive_until_failed, "failed job", 30)
    assert "No worker could finish this audio" in pipeline.request(job_id)["error"]["err_msg"]
    assert pipeline.events(job_id, until="failed") == ["queued", "failed"]
