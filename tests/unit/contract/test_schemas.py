"""Schemas and samples of events: generated from the classes, and true of what the code writes and reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from earshot_contract.document import InvalidDocument
from earshot_contract.documents import job_events as contract_events
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.schemas import DOCUMENTS, generated
from functions.errors import Failure
from functions.handlers.api.request import Request
from functions.jobs import job_events
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.upload_event import Upload
from tests.fixtures.rows import each_row
from tests.paths import EVENTS

GENERATED = generated()
NAMES = sorted(path.name.removesuffix(".schema.json") for path in (EVENTS / "schemas").glob("*"))


def schema(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / "schemas" / f"{name}.schema.json").read_text())


def sample(name: str) -> Any:
    return json.loads((EVENTS / "samples" / f"{name}.json").read_text())


def violations(name: str, event: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(event)]


def test_schemas_and_samples_come_in_pairs() -> None:
    samples = sorted(path.stem for path in (EVENTS / "samples").glob("*.json"))
    assert samples == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_sample_is_valid_by_its_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert violations(name, sample(name)) == []


@each_row("name", sorted(GENERATED))
def test_schema_file_equals_generator_output(name: str) -> None:
    assert schema(name) == GENERATED[name], "run: python -m earshot_contract.schemas"


@each_row("name", sorted(DOCUMENTS))
def test_sample_survives_reading_and_writing(name: str) -> None:
    assert DOCUMENTS[name].from_json(json.dumps(sample(name))).to_dict() == sample(name)


@pytest.mark.parametrize("title", sorted(contract_events.DETAILS))
def test_sample_event_is_read_by_its_class(title: str) -> None:
    detail = sample(title.lower().replace(" ", "-"))["detail"]
    assert contract_events.DETAILS[title].from_json(detail).to_dict() == detail


@each_row("name", sorted(GENERATED))
def test_schema_closes_every_object_of_a_class(name: str) -> None:
    """Today's writers add nothing that the schema does not name; subscribers keep copies, and may get what is new."""
    nodes = [schema(name), *schema(name).get("$defs", {}).values()]
    closed = [not node.get("additionalProperties", True) for node in nodes if "properties" in node]
    assert set(closed) == {not name.startswith("transcription-")}


JOB = Job(
    id="j1",
    source=Source(SourceKind.UPLOAD, S3Object("uploads", "a b+ü.mp3", "v1"), size=7),
    options="model=whisper",
    model="base",
    duration=2.5,
)
OUTCOMES = {
    JobState.QUEUED: {},
    JobState.COMPLETED: {"completed": JOB.created, "language": "en", "transcript": "jobs/j1/transcript.json"},
    JobState.FAILED: {"completed": JOB.created, "failure": Failure("Bad Request", "why")},
    JobState.CANCELLED: {"completed": JOB.created},
}
SOURCES = [
    JOB.source,
    Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio"), size=7),
    Source(SourceKind.URL, url="https://user:secret@example.com/a.mp3"),
    Source(SourceKind.OBJECT, S3Object("uploads", "a.mp3"), "s3://uploads/a.mp3"),
]


@each_row("source", SOURCES)
@each_row("state", OUTCOMES)
def test_event_of_a_job_is_valid_and_free_of_secrets(state: JobState, source: Source) -> None:
    job = replace(JOB, state=state, source=source, **OUTCOMES[state])
    built = job_events.detail(job, "transcripts")
    title, detail = contract_events.DETAIL_TYPES[type(built)], json.loads(built.to_json())
    event = {"source": contract_events.SOURCE, "detail-type": title, "detail": detail}
    assert violations(title.lower().replace(" ", "-"), event) == []
    assert (title, detail["state"]) == (job_events.TITLES[state], state)
    assert contract_events.DETAILS[title].from_json(detail) == built
    assert "secret" not in json.dumps(event)
    assert "work/" not in json.dumps(event)


def test_job_states_with_events_are_those_of_the_contract() -> None:
    assert set(job_events.TITLES.values()) == set(contract_events.DETAILS)


def test_processing_state_has_no_event() -> None:
    with pytest.raises(KeyError):
        job_events.detail(replace(JOB, state=JobState.PROCESSING), "transcripts")


@pytest.mark.parametrize("lacking", ["completed", "language", "transcript", "model", "duration"])
def test_event_without_a_required_member_is_not_built(lacking: str) -> None:
    job = replace(JOB, state=JobState.COMPLETED, **{**OUTCOMES[JobState.COMPLETED], lacking: None})

    with pytest.raises(InvalidDocument, match=lacking):
        job_events.detail(job, "transcripts")


def test_schema_rejects_missing_member_and_unknown_task() -> None:
    event = sample("transcription-completed")
    del event["detail"]["transcript"]
    assert violations("transcription-completed", event)
    message = sample("shard-message")
    message["shard"]["task"] = "summarise"
    assert violations("shard-message", message)


def test_incoming_samples_are_read_by_the_code() -> None:
    upload = Upload.from_event(sample("upload-input")["upload"])
    assert (upload.audio.key, upload.size, upload.is_folder) == ("podcasts/ep 1.mp3", 38400, False)
    request = Request.from_event(sample("api-request"))
    assert json.loads(request.body) == {"url": "https://example.com/a.mp3"}
    assert [value for name, value in request.query if name == "tag"] == ["a", "b"]


def test_s3_rule_turns_an_s3_event_into_upload_input() -> None:
    """The stack's own input transformer, applied by hand as EventBridge does."""
    template = json.loads((EVENTS.parent / "tests/synth/template.json").read_text())
    (target,) = [
        target
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
        and "Object Created" in resource["Properties"]["EventPattern"]["detail-type"]
        for target in resource["Properties"]["Targets"]
    ]
    text = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value = sample("s3-object-created")
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        text = text.replace(f"<{name}>", json.dumps(value))
    assert violations("upload-input", json.loads(text)) == []
    assert json.loads(text) == sample("upload-input")
