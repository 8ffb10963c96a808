"""Objects, keys, queues, the bus: what the functions rely on."""

from __future__ import annotations

import json

import boto3
import pytest
import requests

from earshot_contract.shards import S3Object
from functions.aws import api_keys, clients, event_bus, step_functions
from functions.aws import s3 as objects
from functions.aws import sqs as queues
from functions.settings import settings

pytestmark = pytest.mark.usefixtures("aws")
HERE = S3Object("transcripts", "work/j 1/ü+%.wav")


def test_objects_come_and_go() -> None:
    assert objects.get(HERE) is None
    assert objects.head(HERE) is None
    objects.put(HERE, b"abc", "audio/wav")
    assert objects.get(HERE) == b"abc"
    facts = objects.head(HERE)
    assert facts is not None
    assert (facts.size, facts.content_type) == (3, "audio/wav")
    assert list(objects.keys("transcripts", "work/j 1/")) == [HERE.key]


def test_metadata_comes_back_lower_case() -> None:
    boto3.client("s3").put_object(Bucket="uploads", Key="k", Body=b"", Metadata={"Listen": "model=whisper"})
    assert objects.head(S3Object("uploads", "k")).metadata == {"listen": "model=whisper"}  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, 5, objects.PART_BYTES, objects.PART_BYTES + 7])
def test_a_stream_of_any_length_arrives_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    chunks = (body[at : min(at + 1_000_003, size)] for at in range(0, size, 1_000_003))
    assert objects.put_stream(HERE, chunks) == size
    assert objects.get(HERE) == body[:size]


def test_a_stream_that_breaks_leaves_nothing() -> None:
    def broken():
        yield b"abc"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        objects.put_stream(HERE, broken())
    assert objects.head(HERE) is None
    assert "Uploads" not in boto3.client("s3").list_multipart_uploads(Bucket="transcripts")


def test_a_reader_seeks_like_a_file() -> None:
    body = bytes(n % 251 for n in range(400_000))
    objects.put(HERE, body, "x/y")
    with objects.reader(HERE, len(body)) as file:
        assert file.read(10) == body[:10]
        file.seek(-5, 2)
        assert file.read() == body[-5:]
        file.seek(200_000)
        assert file.read(100_000) == body[200_000:300_000]


def test_a_reader_gets_along_with_a_server_that_ignores_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytes(n % 251 for n in range(400_000))
    objects.put(HERE, body, "x/y")
    s3 = clients.client("s3")
    whole = s3.get_object
    monkeypatch.setattr(s3, "get_object", lambda **given: whole(Bucket=given["Bucket"], Key=given["Key"]))
    with objects.reader(HERE, len(body)) as file:
        file.seek(200_000)
        assert file.read(100_000) == body[200_000:300_000]


def test_lent_urls_read_and_write() -> None:
    assert requests.put(objects.presigned_put(HERE, 60), b"abc", timeout=5).status_code == 200
    assert requests.get(objects.presigned_get(HERE, 60), timeout=5).content == b"abc"


def test_a_key_is_known_by_its_digest_only() -> None:
    assert api_keys.owner("a" * 40) is None
    assert api_keys.add("a" * 40, "laptop")
    assert not api_keys.add("a" * 40, "other")
    assert api_keys.owner("a" * 40) == "laptop"
    rows = boto3.client("dynamodb").scan(TableName="earshot")["Items"]
    assert "a" * 40 not in json.dumps(rows)


def test_queues_count_both_lanes_and_what_is_held() -> None:
    sqs = boto3.client("sqs")
    for url in (settings().fast_queue_url, settings().bulk_queue_url, settings().bulk_queue_url):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    assert (queues.visible_messages(), queues.unfinished_messages()) == (3, 3)
    sqs.receive_message(QueueUrl=settings().fast_queue_url)
    assert (queues.visible_messages(), queues.unfinished_messages()) == (2, 3)


def test_an_event_reaches_a_rule_of_the_bus() -> None:
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="caught")["QueueUrl"]
    events.put_rule(Name="r", EventBusName="earshot", EventPattern=json.dumps({"source": ["earshot"]}))
    events.put_targets(
        Rule="r", EventBusName="earshot", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:caught"}]
    )
    event_bus.announce("Transcription Queued", {"job_id": "j"})
    caught = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (caught["source"], caught["detail-type"], caught["detail"]) == (
        "earshot",
        "Transcription Queued",
        {"job_id": "j"},
    )


def test_an_execution_starts_once_and_stops() -> None:
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}})
    states = boto3.client("stepfunctions")
    arn = states.create_state_machine(name="m", definition=definition, roleArn=role)["stateMachineArn"]
    first = step_functions.start(arn, "j1", {"job_id": "j1"})
    assert step_functions.start(arn, "j1", {"job_id": "another input"}) == first
    step_functions.stop(first, "because")
    assert states.describe_execution(executionArn=first)["status"] == "ABORTED"
    step_functions.stop(first + "x", "unknown")
