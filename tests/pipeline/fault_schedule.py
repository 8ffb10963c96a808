"""Random schedules of faults on a local cloud with a worker of each kind: `python -m tests.pipeline.fault_schedule`.

Jobs are sent by both entry points while services throttle, workers are killed, leases lapse, events come twice, jobs
are cancelled, and the local cloud is killed and comes back. In the end every good job is completed with the right
words, or cancelled; every poisoned one is failed with a reason; none hangs, and no upload is two jobs. The seed is
printed: the same one makes the same schedule.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from earshot_contract.keys import slot_pk
from earshot_contract.worker_kinds import WorkerKind
from localcloud import ports
from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.faults import Faults, Rule
from tests.fixtures.local_cloud.waiting import eventually
from tests.paths import SAMPLES
from tests.pipeline.driver import Pipeline
from tests.pipeline.sent_jobs import Sent, SentJobs

END_SECONDS = 400.0  # for all jobs to end after the last fault: messages come back, slots cool down
# Service, operation and error of faults that a service's own retries, or a state machine's, must outlive.
THROTTLING = (
    ("s3", "GetObject", "SlowDown", 503),
    ("s3", "PutObject", "SlowDown", 503),
    ("dynamodb", "UpdateItem", "ThrottlingException", 400),
    ("dynamodb", "GetItem", "ProvisionedThroughputExceededException", 400),
    ("lambda", "Invoke", "TooManyRequestsException", 429),
    ("sqs", "SendMessage", "ThrottlingException", 400),
    ("sqs", "ReceiveMessage", "ThrottlingException", 400),
    ("states", "SendTaskSuccess", "ThrottlingException", 400),
    ("states", "StartExecution", "ThrottlingException", 400),
)


@dataclass
class Schedule:
    """One schedule, as its seed makes it."""

    pipeline: Pipeline
    seed: int
    steps: int
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.faults = Faults(self.pipeline.cloud.aws)
        self.sent = SentJobs(self.pipeline)
        self.speech = (SAMPLES / "sample.flac").read_bytes()

    def run(self) -> list[str]:
        """Run the schedule and wait for its end; return what is wrong."""
        actions: list[Callable[[], str]] = [self.request, self.upload, self.poison, self.request, self.upload]
        actions += [self.throttle, self.throttle, self.kill, self.terminate, self.repeat, self.cancel]
        actions += [self.restart, self.lapse]
        self.log.append(self.upload())
        began = time.monotonic()
        for _ in range(self.steps):
            self.log.append(f"{time.monotonic() - began:5.1f} s  {self.random.choice(actions)()}")
            print(f"  {self.log[-1]}", flush=True)
            time.sleep(self.random.uniform(0, 2))
        self.faults.set()
        self.sent.end = time.monotonic() + END_SECONDS
        return self.sent.faults()

    def request(self) -> str:
        """Send a request that does not wait; try again where the API is busy."""
        tag = f"{self.seed}-{len(self.sent.jobs)}"

        def submitted() -> str | None:
            try:
                return self.pipeline.submit(self.speech, f"tag={tag}")
            except (httpx.HTTPError, KeyError, ValueError):  # 429 or 503, in the vendor's form
                return None

        self.sent.jobs.append(Sent(eventually(submitted, "accepted request"), good=True))
        return f"request {tag}"

    def upload(self, body: bytes | None = None) -> str:
        """A file into the bucket."""
        key = f"{self.seed}/{len(self.sent.jobs)}.flac"
        eventually(lambda: self._put(key, body or self.speech), "stored upload")
        self.sent.jobs.append(Sent("", good=body is None, upload=key))
        return f"upload {key}"

    def poison(self) -> str:
        """A file that no decoder reads."""
        return self.upload(self.random.randbytes(5000)) + " (poison)"

    def throttle(self) -> str:
        """A service that refuses some calls."""
        service, operation, code, status = self.random.choice(THROTTLING)
        times = self.random.randint(1, 4)
        self.faults.set(Rule(service, operation, times=times, code=code, status=status))
        return f"{times} times {code} of {service}:{operation}"

    def kill(self) -> str:
        """Every worker ends at once."""
        self.pipeline.kill_workers(signal.SIGKILL)
        return "SIGKILL"

    def terminate(self) -> str:
        """Every worker is asked to end, as before a Spot interruption."""
        self.pipeline.kill_workers(signal.SIGTERM)
        return "SIGTERM"

    def restart(self) -> str:
        """The whole local cloud is killed, and comes back with the same addresses."""
        cloud = self.pipeline.cloud
        os.kill(cloud.pid, signal.SIGKILL)
        cloud.stop()
        cloud.start()
        return "restart of the local cloud"

    def lapse(self) -> str:
        """The leases of all slots end under their live workers; the next scaling launches others."""
        table, expired = self.pipeline.cloud.client("dynamodb"), {":past": {"N": str(int(time.time()) - 1)}}
        slots = [pk for kind in WorkerKind if self.pipeline.item(pk := slot_pk(0, kind))]
        for pk in slots:
            table.update_item(
                TableName=self.pipeline.out["TableName"],
                Key={"pk": {"S": pk}},
                UpdateExpression="SET #until = :past",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues=expired,
            )
        return f"lapse of {slots}"

    def repeat(self) -> str:
        """The event of an upload comes a second time."""
        uploads = [sent for sent in self.sent.jobs if sent.upload and self.sent.find(sent)]
        if not uploads:
            return "nothing to repeat"
        sent = self.random.choice(uploads)
        states = self.pipeline.cloud.client("stepfunctions")
        execution = self.pipeline.row(sent.job_id).get("execution", {}).get("S")
        if not execution:
            return "nothing to repeat"
        body = states.describe_execution(executionArn=execution)["input"]
        states.start_execution(stateMachineArn=self.pipeline.out["JobMachineArn"], input=body)
        return f"event of {sent.upload} again"

    def cancel(self) -> str:
        """A job is cancelled, if it still runs."""
        running = self.sent.running()
        if not running:
            return "nothing to cancel"
        sent = self.random.choice(running)
        sent.cancelled = True
        answer = self.pipeline.http.delete(f"/requests/{sent.job_id}")
        return f"cancel {sent.job_id}: {answer.status_code}"

    def _put(self, key: str, body: bytes) -> bool:
        try:
            self.pipeline.upload(key, body)
        except self.pipeline.cloud.client("s3").exceptions.ClientError:
            return False
        return True


def run_schedule(cloud: Cloud, seed: int, steps: int) -> None:
    """Run a schedule.

    Raises:
        AssertionError: something is wrong; the message has the seed and the schedule.
    """
    print(f"seed {seed}, {steps} steps", flush=True)
    began = time.monotonic()
    pipeline = Pipeline(cloud)
    schedule = Schedule(pipeline, seed, steps)
    try:
        wrong = schedule.run()
    except AssertionError as error:
        wrong = [str(error)]
    finally:
        pipeline.http.close()
    listed = "\n  ".join(schedule.log)
    assert not wrong, f"seed {seed}:\n  {listed}\n" + "\n".join(wrong)
    print(f"seed {seed}: {len(schedule.sent.jobs)} jobs ended well after {time.monotonic() - began:.0f} s", flush=True)


def main() -> int:
    """Run schedules until the time is over; return 1 at the first one that goes wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline.fault_schedule")
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=20.0)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    while True:
        seed = options.seed if options.seed is not None else random.randrange(10**6)
        with tempfile.TemporaryDirectory() as folder, cloud_with_both(Path(folder)) as cloud:
            try:
                run_schedule(cloud, seed, options.steps)
            except AssertionError as error:
                print(error, file=sys.stderr)
                return 1
        if options.seed is not None or time.monotonic() > end:
            return 0


def cloud_with_both(folder: Path) -> Cloud:
    """Return a local cloud, not started, that may run a worker of each kind, takes faults, and keeps its addresses."""
    port, aws_port = ports.choose_ports({"port": 0, "aws-port": 0})
    return Cloud(folder, port, aws_port, workers=1, quick_workers=1, wrap="tests.fixtures.local_cloud.faults:wrap")


if __name__ == "__main__":
    sys.exit(main())
