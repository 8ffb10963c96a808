"""Full disk: the local cloud refuses new work with a message, finishes the work it has, and starts again.

The disk is a real one, a tmpfs of 420 MB; mounting it needs rights that not everybody has.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.data_folder import StartFailed
from localcloud.emulator.durability.disk_space import NEW_WORK_BYTES, RESERVE_BYTES
from tests.fixtures.local_cloud.waiting import eventually
from tests.paths import SAMPLES

DISK_BYTES = 420 * 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    if sys.platform != "linux":
        pytest.skip("a tmpfs is Linux's")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a tmpfs; tests/unit/localcloud needs no rights for its test_disk_space.py")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def fill(disk: Path, left: int) -> None:
    """Fill the disk until `left` bytes are free."""
    free = shutil.disk_usage(disk).free
    with (disk / "ballast").open("ab") as file:
        for _ in range((free - left) // 2**20):
            file.write(bytes(2**20))


def test_full_disk_refuses_work_and_next_start_works(disk: Path) -> None:
    lines: list[str] = []
    speech = (SAMPLES / "sample.flac").read_bytes()
    cloud = Cloud(disk)
    cloud.start(lines.append)
    try:
        api, s3 = httpx.Client(base_url=f"{cloud.api}/v1", timeout=60), cloud.client("s3")
        running = api.post("/listen", content=speech, headers={"Prefer": "wait=0"}).json()["request_id"]
        fill(disk, NEW_WORK_BYTES - 2**20)

        refused = api.post("/listen?tag=refused", content=speech)

        assert refused.status_code == 507
        assert "Make room" in refused.json()["err_msg"]
        # What runs is finished: there is still the reserve.
        eventually(lambda: api.get(f"/requests/{running}").json()["state"] == "completed", f"end of {running}")

        fill(disk, RESERVE_BYTES - 2**20)
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=cloud.outputs["UploadsBucket"], Key="a.flac", Body=speech)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
        with pytest.raises(s3.exceptions.ClientError, match="404"):
            s3.head_object(Bucket=cloud.outputs["UploadsBucket"], Key="a.flac")
    finally:
        cloud.stop()
    assert [line for line in lines if "The disk is full" in line]

    with pytest.raises(StartFailed, match=r"The disk is full.*--data-dir"):
        Cloud(disk).start()
    (disk / "ballast").unlink()
    with Cloud(disk) as cloud:
        states = {
            row["request_id"]: row["state"]
            for row in httpx.get(f"{cloud.api}/v1/requests", timeout=60).json()["requests"]
        }
        assert states == {running: "completed"}
