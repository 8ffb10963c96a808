"""An account that takes few requests, and functions that end between two writes: late, but nothing is lost."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

from boto3.dynamodb.types import TypeSerializer

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import body_key, job_pk
from functions.jobs.job import Job, Source, SourceKind
from tests.fixtures.local_cloud.faults import Faults, Rule
from tests.pipeline.driver import Pipeline, wav


def test_job_outlives_more_throttling_than_a_few_retries(pipeline: Pipeline, speech: bytes, faults: Faults) -> None:
    """Six retries were too few: they ended within half a minute."""
    faults.set(
        Rule("lambda", "Invoke", times=7, code="TooManyRequestsException", status=429),
        Rule("sqs", "SendMessage", times=4, code="ThrottlingException"),
    )
    pipeline.upload("throttled.flac", speech)
    job_id = pipeline.job_of_upload("throttled.flac")["request_id"]
    assert pipeline.wait_until_finished(job_id, 400)["state"] == "completed"
    assert len(faults.fired()) == 11


def test_burst_beyond_the_accounts_concurrency_is_done_late(pipeline: Pipeline, faults: Faults) -> None:
    """A new account runs ten functions at the same time. Here it is two, because these take a fraction of a second."""
    faults.set(Rule("lambda", "Invoke", times=100_000, code="TooManyRequestsException", status=429, beyond=2))
    keys = [f"few-functions/{number}.wav" for number in range(8)]
    with ThreadPoolExecutor(len(keys)) as threads:
        list(threads.map(lambda key: pipeline.upload(key, wav(0.5)), keys))
    jobs = [pipeline.job_of_upload(key)["request_id"] for key in keys]

    states = {pipeline.wait_until_finished(job_id, 400)["state"] for job_id in jobs}

    assert states == {"completed"}
    assert len(faults.fired()) > len(jobs)  # most of their calls were refused at first


def test_row_without_execution_is_started_by_the_sweep(pipeline: Pipeline, speech: bytes) -> None:
    """The function that wrote the row ended before it started the execution."""
    cloud, job_id = pipeline.cloud, str(uuid.uuid4())
    audio = S3Object(pipeline.out["TranscriptsBucket"], body_key(job_id))
    cloud.client("s3").put_object(Bucket=audio.bucket, Key=audio.key, Body=speech)
    job = Job(job_id, Source(SourceKind.BODY, audio, size=len(speech)), "model=whisper")
    job.created = job.day + "T00:00:00.000Z"
    item = {"pk": job_pk(job.id), "day": job.day, **job.row()}
    cloud.client("dynamodb").put_item(
        TableName=pipeline.out["TableName"], Item={name: TypeSerializer().serialize(v) for name, v in item.items()}
    )
    functions = cloud.client("lambda").list_functions()["Functions"]
    [sweep] = [f["FunctionName"] for f in functions if ".sweep." in f.get("Handler", "")]
    answer = json.loads(cloud.client("lambda").invoke(FunctionName=sweep)["Payload"].read())
    assert answer == {"restarted": [job_id], "failed": []}
    assert pipeline.wait_until_finished(job_id, 400)["state"] == "completed"
