"""Local cloud: starts, keeps its data between starts, and leaves no process running."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from localcloud import deploy
from localcloud.cloud import ROOT, Cloud
from localcloud.data_folder import StartFailed, lock_folder
from localcloud.ports import HOST, PortTaken
from tests.fixtures.local_cloud.waiting import eventually


def listening(pid: int) -> set[str]:
    """`address:port` of every TCP socket a process listens on."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            sockets.add(os.readlink(entry))
    found = set()
    for table, width in (("tcp", 4), ("tcp6", 16)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode, _ = (*line.split()[:10], "")
            if state == "0A" and f"socket:[{inode}]" in sockets:
                host, port = local.split(":")
                words = [bytes.fromhex(host)[i : i + 4][::-1] for i in range(0, width, 4)]
                found.add(f"{ip_address(b''.join(words))}:{int(port, 16)}")
    return found


def messages_waiting(cloud: Cloud, queue: str) -> int:
    """Messages of a queue that no worker has received, a tenth of a second from now."""
    time.sleep(0.1)
    name = "ApproximateNumberOfMessages"
    answer = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return int(answer["Attributes"][name])


def test_second_start_keeps_stack_objects_and_rows(tmp_path: Path) -> None:
    with Cloud(tmp_path) as cloud:
        first = cloud.outputs
        cloud.client("s3").put_object(Bucket=first["TranscriptsBucket"], Key="jobs/ü a+b.json", Body=b"text")
        cloud.client("dynamodb").put_item(TableName=first["TableName"], Item={"pk": {"S": "JOB#1"}})
        cloud.client("dynamodb").put_item(TableName=first["TableName"], Item={"pk": {"S": "SLOT#000"}})
        stack = deploy.describe_stack(cloud.client)

    with Cloud(tmp_path) as cloud:  # on other ports
        table = {"TableName": first["TableName"]}
        assert cloud.outputs == first
        assert deploy.describe_stack(cloud.client) == stack
        body = cloud.client("s3").get_object(Bucket=first["TranscriptsBucket"], Key="jobs/ü a+b.json")["Body"]
        assert body.read() == b"text"
        assert "Item" in cloud.client("dynamodb").get_item(Key={"pk": {"S": "JOB#1"}}, **table)
        # No worker outlives a stop, so every slot is free.
        assert "Item" not in cloud.client("dynamodb").get_item(Key={"pk": {"S": "SLOT#000"}}, **table)
        assert httpx.get(f"{cloud.api}/v1/models").status_code == 200
        queue = cloud.outputs["FastQueueUrl"]
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
        assert cloud.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "x"
        # Its functions get their messages, too.
        [callbacks] = [url for url in cloud.client("sqs").list_queues()["QueueUrls"] if "CallbacksQueue" in url]
        cloud.client("sqs").send_message(QueueUrl=callbacks, MessageBody="{}")
        assert any(messages_waiting(cloud, callbacks) == 0 for _ in range(100))


def test_kill_right_after_start_keeps_stack_and_objects(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.start()
    first = cloud.outputs
    cloud.client("s3").put_object(Bucket=first["TranscriptsBucket"], Key="jobs/a.json", Body=b"text")
    os.kill(cloud.pid, signal.SIGKILL)
    cloud.stop()

    with Cloud(tmp_path) as cloud:
        assert cloud.outputs == first
        body = cloud.client("s3").get_object(Bucket=first["TranscriptsBucket"], Key="jobs/a.json")["Body"]
        assert body.read() == b"text"


def test_kill_during_first_start_does_not_break_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's buckets are on disk then, the stack is not."""

    def kill(cloud: Cloud, *_: object) -> None:
        os.kill(cloud.pid, signal.SIGKILL)
        raise StartFailed("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Cloud, "_prepare", kill)
        with pytest.raises(StartFailed, match="killed"):
            Cloud(tmp_path).start()
    for _ in range(2):
        with Cloud(tmp_path) as cloud:
            assert httpx.get(f"{cloud.api}/v1/models").status_code == 200


@pytest.mark.parametrize("port", ["api", "aws"])
@pytest.mark.parametrize(
    "headers", [{"Host": "attacker.example"}, {"Origin": "https://attacker.example"}, {"Origin": "null"}]
)
def test_web_page_cannot_use_a_port(cloud: Cloud, port: str, headers: dict[str, str]) -> None:
    address = getattr(cloud, port)
    for method in ("GET", "POST", "OPTIONS"):
        answer = httpx.request(method, f"{address}/v1/requests", headers=headers)
        assert answer.status_code == 403
        assert "local cloud" in answer.json()["message"]
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert not [name for name in httpx.get(f"{address}/").headers if name.startswith("access-control")]


def test_changed_setting_updates_stack_and_keeps_data(tmp_path: Path) -> None:
    with Cloud(tmp_path) as cloud:
        assert httpx.get(f"{cloud.api}/v1/requests").status_code == 200
        names = {cloud.outputs[name] for name in ("UploadsBucket", "TranscriptsBucket", "TableName")}
        cloud.client("dynamodb").put_item(TableName=cloud.outputs["TableName"], Item={"pk": {"S": "JOB#1"}})

    with Cloud(tmp_path, require_key=True) as cloud:
        assert {cloud.outputs[name] for name in ("UploadsBucket", "TranscriptsBucket", "TableName")} == names
        row = cloud.client("dynamodb").get_item(TableName=cloud.outputs["TableName"], Key={"pk": {"S": "JOB#1"}})
        assert "Item" in row
        assert httpx.get(f"{cloud.api}/v1/requests").status_code == 401


def test_interrupted_job_completes_after_next_start(tmp_path: Path) -> None:
    sample = (ROOT / "events" / "samples" / "sample.flac").read_bytes()
    with Cloud(tmp_path) as cloud:
        answer = httpx.post(f"{cloud.api}/v1/listen?callback=https://example.com/done", content=sample)
        job = f"/v1/requests/{answer.json()['request_id']}"
        assert httpx.get(f"{cloud.api}{job}").json()["state"] != "completed"  # no worker has even started yet

    with Cloud(tmp_path) as cloud:
        eventually(lambda: httpx.get(f"{cloud.api}{job}").json()["state"] == "completed", f"end of {job}")


def test_data_folder_in_use_is_rejected(cloud: Cloud) -> None:
    with pytest.raises(StartFailed, match="Another local cloud runs from"):
        Cloud(cloud.data_dir).start()


def test_cloud_json_has_addresses_and_outputs(cloud: Cloud) -> None:
    facts = json.loads((cloud.data_dir / "cloud.json").read_text())

    assert facts == {"api": cloud.api, "aws": cloud.aws, "outputs": cloud.outputs}


def test_emulator_listens_on_loopback_only(cloud: Cloud) -> None:
    assert listening(cloud.pid) == {address.removeprefix("http://") for address in (cloud.api, cloud.aws)}


def test_taken_port_is_named_with_its_option(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* is taken") as error_info:
            Cloud(tmp_path, aws_port=port).start()

    assert re.fullmatch(r"--port \d+ --aws-port \d+", error_info.value.options)
    lock_folder(tmp_path).close()  # is free again
