"""Ten hours and a day through the local cloud: `python -m tests.pipeline.long_recordings [--hours 10 24]`.

The recording is sentences of real speech again and again, so that each one lost, or said twice, shows; `--languages 2`
has an English and a German one by turns. Prints progress, the most memory of every process, how good the estimates of
what is left were, and how much of its limits the execution took.
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
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from localcloud.cloud import Cloud
from tests.paths import SAMPLES, SPEECH
from tests.pipeline.driver import FINAL, Pipeline
from transcriber.audio.stream import AudioStream

RATE = 16_000
OPTIONS = "language=en&profile=fast"  # the quality of the words is not tested here
TWO_LANGUAGES = "detect_language=en&detect_language=de&profile=fast"
SENTENCES = [SAMPLES / "sample.flac", SPEECH / "fleurs-de-004.ogg"]  # English, German
EVERY = 120  # seconds from one sentence to the next; the rest is silence, which keeps the run short
LIMIT_FACTOR = 0.5  # of a recording's length: a run that takes longer hangs
MAX_EVENTS = 25_000  # of an execution: Step Functions
# One worker of the local cloud is as fast as four times the recording, and there may be four: a day is many shards.
SLOW_WORKERS = {"SPEED": "4", "DRAIN_SECONDS": "300", "MAX_WORKERS": "4"}
# As if there were 24: 48 shards, more than an inline Map runs at a time.
MANY_SHARDS = SLOW_WORKERS | {"MAX_WORKERS": "24"}
MAP_AT_ONCE = 40
MANY_FROM_HOURS = 6.0
_MIN_LEFT_SECONDS = 20.0  # less is over before the next look
ESTIMATED_FROM = 0.1  # of the recording: what is left is estimated from then on
ESTIMATE_FACTOR = 2.0  # between the estimate and what it took


def repeated_sentence(times: int, languages: int = 1) -> bytes:
    """A sentence once every two minutes, as FLAC: the sample's, or by turns in several languages."""
    slots = []
    for path in SENTENCES[:languages]:
        sentence = (np.concatenate(list(AudioStream(path))) * 32767).astype(np.int16)
        slot = np.zeros(EVERY * RATE, np.int16)
        slot[RATE : RATE + len(sentence)] = sentence
        slots.append(slot)
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as target:
        stream = target.add_stream("flac", rate=RATE)
        stream.layout = "mono"
        for number in range(times * EVERY):
            slot, second = slots[number // EVERY % languages], number % EVERY
            frame = av.AudioFrame.from_ndarray(slot[None, second * RATE : (second + 1) * RATE].copy(), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, number * RATE
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


def faults_of(words: Sequence[dict[str, Any]], times: int, languages: int = 1) -> list[str]:
    """Return what is wrong with the words of sentences that were repeated so often.

    The same sound gives the same words wherever it is, but for a hair's breadth in the position of its window: a few
    are heard as one or as two. A sentence that is lost at a seam has none, one that is said twice has as many again.
    """
    counts: dict[int, int] = defaultdict(int)
    for word in words:
        counts[int(word["start"] // EVERY)] += 1
    wrong: list[str] = []
    for first in range(languages):
        alike = sorted(counts.get(n, 0) for n in range(first, times, languages))
        expected = alike[len(alike) // 2]
        wrong += [] if expected > 10 else [f"A sentence has {expected} words."]
        odd = [n for n in range(first, times, languages) if abs(counts.get(n, 0) - expected) > 4]
        wrong += [f"Sentence {n} has {counts.get(n, 0)} words, not {expected}." for n in odd]
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


@dataclass
class Watch:
    """Progress of a job, looked at now and then: pairs of seconds since it began and what the API says."""

    seen: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def faults(self, took: float) -> list[str]:
        """Print how good the estimates were; return what is wrong with the progress of a job of `took` seconds."""
        shares = [job.get("progress", 0.0) for _, job in self.seen]
        wrong = [f"Progress fell from {a} to {b}." for a, b in pairwise(shares) if b < a]
        ratios = [
            job["estimated_seconds_left"] / (took - at)
            for at, job in self.seen
            if "estimated_seconds_left" in job and job["progress"] >= ESTIMATED_FROM and took - at >= _MIN_LEFT_SECONDS
        ]
        if not ratios:
            return wrong
        far = sum(not 1 / ESTIMATE_FACTOR <= ratio <= ESTIMATE_FACTOR for ratio in ratios)
        low, middle, high = np.percentile(ratios, [0, 50, 100])
        print(f"  estimates of what is left, of what was: {low:.2f} to {high:.2f}, median {middle:.2f}; {far} far off")
        return wrong + ([f"{far} of {len(ratios)} estimates are far off."] if far > len(ratios) / 3 else [])


def run(pipeline: Pipeline, hours: float, languages: int) -> list[str]:
    """Send a recording of `hours` hours, watch it, and return what is wrong."""
    times = round(hours * 3600 / EVERY)
    name = f"{hours:g}h.flac"
    pipeline.upload(name, repeated_sentence(times, languages), OPTIONS if languages == 1 else TWO_LANGUAGES)
    job_id, began = pipeline.job_of_upload(name)["request_id"], time.monotonic()
    early: dict[str, float] = {}  # memory while the first tenth was transcribed
    peaks: dict[str, float] = {}
    watch = Watch()
    while (job := pipeline.request(job_id))["state"] not in FINAL:
        at = time.monotonic() - began
        watch.seen.append((at, job))
        left = f"{job['estimated_seconds_left']:.0f} s left" if "estimated_seconds_left" in job else ""
        print(
            f"{at:6.0f} s  {job.get('progress')}  {job.get('seconds', {})}  {job.get('shards', {})}  {left}", flush=True
        )
        if at > LIMIT_FACTOR * hours * 3600:
            return [f"{name} is {job['state']} after {at:.0f} s: {job}"]
        for _ in range(10):  # Assemble runs for seconds only
            for program, mib in memory(pipeline.cloud.pid).items():
                peaks[program] = max(mib, peaks.get(program, 0.0))
                if job.get("progress", 0.0) < 0.1:
                    early[program] = max(mib, early.get(program, 0.0))
            time.sleep(1)
    took = time.monotonic() - began
    print(f"{name}: {job['state']} after {took:.0f} s, {job.get('shards')}")
    for program, mib in sorted(peaks.items()):
        print(f"  {program}: {mib:.0f} MiB at most, {early.get(program, 0.0):.0f} in the first tenth")
    if job["state"] != "completed":
        return [f"{name} is {job['state']}: {job.get('error')}"]
    events = _events(pipeline, job_id)
    print(f"  {events} of {MAX_EVENTS} events")
    words = pipeline.http.get(f"/requests/{job_id}/result").json()["results"]["channels"][0]["alternatives"][0]["words"]
    wrong = [] if abs(job["duration"] - times * EVERY) < 0.1 else [f"The duration is {job['duration']}."]
    wrong += [] if job["shards"]["total"] > (MAP_AT_ONCE if hours >= MANY_FROM_HOURS else 1) else ["It was not cut so."]
    wrong += [] if events < MAX_EVENTS else ["Too many events."]
    return wrong + faults_of(words, times, languages) + watch.faults(took)


def _events(pipeline: Pipeline, job_id: str) -> int:
    """Return the number of events in the history of the job's execution."""
    arn = pipeline.row(job_id)["execution"]["S"]
    pages = pipeline.cloud.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    return sum(len(page["events"]) for page in pages)


def main() -> int:
    """Run each length on a cloud of its own; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline.long_recordings")
    parser.add_argument("--hours", type=float, nargs="+", default=[10.0, 24.0])
    parser.add_argument("--languages", type=int, choices=[1, 2], default=1)
    options = parser.parse_args()
    wrong: list[str] = []
    for hours in options.hours:
        with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder)) as cloud:
            pipeline = Pipeline(cloud)
            pipeline.configure("prepare", **(MANY_SHARDS if hours >= MANY_FROM_HOURS else SLOW_WORKERS))
            wrong += run(pipeline, hours, options.languages)
            pipeline.http.close()
    print("\n".join(wrong) or "Every sentence is there, once.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
