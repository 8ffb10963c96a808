"""Driver of the pipeline: what a test sends to it, and reads from it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import wave
from collections import defaultdict
from typing import Any

import httpx

from localcloud.cloud import Cloud
from tests.fixtures.local_cloud.waiting import TIMEOUT_SECONDS, eventually

FINAL = ("completed", "failed", "cancelled")


def wav(seconds: float, rate: int = 16000) -> bytes:
    """Silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(seconds * rate)))
    return out.getvalue()


class Pipeline:
    """Both entry points, and everything that a job writes."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.out = cloud, cloud.outputs
        self.http = httpx.Client(base_url=f"{cloud.api}/v1", timeout=60, follow_redirects=True)
        self._events: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._queue = self._catch_events()

    def post(self, content: bytes, query: str = "", **headers: str) -> httpx.Response:
        return self.http.post(f"/listen?{query}", content=content, headers={"Content-Type": "audio/wav", **headers})

    def post_url(self, url: str, query: str = "") -> httpx.Response:
        return self.http.post(f"/listen?{query}", json={"url": url})

    def submit(self, content: bytes, query: str = "") -> str:
        """Submit a job without waiting for it; return its id."""
        answer = self.http.post(
            f"/listen?{query}", content=content, headers={"Prefer": "wait=0"}, follow_redirects=False
        )
        return answer.json()["request_id"]

    def upload(self, key: str, body: bytes, listen: str = "") -> None:
        metadata = {"listen": listen} if listen else {}
        self.cloud.client("s3").put_object(Bucket=self.out["UploadsBucket"], Key=key, Body=body, Metadata=metadata)

    def requests(self) -> list[dict[str, Any]]:
        return self.http.get("/requests", params={"limit": 100}).json()["requests"]

    def request(self, job_id: str) -> dict[str, Any]:
        return self.http.get(f"/requests/{job_id}").json()

    def job_of_upload(self, key: str) -> dict[str, Any]:
        """The one job of an upload, once it exists."""

        def find() -> list[dict[str, Any]]:
            return [r for r in self.requests() if r["source"].get("key") == key]

        (found,) = eventually(find, f"request for {key}")
        return found

    def wait_until_finished(self, job_id: str, seconds: float = TIMEOUT_SECONDS) -> dict[str, Any]:
        """The job once it has completed, failed or been cancelled."""
        return eventually(
            lambda: r if (r := self.request(job_id))["state"] in FINAL else None, f"end of {job_id}", seconds
        )

    def row(self, job_id: str) -> dict[str, Any]:
        key = {"pk": {"S": f"JOB#{job_id}"}}
        return self.cloud.client("dynamodb").get_item(TableName=self.out["TableName"], Key=key)["Item"]

    def read(self, key: str) -> bytes:
        return self.cloud.client("s3").get_object(Bucket=self.out["TranscriptsBucket"], Key=key)["Body"].read()

    def events(self, job_id: str, *, until: str) -> list[str]:
        """The states in the job's events, in their order, once `until` is among them."""

        def find() -> list[str] | None:
            self._drain()
            states = [event["detail"]["state"] for event in self._events[job_id]]
            return states if until in states else None

        return eventually(find, f"event of {job_id} being {until}", 20)

    def event(self, job_id: str, state: str) -> dict[str, Any]:
        self.events(job_id, until=state)
        return next(event for event in self._events[job_id] if event["detail"]["state"] == state)

    def executions(self, machine: str, status: str) -> list[str]:
        """ARNs of executions of `JobMachineArn` or `WorkerMachineArn`."""
        found = self.cloud.client("stepfunctions").list_executions(
            stateMachineArn=self.out[machine], statusFilter=status
        )
        return [execution["executionArn"] for execution in found["executions"]]

    def put(self, item: dict[str, Any]) -> None:
        """Write an item of the table, in DynamoDB's own form."""
        self.cloud.client("dynamodb").put_item(TableName=self.out["TableName"], Item=item)

    def item(self, pk: str) -> dict[str, Any]:
        """Return an item of the table, in DynamoDB's own form; {} if there is none."""
        found = self.cloud.client("dynamodb").get_item(TableName=self.out["TableName"], Key={"pk": {"S": pk}})
        return found.get("Item", {})

    def messages_in_flight(self) -> int:
        """Number of messages that a worker has received and not deleted."""
        return self._messages("ApproximateNumberOfMessagesNotVisible")

    def _messages(self, name: str) -> int:
        queues = [self.out["FastQueueUrl"], self.out["BulkQueueUrl"]]
        sqs = self.cloud.client("sqs")
        answers = [sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name]) for queue in queues]
        return sum(int(answer["Attributes"][name]) for answer in answers)

    def workers(self) -> list[int]:
        """Process ids of the running workers."""
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        return [int(pid) for pid, parent, command in rows if int(parent) == self.cloud.pid and "transcriber" in command]

    def kill_workers(self, number: signal.Signals) -> None:
        for pid in self.workers():
            os.kill(pid, number)

    def configure(self, function: str, **environment: str) -> dict[str, str]:
        """Change variables of a function; return all of its previous ones."""
        client = self.cloud.client("lambda")
        (name,) = [
            f["FunctionName"] for f in client.list_functions()["Functions"] if f".{function}." in f.get("Handler", "")
        ]
        previous = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(FunctionName=name, Environment={"Variables": {**previous, **environment}})
        return previous

    def _catch_events(self) -> str:
        sqs, events, bus = self.cloud.client("sqs"), self.cloud.client("events"), self.out["BusName"]
        queue = sqs.create_queue(QueueName="pipeline-tests")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = json.dumps({"source": ["earshot"]})
        events.put_rule(Name="pipeline-tests", EventBusName=bus, EventPattern=pattern)
        events.put_targets(Rule="pipeline-tests", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return queue

    def _drain(self) -> None:
        sqs = self.cloud.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                self._events[event["detail"]["job_id"]].append(event)
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
