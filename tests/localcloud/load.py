"""Load on the local cloud: `make load`, minutes.

First 200 callers at once with real clips, each another request, then 1,000 short ones in a row, alternately by both
entry points. Every request must be answered 200, 303 or 429 with Retry-After, every job made must be completed with
the right words, and memory and processes must come back. Prints what it measured.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import threading
import time
import wave
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from localcloud.cloud import Cloud
from tests.paths import SAMPLES

SETTLE_SECONDS = 40.0  # without work, before memory is compared: the worker and the functions give it back meanwhile
# Of memory over that before the loads: rows, packed histories of executions, caches.
MAX_GROWTH = 1.25
# A function that a fault, or the end of a worker, calls meanwhile for the first time: a template and an environment.
MORE_PROCESSES = 2


def main() -> int:
    """Run both loads; return 1 when something was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--callers", type=int, default=200)
    parser.add_argument("--in-a-row", type=int, default=1000)
    parser.add_argument(
        "--tries", type=int, default=1, help="of each caller at once, who obeys Retry-After after a 429"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder)) as cloud:
        load = Load(cloud)
        load.row(4)  # so that the worker's model, and the functions of both entry points, are not counted as growth
        load.sweep()
        time.sleep(SETTLE_SECONDS)
        idle = load.memory()
        print(f"idle: {idle[0]:.0f} MB in {idle[1]} processes", flush=True)
        load.burst(options.callers, options.tries)
        load.report(idle)
        load.row(options.in_a_row)
        load.report(idle)
        return 1 if load.faults else 0


