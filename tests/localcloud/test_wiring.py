"""Connections between the stack's parts work as on AWS: events, consumers of queues, presigned URLs."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard, ShardMessage
from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.schedules import run_of_every_minute

ROLE = "arn:aws:iam::000000000000:role/scratch"


def uploads_seen(cloud: Cloud, key: str, count: int = 1) -> list[dict[str, Any]]:
    """The inputs of the Job machine's executions that an upload of this key has started."""
    states = cloud.client("stepfunctions")
    for _ in range(500):
        arns = states.list_executions(stateMachineArn=cloud.outputs["JobMachineArn"])["executions"]
        inputs = [json.loads(states.describe_execution(executionArn=e["executionArn"])["input"]) for e in arns]
        found = [
            execution_input["upload"]
            for execution_input in inputs
            if execution_input.get("upload", {}).get("object", {}).get("key") == key
        ]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no execution for {key!r}")


@pytest.mark.parametrize(
    "key", ["plain.wav", "a folder/with spaces/ü–日本.wav", "a+b.wav", "100%.wav", "%2B+%20.wav", 'quo"ted\\.wav']
)
def test_upload_starts_job_machine_with_exact_key(cloud: Cloud, key: str) -> None:
    bucket = cloud.outputs["UploadsBucket"]
    put = cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=b"not audio")

    upload = uploads_seen(cloud, key)[0]

    assert (upload["bucket"]["name"], upload["object"]["size"]) == (bucket, 9)
    assert upload["object"]["sequencer"]
    assert upload["object"].get("version-id") == put.get("VersionId")


def test_uploads_of_same_key_differ_in_sequencer(cloud: Cloud) -> None:
    for body in (b"one", b"two"):
        cloud.client("s3").put_object(Bucket=cloud.outputs["UploadsBucket"], Key="twice.wav", Body=body)

    first, second = uploads_seen(cloud, "twice.wav", count=2)[:2]

    assert first["object"]["sequencer"] != second["object"]["sequencer"]


def test_dead_letter_message_fails_its_task_token(cloud: Cloud) -> None:
    states, sqs = cloud.client("stepfunctions"), cloud.client("sqs")
    scratch = sqs.create_queue(QueueName="scratch-dead")["QueueUrl"]
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": scratch, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    machine = states.create_state_machine(
        name="scratch-dead", definition=json.dumps({"StartAt": "W", "States": {"W": wait}}), roleArn=ROLE
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    token = sqs.receive_message(QueueUrl=scratch, WaitTimeSeconds=20)["Messages"][0]["Body"]
    shard = Shard("job", 0, 1, audio=S3Object("b", "a"), result=S3Object("b", "r"), model="base")

    sqs.send_message(QueueUrl=cloud.outputs["DeadQueueUrl"], MessageBody=ShardMessage(token, shard).to_json())
    run_of_every_minute(cloud)

    while (described := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.05)
    assert described["error"] == "Worker.GaveUp"


def test_presigned_urls_put_and_get_object(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["TranscriptsBucket"]
    location = {"Bucket": bucket, "Key": "work/ü a+b/audio"}

    put = httpx.put(s3.generate_presigned_url("put_object", Params=location, ExpiresIn=60), content=b"audio")

    assert put.status_code == 200, put.text
    assert httpx.get(s3.generate_presigned_url("get_object", Params=location, ExpiresIn=60)).content == b"audio"
