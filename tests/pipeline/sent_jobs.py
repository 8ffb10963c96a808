"""Jobs that a schedule of faults has sent, and the verdict on each: it ended as it must, and is one job."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from tests.fixtures.local_cloud.waiting import eventually
from tests.pipeline.driver import FINAL, Pipeline

WORD = "bucket"  # of the sample


@dataclass
class Sent:
    """A job as it was sent."""

    job_id: str
    good: bool  # its audio can be transcribed
    upload: str | None = None
    cancelled: bool = False  # a cancel was sent while it ran


@dataclass
class SentJobs:
    """All jobs of one schedule."""

    pipeline: Pipeline
    jobs: list[Sent] = field(default_factory=list)
    end: float = math.inf  # time.monotonic() until which all must have ended

    def faults(self) -> list[str]:
        """Wait for the end of every job; return what is wrong."""
        return [fault for sent in self.jobs if (fault := self.judge(sent))] + self.doubled()

    def running(self) -> list[Sent]:
        """Return the jobs that have not ended."""
        return [s for s in self.jobs if self.find(s) and self.pipeline.request(s.job_id)["state"] not in FINAL]

    def find(self, sent: Sent) -> bool:
        """Look up the id of an upload's job; return whether the job is there."""
        if not sent.job_id and sent.upload:
            found = [r for r in self.pipeline.requests() if r["source"].get("key") == sent.upload]
            sent.job_id = found[0]["request_id"] if found else ""
        return bool(sent.job_id)

    def judge(self, sent: Sent) -> str | None:
        """Wait for a job's end; return what is wrong with it."""
        name = sent.upload or sent.job_id
        try:
            eventually(lambda: self.find(sent), f"job of {name}", self.left())
        except AssertionError as error:
            return str(error)
        found = self.pipeline.http.get(f"/requests/{sent.job_id}")
        if sent.cancelled and found.status_code == 404:
            return None  # it had ended, and the cancel deleted it
        try:
            job = self.pipeline.wait_until_finished(sent.job_id, self.left())
        except AssertionError as error:
            return f"{error} {self.pipeline.request(sent.job_id)}"
        if sent.cancelled and job["state"] == "cancelled":
            return None
        if not sent.good:
            reason = job.get("error", {}).get("err_msg")
            return None if job["state"] == "failed" and reason else f"{name} should have failed: {job}"
        if job["state"] != "completed":
            return f"{name} should be completed: {job}"
        text = self.pipeline.http.get(f"/requests/{sent.job_id}/result", params={"format": "txt"}).text
        return None if WORD in text.lower() else f"{name} has other words: {text[:200]}"

    def left(self) -> float:
        """Return the seconds until all jobs must have ended; a second for each that is looked at after that."""
        return max(1.0, self.end - time.monotonic())

    def doubled(self) -> list[str]:
        """Return uploads that became more than one job."""
        keys = [request["source"].get("key") for request in self.pipeline.requests()]
        return [
            f"{s.upload} is {keys.count(s.upload)} jobs" for s in self.jobs if s.upload and keys.count(s.upload) > 1
        ]
