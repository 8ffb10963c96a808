"""A worker's surroundings: moto's SQS, S3 and DynamoDB, the real base model, and fakes named so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import av
import pytest
from av.audio.resampler import AudioResampler
from botocore.exceptions import ClientError
from moto import mock_aws

from events.shards import AudioFacts, ModelFacts, Pointer, Shard, ShardMessage, ShardResult
from infra.local.models import embedded
from transcriber.clients import Clients
from transcriber.models import Model, digest

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"


@pytest.fixture(scope="session")
def model() -> Model:
    directory = embedded(ROOT / ".cache" / "models")
    return Model("base", directory, digest(directory / "model.bin"))


@pytest.fixture(scope="session")
def speech() -> Path:
    """Eight seconds of English, 16 kHz, one channel."""
    return ROOT / "events" / "samples" / "sample.flac"


@pytest.fixture(scope="session")
def dialogue() -> Path:
    """Two speakers, a channel each."""
    return ROOT / "events" / "samples" / "two-speakers.flac"


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recording anew in another format: `record(speech, "a.mp3", "libmp3lame", rate=16000)`."""

    def write(source: Path, name: str, codec: str, *, rate: int = 16_000, **options: Any) -> Path:
        """`options`: `format`, `bit_rate`, and the muxer's own."""
        target, format, bit_rate = tmp_path / name, options.pop("format", None), options.pop("bit_rate", None)
        with av.open(str(source)) as old, av.open(str(target), "w", format=format, options=options) as new:
            stream = new.add_stream(codec, rate=rate)
            if bit_rate:
                stream.bit_rate = bit_rate
            stream.layout = old.streams.audio[0].layout
            resampler = AudioResampler(stream.codec_context.format, stream.layout, rate)
            for frame in [*old.decode(audio=0), None]:
                for resampled in resampler.resample(frame):
                    new.mux(stream.encode(resampled))
            new.mux(stream.encode(None))
        return target

    return write


def order(**changes: Any) -> Shard:
    """A shard of job `j1`, with `changes`."""
    fields: dict[str, Any] = {
        "job_id": "j1",
        "index": 0,
        "count": 1,
        "audio": Pointer("audio", "speech.flac"),
        "result": Pointer("results", "work/j1/shards/00000.json"),
        "model": "base",
    }
    return Shard(**(fields | changes))


@pytest.fixture(name="order", scope="session")
def order_fixture() -> Callable[..., Shard]:
    return order


class FakeStates:
    """Step Functions' half of a task token: remembers what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.gone: set[str] = set()
        self.broken = False  # Step Functions is out of reach for answers

    def send_task_heartbeat(self, taskToken: str) -> None:
        self._take("heartbeat", taskToken, {})

    def send_task_success(self, taskToken: str, output: str) -> None:
        self._take("success", taskToken, json.loads(output))

    def send_task_failure(self, taskToken: str, error: str, cause: str) -> None:
        self._take("failure", taskToken, {"error": error, "cause": cause})

    def answers(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [call for call in self.told if call[0] != "heartbeat"]

    def _take(self, what: str, token: str, payload: dict[str, Any]) -> None:
        if self.broken and what != "heartbeat":
            raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, what)
        if token in self.gone:
            raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": "Task Timed Out"}}, what)
        self.told.append((what, token, payload))
        if what != "heartbeat":
            self.gone.add(token)


class FakeEngine:
    """Promises that the test keeps. `taken` is what was submitted."""

    def __init__(self, places: int = 1) -> None:
        self.places, self.closed = places, False
        self.taken: list[tuple[Shard, Path, Future[ShardResult]]] = []

    def submit(self, shard: Shard, audio: Path) -> Future[ShardResult]:
        promise: Future[ShardResult] = Future()
        self.taken.append((shard, audio, promise))
        return promise

    def room(self) -> int:
        return self.places - sum(not promise.done() for _, _, promise in self.taken)

    def close(self) -> None:
        self.closed = True


def result_of(shard: Shard) -> ShardResult:
    """What an engine says about a silent shard."""
    return ShardResult(
        job_id=shard.job_id,
        index=shard.index,
        channel=shard.channel,
        language="en",
        language_probability=1.0,
        segments=[],
        audio=AudioFacts(sha256="", duration=8.0, channels=1, sample_rate=16_000, codec="flac"),
        model=ModelFacts(name=shard.model, sha256="", multilingual=True, compute_type="int8", device="cpu"),
        seconds={"decode": 0.1, "model": 0.2, "total": 0.3},
    )


@pytest.fixture(name="result_of")
def result_of_fixture() -> Callable[[Shard], ShardResult]:
    return result_of


@pytest.fixture
def fake_engine() -> FakeEngine:
    return FakeEngine()


class Account:
    """An AWS account with what a worker touches."""

    def __init__(self, clients: Clients, states: FakeStates) -> None:
        self.clients, self.states = clients, states
        for bucket in ("audio", "results", "models"):
            clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.fast, self.bulk = (clients.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("fast", "bulk"))
        clients.dynamodb.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )

    def put_audio(self, path: Path, key: str = "speech.flac") -> None:
        self.clients.s3.put_object(Bucket="audio", Key=key, Body=path.read_bytes())

    def put_model(self, name: str, files: dict[str, bytes], digests: dict[str, str]) -> None:
        for file, content in files.items():
            self.clients.s3.put_object(Bucket="models", Key=f"{name}/{file}", Body=content)
        manifest = {"name": name, "files": {file: {"sha256": sha, "size": 0} for file, sha in digests.items()}}
        self.clients.s3.put_object(Bucket="models", Key=f"{name}/manifest.json", Body=json.dumps(manifest))

    def send(self, token: str, shard: Shard, queue: str | None = None) -> None:
        body = ShardMessage(token, shard).to_json()
        self.clients.sqs.send_message(QueueUrl=queue or self.fast, MessageBody=body)

    def waiting(self, queue: str | None = None) -> tuple[int, int]:
        """Messages of a lane that anybody could receive now, and messages that somebody holds."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self.clients.sqs.get_queue_attributes(QueueUrl=queue or self.fast, AttributeNames=["All"])
        visible, held = (int(answer["Attributes"][name]) for name in names)
        return visible, held

    def result(self, key: str = "work/j1/shards/00000.json") -> ShardResult:
        return ShardResult.from_json(self.clients.s3.get_object(Bucket="results", Key=key)["Body"].read())

    def results(self) -> list[str]:
        return [entry["Key"] for entry in self.clients.s3.list_objects_v2(Bucket="results").get("Contents", [])]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        real, states = Clients.connect(), FakeStates()
        yield Account(Clients(real.sqs, real.s3, states, real.dynamodb), states)
