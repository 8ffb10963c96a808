"""Quick workers: the worker's image as a Lambda container function, in a local cloud without any other worker."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from earshot_contract.keys import FLEET_PK, slot_pk
from earshot_contract.worker_kinds import WorkerKind
from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.waiting import MOMENT, eventually
from tests.pipeline.driver import Pipeline

SLOT = slot_pk(0, WorkerKind.QUICK)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Cloud(tmp_path_factory.mktemp("quick"), workers=0, quick_workers=1) as cloud:
        made = Pipeline(cloud)
        yield made
        made.http.close()


def test_caller_is_answered_by_a_function_that_leaves(quick: Pipeline, speech: bytes) -> None:
    answer = quick.post(speech)
    assert answer.status_code == 200, answer.text
    assert "bucket" in answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"].lower()
    timings = quick.request(answer.json()["metadata"]["request_id"])["timings"]
    assert {"start_launch", "start_libraries", "start_fetch", "start_load"} <= set(timings)
    eventually(lambda: not quick.item(SLOT), "free slot")
    eventually(lambda: {"quick_speed", "quick_start", "fast_shard"} <= set(quick.item(FLEET_PK)), "what was learnt")


def test_next_caller_finds_the_model_loaded(quick: Pipeline, speech: bytes) -> None:
    answer = quick.post(speech, "tag=warm")
    timings = quick.request(answer.json()["metadata"]["request_id"])["timings"]
    assert {"start_libraries", "start_fetch", "start_load"}.isdisjoint(timings)


def test_single_upload_is_done_by_a_function(quick: Pipeline, speech: bytes) -> None:
    quick.upload("single.flac", speech)
    job_id = quick.job_of_upload("single.flac")["request_id"]
    assert quick.wait_until_finished(job_id)["state"] == "completed"


def test_dead_function_of_a_caller_is_followed_at_once(quick: Pipeline, long_speech: bytes) -> None:
    """By the execution that has the slot: the next run of Scale may be a minute away."""
    eventually(lambda: not quick.item(SLOT), "free slot")
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(quick.post, long_speech, "tag=taken-over")
        eventually(quick.messages_in_flight, "worker at work", longest_pause=MOMENT)
        before = quick.executions("WorkerMachineArn", "RUNNING")
        quick.kill_workers(signal.SIGKILL)
        answer = pending.result()

    assert answer.status_code == 200, answer.text
    assert "bucket" in answer.json()["results"]["channels"][0]["alternatives"][0]["transcript"].lower()
    assert len(before) == 1
    assert quick.executions("WorkerMachineArn", "RUNNING") == before


def test_function_that_leaves_bulk_shards_is_followed_at_once(quick: Pipeline) -> None:
    """The policy decides it when the worker has left, not a minute later. Nothing receives here: the slot is taken."""
    client, table = quick.cloud.client, quick.cloud.outputs["TableName"]
    queue = quick.cloud.outputs["BulkQueueUrl"]
    eventually(lambda: not quick.item(SLOT), "free slot")
    until = {"N": str(int(time.time()) + 60)}
    taken = {"pk": {"S": SLOT}, "lease": {"S": "test"}, "until": until, "launch": {"N": "1"}}
    client("dynamodb").put_item(TableName=table, Item=taken)
    client("sqs").send_message(QueueUrl=queue, MessageBody="a shard")
    functions = client("lambda").list_functions()["Functions"]
    [settle] = [each["FunctionName"] for each in functions if ".settle." in each.get("Handler", "")]
    question = {"slot": SLOT, "lease": "test", "worker": "quick", "failed": False}

    answer = json.load(client("lambda").invoke(FunctionName=settle, Payload=json.dumps(question))["Payload"])

    client("sqs").purge_queue(QueueUrl=queue)
    client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": SLOT}})
    assert (answer["relaunch"], answer["queues"]) == (True, "all"), answer
