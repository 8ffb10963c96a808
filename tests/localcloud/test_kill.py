"""Kill of the local cloud at random moments: nothing that it acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import Cloud
from tests.paths import SAMPLES

KILLS = 2
SEED = int(os.environ.get("EARSHOT_TEST_SEED", time.time_ns() % 100_000))


class Clients:
    """An uploader and a caller, which work until the local cloud dies, and what was acknowledged to them."""

    def __init__(self) -> None:
        self.speech = (SAMPLES / "sample.flac").read_bytes()
        self.uploads: list[str] = []
        self.jobs: list[str] = []
        self.in_parts: list[tuple[dict[str, str], list[dict[str, Any]]]] = []

    def work_until_killed(self, cloud: Cloud, dice: random.Random) -> None:
        threads = [threading.Thread(target=each, args=(cloud,)) for each in (self.upload, self.call)]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.2, 2.5))
        os.kill(cloud.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        cloud.stop()

    def begin_in_parts(self, cloud: Cloud) -> None:
        """Send an upload in parts, and leave it uncompleted."""
        s3 = cloud.client("s3")
        target = {"Bucket": cloud.outputs["UploadsBucket"], "Key": f"parts-{len(self.in_parts)}.flac"}
        target["UploadId"] = s3.create_multipart_upload(**target)["UploadId"]
        tag = s3.upload_part(**target, PartNumber=1, Body=self.speech)["ETag"]
        self.in_parts.append((target, [{"PartNumber": 1, "ETag": tag}]))

    def complete_parts(self, cloud: Cloud) -> None:
        """Complete the uploads that were begun before the kills."""
        for target, parts in self.in_parts:
            cloud.client("s3").complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
            self.uploads.append(target["Key"])

    def upload(self, cloud: Cloud) -> None:
        s3 = cloud.client("s3")
        with suppress(BotoCoreError, ClientError):
            for _ in range(4):
                key = f"{len(self.uploads)}-{time.time_ns()}.flac"
                s3.put_object(Bucket=cloud.outputs["UploadsBucket"], Key=key, Body=self.speech)
                self.uploads.append(key)

    def call(self, cloud: Cloud) -> None:
        with suppress(httpx.TransportError):
            for _ in range(4):
                url = f"{cloud.api}/v1/listen?tag={time.time_ns()}"
                answer = httpx.post(url, content=self.speech, headers={"Prefer": "wait=0"}, timeout=60)
                if answer.status_code in (200, 202, 303):  # a function may lose the cloud before its caller does
                    document = answer.json()
                    self.jobs.append(document.get("request_id") or document["metadata"]["request_id"])


def test_killed_cloud_keeps_all_it_acknowledged(tmp_path: Path) -> None:
    print(f"EARSHOT_TEST_SEED={SEED}")
    dice, clients = random.Random(SEED), Clients()
    for _ in range(KILLS):
        cloud = Cloud(tmp_path)
        cloud.start()
        clients.begin_in_parts(cloud)
        clients.work_until_killed(cloud, dice)
    assert clients.uploads or clients.jobs, "The kill came before everything."

    with Cloud(tmp_path) as cloud:
        clients.complete_parts(cloud)
        api = httpx.Client(base_url=f"{cloud.api}/v1", timeout=60)
        rows = finished(api, clients)
        assert {row["state"] for row in rows.values()} == {"completed"}, (SEED, rows)
        for job in rows:
            assert "bucket" in transcript(api, job).lower(), (SEED, job)


def finished(api: httpx.Client, clients: Clients) -> dict[str, dict[str, Any]]:
    """Return the rows of all acknowledged jobs, by their ids, once none of them runs any more."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        every = {row["request_id"]: row for row in api.get("/requests", params={"limit": 100}).json()["requests"]}
        of_key = {row["source"].get("key"): job for job, row in every.items()}
        missing = [key for key in clients.uploads if key not in of_key] + [j for j in clients.jobs if j not in every]
        found = {job: every[job] for job in [of_key.get(key) for key in clients.uploads] + clients.jobs if job in every}
        if not missing and not {row["state"] for row in found.values()} & {"queued", "processing"}:
            return found
        time.sleep(0.5)
    raise AssertionError(f"Seed {SEED}: lost {missing}; {[(job, row['state']) for job, row in found.items()]}")


def transcript(api: httpx.Client, job: str) -> str:
    document = api.get(f"/requests/{job}/result", follow_redirects=True).json()
    return str(document["results"]["channels"][0]["alternatives"][0]["transcript"])
