"""Local cloud: starts, keeps its data between starts, and leaves no process running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from localcloud import deploy
from localcloud.cloud import ROOT, Cloud
from localcloud.data_folder import StartFailed
from localcloud.ports import HOST, PortTaken

SERVE = """
import sys
from pathlib import Path
from localcloud.serve import serve
sys.exit(serve(port=0, aws_port=0, data_dir=Path(sys.argv[1]), allow_private_urls=False, require_key=False,
               on_ready=lambda cloud: print("ready", cloud.api, flush=True)))
"""


def process_tree(pid: int) -> set[int]:
    """A process and all it started, and what those started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found, left = set(), [pid]
    while left:
        found.add(left[0])
        left += children.get(left.pop(0), [])
    return found


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


def still_running(pids: set[int]) -> set[int]:
    """Which of them still run, given half a minute to end."""
    for _ in range(1500):
        running = {pid for pid in pids if is_running(pid)}
        if not running:
            break
        time.sleep(0.02)
    return running


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`earshot up`'s function in a process of its own, still starting."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def busy(serving: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The same once it has transcribed something: functions and a worker run."""
    assert serving.stdout
    line = serving.stdout.readline()
    assert line.startswith("ready "), line
    sample = (ROOT / "events" / "samples" / "sample.flac").read_bytes()
    answer = httpx.post(f"{line.split()[1]}/v1/listen", content=sample, timeout=60, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert len(process_tree(serving.pid)) > 4
    return serving


def messages_waiting(cloud: Cloud, queue: str) -> int:
    """Messages of a queue that nobody has received, a tenth of a second from now."""
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
        for _ in range(600):
            state = httpx.get(f"{cloud.api}{job}").json()["state"]
            if state not in ("queued", "processing"):
                break
            time.sleep(0.1)
        assert state == "completed"


def test_data_folder_in_use_is_rejected(cloud: Cloud) -> None:
    with pytest.raises(StartFailed, match="Another local cloud runs from"):
        Cloud(cloud.data_dir).start()


def test_cloud_json_has_addresses_and_outputs(cloud: Cloud) -> None:
    facts = json.loads((cloud.data_dir / "cloud.json").read_text())

    assert facts == {"api": cloud.api, "aws": cloud.aws, "outputs": cloud.outputs, "pid": os.getpid()}


def test_emulator_listens_on_loopback_only(cloud: Cloud) -> None:
    assert listening(cloud.pid) == {address.removeprefix("http://") for address in (cloud.api, cloud.aws)}


def test_taken_port_is_named_with_its_option(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* is taken .* --aws-port"):
            Cloud(tmp_path, aws_port=port).start()


def test_missing_template_raises_and_starts_no_process(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path, assets=tmp_path)
    before = process_tree(os.getpid())

    with pytest.raises(deploy.DeploymentFailed, match="make synth"):
        cloud.start()

    assert not still_running(process_tree(os.getpid()) - before - {os.getpid()})


def test_sigint_ends_all_processes_with_exit_code_0(busy: subprocess.Popen[str], tmp_path: Path) -> None:
    started = process_tree(busy.pid)

    busy.send_signal(signal.SIGINT)

    assert busy.wait(90) == 0
    assert not still_running(started)
    kept = {"assets", "code", "containers", "lock", "logs", "objects", "state"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_signal_during_start_ends_all_processes(serving: subprocess.Popen[str]) -> None:
    while len(started := process_tree(serving.pid)) < 3:  # the emulator and its first child
        time.sleep(0.02)

    serving.send_signal(signal.SIGTERM)

    assert serving.wait(90) == 0
    assert not still_running(started)


def test_killed_parent_ends_all_processes(busy: subprocess.Popen[str]) -> None:
    started = process_tree(busy.pid)

    busy.kill()
    busy.wait()

    assert not still_running(started)


def test_killed_emulator_ends_children_with_exit_code_1(busy: subprocess.Popen[str]) -> None:
    started = process_tree(busy.pid)
    emulator = next(p for p in started if "localcloud.emulator_process" in Path(f"/proc/{p}/cmdline").read_text())

    os.kill(emulator, signal.SIGKILL)

    assert busy.wait(90) == 1
    assert not still_running(started)
