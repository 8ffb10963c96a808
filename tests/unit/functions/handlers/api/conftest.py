"""The API's function as API Gateway calls it, over the stores; a job is finished by hand."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import AudioInfo, ModelInfo, Segment, SpeakerTurn, Word
from earshot_contract.job_state import JobState
from earshot_contract.keys import manifest_key, transcript_key
from functions.aws import model_bucket, s3
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.handlers.api.handler import handler
from functions.handlers.assemble.output_files import output_files
from functions.jobs.job import Job
from functions.options.options import Options
from functions.settings import settings
from functions.transcripts.transcript import Channel, SpeakerModelInfo, Transcript
from tests.fixtures.accounts import account

SHA = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
MACHINE = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


ADMIN = {"principalId": "tests", "owner": "a" * 16, "scope": "admin"}


class Api:
    """`api.post("/listen?model=whisper", body)`: what a client sends, as the gateway passes it on.

    Args:
        authorizer: the authorizer's answer; None: no authorizer was asked.
        address: IP address of the client.
    """

    def __init__(self, authorizer: dict[str, str] | None = ADMIN, address: str = "192.0.2.1") -> None:
        self.authorizer, self.address = authorizer, address

    def of(self, owner: str, scope: str = "write", address: str = "192.0.2.1") -> Api:
        """The API as a key of this owner and scope sees it; the owner `public` is a caller without a key."""
        return Api({"principalId": "tests", "owner": owner, "scope": scope}, address)

    def __call__(
        self, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        path, _, query = url.partition("?")
        resource, parameters = self._route(path)
        repeated: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            repeated.setdefault(name, []).append(value)
        event = {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": headers or {},
            "multiValueQueryStringParameters": repeated or None,
            "pathParameters": parameters,
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "authorizer": self.authorizer,
                "identity": {"sourceIp": self.address},
            },
            "body": base64.b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }
        context = SimpleNamespace(
            function_name="listen", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id"
        )
        answer = handler(event, context)
        text = answer["body"]
        if answer["isBase64Encoded"]:
            raw, encoding = base64.b64decode(text), answer["headers"].get("content-encoding")
            assert encoding in (None, "gzip")
            text = gzip.decompress(raw).decode() if encoding else raw.decode("latin-1")
        return Answer(answer["statusCode"], answer["headers"], text)

    def get(self, url: str) -> Answer:
        return self("GET", url)

    def post(self, url: str, body: bytes | dict[str, Any] | None = None, **headers: str) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            return self("POST", url, json.dumps(body).encode(), {"Content-Type": "application/json", **names})
        return self("POST", url, body, names)

    def proxied(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Send a request for a path that API Gateway knows by its resource `{proxy+}` alone."""
        answer = handler(
            {
                "resource": "/{proxy+}",
                "path": path,
                "httpMethod": method,
                "headers": headers or {},
                "pathParameters": {"proxy": path.removeprefix("/")},
                "requestContext": {"requestId": str(uuid.uuid4()), "identity": {"sourceIp": self.address}},
            },
            SimpleNamespace(
                function_name="listen", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id"
            ),
        )
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    @staticmethod
    def _route(path: str) -> tuple[str, dict[str, str] | None]:
        parts = path.split("/")
        if parts[1] in ("requests", "shared") and len(parts) > 2:
            named = ["{id}", *parts[3:4], *("{share}" for _ in parts[4:])]
            return "/".join([*parts[:2], *named]), dict(zip(("id", "share"), parts[2::2], strict=False))
        if parts[1] == "models" and len(parts) > 2:
            return "/models/{model}", {"model": parts[2]}
        if parts[1] == "page":
            return "/page/{version}/{file}", {"version": parts[2], "file": parts[3]}
        return path, None


@pytest.fixture
def api(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("JOB_MACHINE_ARN", account.create_state_machine(json.dumps(MACHINE)))
    monkeypatch.setenv("DEFAULT_MODEL", "base")
    monkeypatch.setenv("WAIT_SECONDS", "0.01")
    settings.cache_clear()
    model_bucket._cached = None
    for name in ("base", "tiny.en"):
        manifest = {"name": name, "files": {"model.bin": {"sha256": SHA, "size": 1}}}
        account.put_object("models", manifest_key(name), json.dumps(manifest).encode())
    yield Api()
    model_bucket._cached = None


@pytest.fixture
def sha256() -> str:
    """Of the weights of every model here."""
    return SHA


@pytest.fixture
def executions(api: Api) -> Callable[[], list[str]]:
    """Names of the executions that were started."""
    states = client("stepfunctions")
    arn = settings().job_machine_arn
    return lambda: [found["name"] for found in states.list_executions(stateMachineArn=arn)["executions"]]


def transcript(job: Job, *words: str, speakers: int = 0) -> Transcript:
    timed_words = [Word(text, index * 0.5, index * 0.5 + 0.4, 0.9) for index, text in enumerate(words)]
    segments = [Segment(0.0, len(words) * 0.5, " ".join(words), timed_words)] if words else []
    return Transcript(
        job_id=job.id,
        created=job.created,
        options=job.options,
        task="transcribe",
        audio=AudioInfo("ab" * 32, 10.0, 1, 16000, "pcm_s16le"),
        model=ModelInfo("base", SHA, True, "int8", "cpu"),
        channels=[Channel(0, "en", 1.0, segments, [SpeakerTurn(n, n + 1, n, 0.9) for n in range(speakers)])],
        model_seconds=0.5,
        speaker_model=SpeakerModelInfo("speakers", SHA) if speakers else None,
    )


@pytest.fixture
def complete(api: Api) -> Callable[..., Job]:
    """Do what the job machine does at the end of a job."""

    def complete(job_id: str, *words: str, speakers: int = 0) -> Job:
        job = job_table.find(job_id)
        assert job
        options = Options.from_stored(job.parsed, job.options)
        for file in output_files(job, transcript(job, *words, speakers=speakers), options):
            s3.put(S3Object("transcripts", file.key), file.body, file.content_type)
        finished = job_table.finish(job_id, transcript=transcript_key(job_id), duration=10.0, shards=1)
        assert finished
        assert finished.state is JobState.COMPLETED
        return finished

    return complete
