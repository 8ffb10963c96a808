"""Every event has a schema and a sample, and both agree with the code that writes or reads it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from earshot_contract.document import Document
from earshot_contract.shards import S3Object, ShardMessage, ShardResult
from functions.aws.event_bus import SOURCE
from functions.handlers.api.request import Request
from functions.jobs import job_events
from functions.jobs.job import Failure, Job, Source, SourceKind, State
from functions.jobs.upload_event import Upload
from tests.places import EVENTS

NAMES = sorted(path.name.removesuffix(".schema.json") for path in (EVENTS / "schemas").glob("*"))


def schema(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / "schemas" / f"{name}.schema.json").read_text())


def sample(name: str) -> Any:
    return json.loads((EVENTS / "samples" / f"{name}.json").read_text())


def complaints(name: str, event: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(event)]


def test_schemas_and_samples_come_in_pairs() -> None:
    samples = sorted(path.stem for path in (EVENTS / "samples").glob("*.json"))
    assert samples == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_obeys_its_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert complaints(name, sample(name)) == []


@pytest.mark.parametrize(("name", "kind"), [("shard-message", ShardMessage), ("shard-result", ShardResult)])
def test_the_shard_contract_is_what_the_dataclasses_say(name: str, kind: type[Document]) -> None:
    _compare(kind, schema(name), name)
    assert kind.from_json(sample(name)).to_dict() == sample(name)


def _compare(kind: type, node: dict[str, Any], where: str) -> None:
    """The same properties, and required exactly what has no default, all the way down."""
    hints = get_type_hints(kind)
    assert set(node["properties"]) == set(hints), where
    needed = {f.name for f in fields(kind) if f.default is f.default_factory}  # type: ignore[arg-type]
    assert set(node.get("required", [])) == needed, where
    for name, hint in hints.items():
        inner, below = hint, node["properties"][name]
        if get_origin(inner) in (Union, UnionType):
            inner = next(a for a in get_args(inner) if a is not type(None))
            below = below.get("anyOf", [below])[0]
        if get_origin(inner) is list:
            inner, below = get_args(inner)[0], below["items"]
        if is_dataclass(inner):
            _compare(inner, below, f"{where}.{name}")  # type: ignore[arg-type]


JOB = Job(
    id="j1",
    source=Source(SourceKind.UPLOAD, S3Object("uploads", "a b+ü.mp3", "v1"), size=7),
    options="model=whisper",
    model="base",
    duration=2.5,
)
OUTCOMES = {
    State.QUEUED: {},
    State.COMPLETED: {"completed": JOB.created, "language": "en", "transcript": "jobs/j1/transcript.json"},
    State.FAILED: {"completed": JOB.created, "failure": Failure("Bad Request", "why")},
    State.CANCELLED: {"completed": JOB.created},
}
SOURCES = [
    JOB.source,
    Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio"), size=7),
    Source(SourceKind.URL, url="https://user:secret@example.com/a.mp3"),
    Source(SourceKind.OBJECT, S3Object("uploads", "a.mp3"), "s3://uploads/a.mp3"),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("state", OUTCOMES)
def test_what_goes_out_obeys_its_schema(state: State, source: Source) -> None:
    known = {name: value for name, value in vars(JOB).items() if name not in ("state", "source")}
    job = Job(**{**known, "state": state, "source": source, **OUTCOMES[state]})
    title = job_events.title(state)
    event = {"source": SOURCE, "detail-type": title, "detail": job_events.detail(job, "transcripts")}
    assert complaints(title.lower().replace(" ", "-"), json.loads(json.dumps(event))) == []
    assert "secret" not in json.dumps(event)
    assert "work/" not in json.dumps(event)


def test_nobody_is_told_that_a_job_is_processing() -> None:
    with pytest.raises(KeyError):
        job_events.title(State.PROCESSING)


def test_a_schema_refuses_what_is_wrong() -> None:
    event = sample("transcription-completed")
    del event["detail"]["transcript"]
    assert complaints("transcription-completed", event)
    message = sample("shard-message")
    message["shard"]["task"] = "summarise"
    assert complaints("shard-message", message)


def test_the_code_reads_what_comes_in() -> None:
    upload = Upload.from_event(sample("upload-input")["upload"])
    assert (upload.audio.key, upload.size, upload.is_folder) == ("podcasts/ep 1.mp3", 38400, False)
    (letter,) = sample("dead-letters")["Records"]
    assert ShardMessage.from_json(letter["body"]).to_dict() == sample("shard-message")
    request = Request.from_event(sample("api-request"))
    assert json.loads(request.body) == {"url": "https://example.com/a.mp3"}
    assert [value for name, value in request.query if name == "tag"] == ["a", "b"]


def test_the_rule_makes_an_upload_input_of_what_s3_tells() -> None:
    """The stack's own input transformer, applied by hand as EventBridge does."""
    template = json.loads((EVENTS.parent / "cdk.out/Earshot.template.json").read_text())
    (target,) = [
        target
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule" and "aws.s3" in resource["Properties"]["EventPattern"]["source"]
        for target in resource["Properties"]["Targets"]
    ]
    text = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value = sample("s3-object-created")
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        text = text.replace(f"<{name}>", json.dumps(value))
    assert complaints("upload-input", json.loads(text)) == []
    assert json.loads(text) == sample("upload-input")
