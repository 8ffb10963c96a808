"""Full disk: requests that store something are refused with a message, before anything is stored."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.emulator.durability import configuration_snapshot, disk_space
from localcloud.emulator.durability.disk_space import DiskSpace, RefuseWhenFull
from localcloud.emulator.failure_log import FailureLog

MB = 2**20


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskSpace:
    """A disk with 100 MB free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 * MB))
    return DiskSpace(tmp_path, FailureLog(tmp_path))


def request(app: Any, size: int = 0, **scope: Any) -> tuple[int, bytes]:
    """Send a request with a body of `size` bytes; return status and body of the answer."""
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": b"", "more_body": True}, {"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", str(size).encode()), *scope.pop("headers", [])]
    asyncio.run(app({"type": "http", "method": "PUT", "path": "/b/k", "headers": headers, **scope}, receive, send))
    if sent and sent[0]["status"] == disk_space.STATUS:
        assert not parts  # the client's body was read
    return sent[0]["status"], sent[1]["body"]


async def served(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def guarded(disk: DiskSpace, floor: int) -> RefuseWhenFull:
    return RefuseWhenFull(served, disk, floor, configuration_snapshot.is_write, disk_space.aws_answer)


def test_write_below_the_floor_is_refused(disk: DiskSpace) -> None:
    assert request(guarded(disk, 90 * MB), 9 * MB)[0] == 200
    assert not disk.failures.path.exists()

    status, body = request(guarded(disk, 90 * MB), 11 * MB)

    assert status == 507
    assert b"<Code>InsufficientStorage</Code>" in body
    request(guarded(disk, 90 * MB), 11 * MB)
    (line,) = disk.failures.path.read_text().splitlines()  # one line a minute
    assert "100 MB are free" in line
    assert str(disk.folder) in line


@pytest.mark.parametrize(
    "scope",
    [
        {"method": "GET"},
        {"method": "DELETE"},  # makes room
        {"method": "POST", "headers": [(b"x-amz-target", b"DynamoDB_20120810.Query")]},
        {"method": "POST", "headers": [(b"x-amz-target", b"AmazonSQS.DeleteMessage")]},
    ],
)
def test_reading_and_deleting_works_on_a_full_disk(disk: DiskSpace, scope: dict[str, Any]) -> None:
    assert request(guarded(disk, 200 * MB), **scope)[0] == 200


def test_refusal_reads_as_the_ports_errors(disk: DiskSpace) -> None:
    target = [(b"x-amz-target", b"DynamoDB_20120810.PutItem")]
    _, body = request(guarded(disk, 200 * MB), method="POST", headers=target)
    assert json.loads(body)["__type"] == "InsufficientStorage"

    api = RefuseWhenFull(served, disk, 200 * MB, lambda scope: True, disk_space.api_answer)
    document = json.loads(request(api, method="POST")[1])
    assert document["err_code"] == "INSUFFICIENT_STORAGE"
    assert document["error"]["message"] == document["err_msg"]
    assert "Make room" in document["err_msg"]
