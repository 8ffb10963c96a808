"""Ten hours and a day through the local cloud: `python -m tests.pipeline.long_recordings [--hours 10 24]`.

The recording is one sentence of real speech again and again, so that each one lost, or said twice, shows. Prints
progress, the most memory of every process, and how much of its limits the execution took.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from localcloud.cloud import Cloud
from tests.paths import SAMPLES
from tests.pipeline.driver import FINAL, Pipeline

RATE = 16_000
OPTIONS = "language=en&profile=fast"  # what is heard well or badly is not the question here
EVERY = 120  # seconds from one sentence to the next; the rest is silence, which keeps the run short
LIMIT_FACTOR = 0.5  # of a recording's length: a run that takes longer hangs
MOST_EVENTS = 25_000  # of an execution: Step Functions
# One worker of the local cloud is as fast as four times the recording, and there may be four: a day is many shards.
SLOW_WORKERS = {"SPEED": "4", "DRAIN_SECONDS": "300", "MAX_WORKERS": "4"}


def repeated_sentence(times: int) -> bytes:
    """The sample's sentence, once every two minutes, as FLAC."""
    with av.open(str(SAMPLES / "sample.flac")) as file:
        sentence = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
    if sentence.dtype == np.int32:
        sentence = (sentence >> 16).astype(np.int16)
    slot = np.zeros(EVERY * RATE, np.int16)
    slot[RATE : RATE + len(sentence)] = sentence
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as target:
        stream = target.add_stream("flac", rate=RATE)
        stream.layout = "mono"
        for number in range(times * EVERY):
            second = number % EVERY
            frame = av.AudioFrame.from_ndarray(slot[None, second * RATE : (second + 1) * RATE].copy(), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, number * RATE
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


def faults_of(words: Sequence[dict[str, Any]], times: int) -> list[str]:
    """Return what is wrong with the words of a sentence that was repeated so often.

    The same sound gives the same words wherever it is, but for a hair's breadth in the position of its window: a few
    are heard as one or as two. A sentence that is lost at a seam has none, one that is said twice has as many again.
    """
    counts: dict[int, int] = defaultdict(int)
    for word in words:
        counts[int(word["start"] // EVERY)] += 1
    expected = sorted(counts.values())[len(counts) // 2] if counts else 0
    wrong = [] if expected > 10 else [f"A sentence has {expected} words."]
    odd = [n for n in range(times) if abs(counts[n] - expected) > 4]
    wrong += [f"Sentence {n} has {counts[n]} words, not {expected}." for n in odd]
    wrong += [f"There are words in minute {2 * n}, after the end." for n in counts if n >= times]
    wrong += [f"{b['word']} at {b['start']} comes too late." for a, b in pairwise(words) if a["start"] > b["start"]]
    return wrong


def memory(root: int) -> dict[str, float]:
    """Return the resident memory (MiB) of a process and its descendants: the largest of each program."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid=,rss=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    family, found = {root}, dict[str, float]()
    for pid, parent, rss, command in sorted(rows, key=lambda row: int(row[0])):
        if int(pid) == root or int(parent) in family:
            family.add(int(pid))
            names = ("transcriber", "emulator_process", "lambda_sandbox")
            name = next((name for name in names if name in command), Path(command.split()[0]).name)
            found[name] = max(found.get(name, 0.0), int(rss) / 1024)
    return found


def run(pipeline: Pipeline, hours: float) -> list[str]:
    """Send a recording of so many hours, watch it, and return what is wrong."""
    times = round(hours * 3600 / EVERY)
    name = f"{hours:g}h.flac"
    pipeline.upload(name, repeated_sentence(times), OPTIONS)
    job_id, began = pipeline.job_of_upload(name)["request_id"], time.monotonic()
    early: dict[str, float] = {}  # memory while the first tenth was transcribed
    most: dict[str, float] = {}
    while (job := pipeline.request(job_id))["state"] not in FINAL:
        seconds, shards = job.get("seconds", {}), job.get("shards", {})
        print(f"{time.monotonic() - began:6.0f} s  {seconds}  {shards}", flush=True)
        if time.monotonic() - began > LIMIT_FACTOR * hours * 3600:
            return [f"{name} is {job['state']} after {time.monotonic() - began:.0f} s: {job}"]
        for _ in range(10):  # Assemble runs for seconds only
            for program, mib in memory(pipeline.cloud.pid).items():
                most[program] = max(mib, most.get(program, 0.0))
                if job.get("progress", 0.0) < 0.1:
                    early[program] = max(mib, early.get(program, 0.0))
            time.sleep(1)
    print(f"{name}: {job['state']} after {time.monotonic() - began:.0f} s, {job.get('shards')}")
    for program, mib in sorted(most.items()):
        print(f"  {program}: {mib:.0f} MiB at most, {early.get(program, 0.0):.0f} in the first tenth")
    if job["state"] != "completed":
        return [f"{name} is {job['state']}: {job.get('error')}"]
    events = _events(pipeline, job_id)
    print(f"  {events} of {MOST_EVENTS} events")
    words = pipeline.http.get(f"/requests/{job_id}/result").json()["results"]["channels"][0]["alternatives"][0]["words"]
    wrong = [] if abs(job["duration"] - times * EVERY) < 0.1 else [f"The duration is {job['duration']}."]
    wrong += [] if job["shards"]["total"] > 1 else ["It was not cut."]
    wrong += [] if events < MOST_EVENTS else ["Too many events."]
    return wrong + faults_of(words, times)


def _events(pipeline: Pipeline, job_id: str) -> int:
    """Return the number of events in the history of the job's execution."""
    arn = pipeline.row(job_id)["execution"]["S"]
    pages = pipeline.cloud.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return sum(len(page["events"]) for page in pages)


def main() -> int:
    """Run each length on a cloud of its own; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline.long_recordings")
    parser.add_argument("--hours", type=float, nargs="+", default=[10.0, 24.0])
    options = parser.parse_args()
    wrong: list[str] = []
    for hours in options.hours:
        with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder)) as cloud:
            pipeline = Pipeline(cloud)
            pipeline.configure("prepare", **SLOW_WORKERS)
            wrong += run(pipeline, hours)
            pipeline.http.close()
    print("\n".join(wrong) or "Every sentence is there, once.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