class Load:
    """Requests to one local cloud, what was answered, and the memory of its processes."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.speech = cloud, (SAMPLES / "sample.flac").read_bytes()
        self.short = silence(0.5)
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []
        self.rows = 0  # made so far
        self.retry_after: dict[str, float] = {}  # seconds, of requests that were refused last
        self.http = httpx.Client(base_url=f"{cloud.api}/v1", timeout=90, limits=httpx.Limits(max_connections=400))

    def sweep(self) -> None:
        """Call the function that a schedule calls every five minutes: its processes are no growth either."""
        functions = self.cloud.client("lambda")
        names = [found["FunctionName"] for found in functions.list_functions()["Functions"]]
        (sweep,) = [name for name in names if "FunctionsSweep" in name]
        functions.invoke(FunctionName=sweep, Payload=b"{}")

    def burst(self, callers: int, tries: int = 1) -> None:
        """Send that many clips at once; wait until every job has ended; print memory at the peak.

        Args:
            callers: number of clips.
            tries: how often a caller sends its clip who is answered 429.
        """
        self.answers.clear()
        peak, stop = [(0.0, 0)], threading.Event()

        def watch() -> None:
            while not stop.wait(0.5):
                peak[0] = max(peak[0], self.memory())

        watching = threading.Thread(target=watch)
        watching.start()
        began = time.monotonic()
        with ThreadPoolExecutor(callers) as threads:
            jobs = [job for job in threads.map(lambda n: self.insist(f"burst-{n}", tries), range(callers)) if job]
        answered = time.monotonic() - began
        completed = self.wait(jobs, words=True)
        seconds = time.monotonic() - began
        stop.set()
        watching.join()
        print(f"{callers} callers at once: answers {dict(self.answers)} within {answered:.0f} s;")
        print(
            f"  {completed} of {len(jobs)} jobs completed in {seconds:.0f} s, {seconds / max(completed, 1):.2f} s each;"
        )
        print(f"  at the peak {peak[0][0]:.0f} MB in {peak[0][1]} processes", flush=True)

    def row(self, count: int) -> None:
        """Send short recordings one after the other, every second one into the bucket."""
        self.answers.clear()
        began, uploads, jobs = time.monotonic(), [], []
        self.rows += 1
        for number in range(count):
            if number % 2:
                uploads.append(f"row/{self.rows}/{number}.wav")
                self.cloud.client("s3").put_object(
                    Bucket=self.cloud.outputs["UploadsBucket"], Key=uploads[-1], Body=self.short
                )
            elif job := self.call(f"row-{self.rows}-{number}", self.short):
                jobs.append(job)
        completed = self.wait(jobs) + self.wait_for_transcripts(uploads)
        seconds = time.monotonic() - began
        print(f"{count} in a row: answers {dict(self.answers)}, {len(uploads)} uploads;")
        print(f"  {completed} completed in {seconds:.0f} s, {completed / seconds:.2f} a second", flush=True)

    def insist(self, tag: str, tries: int) -> str | None:
        """Send one request until it is no more refused; return its job's id, or None if each try was refused."""
        for left in reversed(range(tries)):
            job = self.call(tag)
            if job or not left or not self.retry_after.get(tag):
                return job
            time.sleep(self.retry_after.pop(tag))
        return None

    def call(self, tag: str, audio: bytes | None = None) -> str | None:
        """Send one request; return its job's id, or None if it was refused with 429."""
        url = f"/listen?tag={tag}"
        try:
            answer = self.http.post(url, content=audio or self.speech, headers={"Content-Type": "audio/flac"})
        except httpx.HTTPError as error:
            self.faults.append(f"{tag}: {error!r}")
            return None
        self.answers[str(answer.status_code)] += 1
        if answer.status_code == 429 and answer.headers.get("retry-after"):
            self.retry_after[tag] = float(answer.headers["retry-after"])
            return None
        if answer.status_code not in (200, 303):
            self.faults.append(f"{tag}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 503 and answer.headers.get("retry-after"):
            # A gateway that gave up: the same request finds its job, which must be completed like any other.
            time.sleep(float(answer.headers["retry-after"]))
            answer = self.http.post(url, content=audio or self.speech, headers={"Content-Type": "audio/flac"})
        if answer.status_code not in (200, 303):
            return None
        document = answer.json()
        return str(document["metadata"]["request_id"] if answer.status_code == 200 else document["request_id"])

    def wait(self, jobs: list[str], words: bool = False) -> int:
        """Wait until the jobs have ended; return how many are completed."""
        completed = 0
        for job in jobs:
            while (row := self.http.get(f"/requests/{job}").json())["state"] in ("queued", "processing"):
                time.sleep(0.5)
            result = self.http.get(f"/requests/{job}/result", follow_redirects=True).text.lower() if words else "bucket"
            if row["state"] == "completed" and "bucket" in result:
                completed += 1
            else:
                self.faults.append(f"{job}: {row}")
        return completed

    def wait_for_transcripts(self, uploads: list[str]) -> int:
        """Wait until every upload has its transcript beside its name; return how many have."""
        s3, bucket = self.cloud.client("s3"), self.cloud.outputs["TranscriptsBucket"]
        deadline = time.monotonic() + 600
        left = {f"uploads/{key}.json" for key in uploads}
        while left and time.monotonic() < deadline:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="uploads/row/")
            left -= {found["Key"] for page in pages for found in page.get("Contents", [])}
            time.sleep(0.5)
        self.faults += sorted(left)
        return len(uploads) - len(left)

    def report(self, idle: tuple[float, int]) -> None:
        """Print memory after a load, and what went wrong."""
        time.sleep(SETTLE_SECONDS)
        now = self.memory()
        print(f"  {SETTLE_SECONDS:.0f} s later {now[0]:.0f} MB in {now[1]} processes, {now[0] / idle[0]:.2f} of before")
        if now[0] > MAX_GROWTH * idle[0] or now[1] > idle[1] + MORE_PROCESSES:
            self.faults.append(f"memory or processes did not come back: {now}, before {idle}")
        for fault in self.faults[:5]:
            print(f"  LOST: {fault}")
        print(f"  faults: {len(self.faults)}", flush=True)

    def memory(self) -> tuple[float, int]:
        """Return the local cloud's memory in MB, shared pages counted once (PSS), and its number of processes."""
        parents: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(
                    int(stat.parent.name)
                )
            except OSError:
                continue
        pids, left = [], [self.cloud.pid]
        while left:
            pids.append(left.pop())
            left += parents.get(pids[-1], [])
        return sum(pss(pid) for pid in pids) / 1024, len(pids)


def pss(pid: int) -> int:
    """Return a process's proportional set size in KB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def silence(seconds: float) -> bytes:
    """Return a WAV file of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(seconds * 16000)))
    return out.getvalue()


if __name__ == "__main__":
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} before the start", flush=True)
    sys.exit(main())
