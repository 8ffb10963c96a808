"""Workers die, jobs are cancelled, events come twice: nothing is lost, nothing is done twice, nothing hangs."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixtures.faults import Faults, Rule
from tests.pipeline.driver import Pipeline, eventually, wav


def test_the_same_event_twice_is_one_job(pipeline: Pipeline, speech: bytes) -> None:
    pipeline.upload("twice.flac", speech)
    job_id = pipeline.of_upload("twice.flac")["request_id"]
    states = pipeline.cloud.client("stepfunctions")
    first = eventually(lambda: pipeline.row(job_id).get("execution", {}).get("S"), "execution")
    again = states.start_execution(
        stateMachineArn=pipeline.out["JobMachineArn"],
        input=states.describe_execution(executionArn=first)["input"],
    )["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=again)["status"] == "SUCCEEDED", "end of the second")
    pipeline.over(job_id)
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]
    assert pipeline.row(job_id)["execution"]["S"] == first
    assert len([r for r in pipeline.requests() if r["source"].get("key") == "twice.flac"]) == 1


def test_a_job_cancelled_in_the_middle_stays_so_and_the_worker_goes_on(
    pipeline: Pipeline, long_speech: bytes, speech: bytes
) -> None:
    job_id = pipeline.submit(long_speech, "tag=cancelled")
    eventually(lambda: pipeline.request(job_id)["state"] == "processing" and pipeline.held(), "job in the middle")
    answer = pipeline.http.delete(f"/requests/{job_id}")
    assert answer.json()["state"] == "cancelled"
    execution = pipeline.row(job_id)["execution"]["S"]
    states = pipeline.cloud.client("stepfunctions")
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "ABORTED", "end of the execution")
    assert pipeline.post(speech, "tag=after-the-cancel").status_code == 200
    assert pipeline.request(job_id)["state"] == "cancelled"
    assert pipeline.events(job_id, until="cancelled")[-1] == "cancelled"
    assert pipeline.http.get(f"/requests/{job_id}/result").status_code == 410


def test_a_job_whose_execution_was_aborted_from_outside_fails_and_says_so(
    pipeline: Pipeline, long_speech: bytes
) -> None:
    job_id = pipeline.submit(long_speech, "tag=aborted")
    eventually(lambda: pipeline.request(job_id)["state"] == "processing", "job in the middle")
    execution = pipeline.row(job_id)["execution"]["S"]
    pipeline.cloud.client("stepfunctions").stop_execution(executionArn=execution)
    eventually(lambda: pipeline.request(job_id)["state"] == "failed", "failed job")
    assert "stopped" in pipeline.request(job_id)["error"]["err_msg"]
    assert pipeline.events(job_id, until="failed")[-1] == "failed"


def test_a_burst_starts_as_many_workers_as_allowed_and_loses_no_job(pipeline: Pipeline) -> None:
    before = pipeline.configure("scale", MAX_WORKERS="2", SPEED="0.001")
    try:
        with ThreadPoolExecutor(10) as pool:  # jobs that start together ask for workers together
            ids = list(pool.map(lambda n: pipeline.submit(wav(1.0), f"tag=burst-{n}"), range(30)))
    finally:
        pipeline.configure("scale", **before)
    eventually(lambda: len(pipeline.workers()) == 2, "second worker")
    assert {pipeline.over(job_id)["state"] for job_id in ids} == {"completed"}
    assert len(pipeline.executions("WorkerMachineArn", "RUNNING")) <= 2
    assert len(pipeline.workers()) <= 2


def test_a_job_whose_worker_was_killed_completes(pipeline: Pipeline, interrupted: str) -> None:
    """Killed by the fixture, before every other test of this folder."""
    request = pipeline.over(interrupted, 150)
    assert request["state"] == "completed", request
    assert pipeline.events(interrupted, until="completed") == ["queued", "completed"]
    assert pipeline.read("uploads/interrupted.wav.txt").decode().lower().count("bucket") >= 2


def test_a_job_gets_over_one_error_of_every_service(pipeline: Pipeline, faults: Faults) -> None:
    wrong = [
        Rule("dynamodb", "UpdateItem", code="ProvisionedThroughputExceededException"),
        Rule("s3", "PutObject", times=2, code="SlowDown", status=503),
        Rule("sqs", "ReceiveMessage", code="ServiceUnavailable", status=503),
        Rule("sqs", "GetQueueAttributes", code="ServiceUnavailable", status=503),
        Rule("events", "PutEvents", code="InternalFailure", status=500),
        Rule("states", "SendTaskSuccess", code="ThrottlingException"),
    ]
    faults.set(*wrong)
    answer = pipeline.post(wav(1.5), "tag=faults")
    assert answer.status_code == 200, answer.text
    assert pipeline.events(answer.json()["metadata"]["request_id"], until="completed") == ["queued", "completed"]
    assert {tuple(met) for met in faults.fired()} == {(rule.service, rule.operation) for rule in wrong}


@pytest.fixture
def no_worker(pipeline: Pipeline, interrupted: str) -> Iterator[None]:
    """All workers sent home, and the only slot held, so that none comes."""
    pipeline.over(interrupted)
    eventually(lambda: pipeline.held() == 0, "quiet lanes")
    pipeline.kill_workers(signal.SIGTERM)
    eventually(lambda: not pipeline.workers(), "end of the workers", 40)
    eventually(lambda: not pipeline.executions("WorkerMachineArn", "RUNNING"), "end of the Worker machine")
    table, name = pipeline.cloud.client("dynamodb"), pipeline.out["TableName"]
    held = {"lease": {"S": "the test's"}, "until": {"N": str(int(time.time()) + 600)}}
    table.put_item(TableName=name, Item={"pk": {"S": "SLOT#000"}, **held})
    yield
    table.delete_item(TableName=name, Key={"pk": {"S": "SLOT#000"}})


@pytest.mark.usefixtures("no_worker")
def test_a_shard_that_no_worker_finishes_fails_its_job(pipeline: Pipeline, speech: bytes) -> None:
    job_id = pipeline.submit(speech, "tag=poison")
    sqs, queue = pipeline.cloud.client("sqs"), pipeline.out["FastQueueUrl"]

    def taken() -> bool:
        """As a worker that is killed before it can do anything else."""
        messages = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages", [])
        assert all(json.loads(message["Body"])["shard"]["job_id"] == job_id for message in messages)
        return pipeline.request(job_id)["state"] == "failed"

    eventually(taken, "failed job", 30)
    assert "No worker could finish this audio" in pipeline.request(job_id)["error"]["err_msg"]
    assert pipeline.events(job_id, until="failed") == ["queued", "failed"]
