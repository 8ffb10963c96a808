"""The recipes of events/recipes: each is deployed with the stack's outputs, and does what its guide says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from earshot_contract.keys import upload_error_key
from localcloud.cloud import Cloud
from tests.clients.web import Site, serving
from tests.fixtures.local_cloud.waiting import eventually
from tests.paths import ROOT, SAMPLES

RECIPES = ROOT / "events" / "recipes"
PREFIX = "recipe "  # of the uploads here; other modules' jobs are on the same bus


@pytest.fixture(scope="module")
def deploy(cloud: Cloud) -> Iterator[Callable[..., dict[str, str]]]:
    """Deploys a recipe as `aws cloudformation deploy` does, returns its outputs, and removes it in the end."""
    formation = cloud.client("cloudformation")
    with ExitStack() as removed:

        def call(recipe: str, **parameters: str) -> dict[str, str]:
            formation.create_stack(
                StackName=f"recipe-{recipe}",
                TemplateBody=(RECIPES / f"{recipe}.yaml").read_text(),
                Capabilities=["CAPABILITY_IAM"],
                Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            )
            removed.callback(formation.delete_stack, StackName=f"recipe-{recipe}")

            def finished() -> Any:
                [stack] = formation.describe_stacks(StackName=f"recipe-{recipe}")["Stacks"]
                return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

            stack = eventually(finished, f"deployment of {recipe}")
            assert stack["StackStatus"] == "CREATE_COMPLETE", stack
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

        yield call


@pytest.fixture(scope="module")
def chat() -> Iterator[Site]:
    site = Site({})
    with serving(site):
        yield site


@pytest.fixture(scope="module")
def recipes(cloud: Cloud, deploy: Callable[..., dict[str, str]], chat: Site) -> Iterator[dict[str, dict[str, str]]]:
    """All recipes deployed, and then one upload that is transcribed and one that fails."""
    bus, transcripts = cloud.outputs["BusName"], cloud.outputs["TranscriptsBucket"]
    found = {
        "lambda": deploy("rule-to-lambda", BusName=bus, TranscriptsBucket=transcripts),
        "sqs": deploy("rule-to-sqs", BusName=bus),
        "chat": deploy("rule-to-chat", BusName=bus, WebhookUrl=f"{chat.url}/hook"),
        "search": deploy("s3-to-search-index", TranscriptsBucket=transcripts),
    }
    notification = (RECIPES / "search-notification.json").read_text()
    s3 = cloud.client("s3")
    s3.put_bucket_notification_configuration(
        Bucket=transcripts,
        NotificationConfiguration=json.loads(notification.replace("FUNCTION_ARN", found["search"]["FunctionArn"])),
    )
    s3.upload_file(str(SAMPLES / "sample.flac"), cloud.outputs["UploadsBucket"], f"{PREFIX}good.flac")
    s3.put_object(Bucket=cloud.outputs["UploadsBucket"], Key=f'{PREFIX}"bad".mp3', Body=b"just words")
    yield found
    s3.put_bucket_notification_configuration(Bucket=transcripts, NotificationConfiguration={})


@pytest.fixture(scope="module")
def events(cloud: Cloud, recipes: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Events in the queue of rule-to-sqs, by detail type."""
    sqs, url, found = cloud.client("sqs"), recipes["sqs"]["QueueUrl"], {}

    def both() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            if event["detail"].get("name", "").startswith(PREFIX):
                found[event["detail-type"]] = event["detail"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) == 2

    eventually(both, "news of both uploads")
    return found


def test_queue_gets_the_jobs_that_have_ended(events: dict[str, dict[str, Any]]) -> None:
    assert events["Transcription Completed"]["transcript"]["key"].startswith("jobs/")
    assert events["Transcription Failed"]["name"] == f'{PREFIX}"bad".mp3'


def test_function_reads_the_transcript(cloud: Cloud, recipes: Any, events: dict[str, dict[str, Any]]) -> None:
    log = Path(cloud.data_dir) / "logs" / f"{recipes['lambda']['FunctionName']}.log"
    job = events["Transcription Completed"]["job_id"]

    line = eventually(
        lambda: log.exists() and next((line for line in log.read_text().splitlines() if job in line), None),
        "line of the function",
    )

    assert json.loads(line)["words"] == pytest.approx(24, abs=4)  # those of sample.txt


def test_chat_gets_a_line_whatever_the_files_name(chat: Site, events: dict[str, dict[str, Any]]) -> None:
    [message] = chat.wait_for(lambda one: one.path == "/hook" and PREFIX.encode() in one.body, count=1)

    job = events["Transcription Failed"]["job_id"][:8]
    assert message.json()["text"] == f'`{PREFIX}"bad".mp3` failed: this is plain text, not audio. (earshot show {job})'


def test_search_index_follows_transcripts(cloud: Cloud, recipes: Any, events: dict[str, dict[str, Any]]) -> None:
    job, table = events["Transcription Completed"]["job_id"], recipes["search"]["TableName"]
    text = (SAMPLES / "sample.txt").read_text()
    word = max(text.lower().replace(".", " ").replace(",", " ").split(), key=len)

    def jobs_with_word() -> list[str]:
        answer = cloud.client("dynamodb").query(
            TableName=table,
            IndexName="words",
            KeyConditionExpression="word = :word",
            ExpressionAttributeValues={":word": {"S": word}},
        )
        return [TypeDeserializer().deserialize(item["job"]) for item in answer["Items"]]

    eventually(lambda: job in jobs_with_word(), "entry in the index")
    cloud.client("s3").delete_object(Bucket=cloud.outputs["TranscriptsBucket"], Key=f"jobs/{job}/transcript.txt")
    eventually(lambda: job not in jobs_with_word(), "removal of the index's entry")


def test_failed_upload_leaves_an_error_until_a_good_one_comes(cloud: Cloud, events: dict[str, dict[str, Any]]) -> None:
    s3, name = cloud.client("s3"), f'{PREFIX}"bad".mp3'
    bucket, key = cloud.outputs["TranscriptsBucket"], upload_error_key(name)

    error = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])

    assert error["request_id"] == events["Transcription Failed"]["job_id"]
    assert "failed to process audio" in error["err_msg"]
    s3.upload_file(str(SAMPLES / "sample.flac"), cloud.outputs["UploadsBucket"], name)
    eventually(lambda: not s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"], "removal of the error")
    eventually(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=f"uploads/{name}")["KeyCount"] == 4, "results")


def test_deleted_upload_takes_its_error_with_it(cloud: Cloud, recipes: Any) -> None:
    s3, name = cloud.client("s3"), f"{PREFIX}worse.mp3"
    bucket, key = cloud.outputs["TranscriptsBucket"], upload_error_key(name)
    s3.put_object(Bucket=cloud.outputs["UploadsBucket"], Key=name, Body=b"just words")
    eventually(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"], "error of the upload")

    s3.delete_object(Bucket=cloud.outputs["UploadsBucket"], Key=name)

    eventually(lambda: not s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"], "removal of the error")
