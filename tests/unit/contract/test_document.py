"""Document: strict on types at every field, lenient on additions and numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from earshot_contract.document import Document, InvalidDocument
from earshot_contract.documents.job_events import DETAILS
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import ShardResult, Word
from earshot_contract.documents.shards import RawAudio, Shard
from earshot_contract.schemas import DOCUMENTS
from functions.jobs.job import Job
from functions.transcripts.transcript import Transcript
from tests.paths import EVENTS

HERE = EVENTS.parent / "tests/unit/contract/recorded/0.1"
Path = tuple[str | int, ...]
ANY_SHAPE = ("engine", "input", "upload")  # objects whose members may have any type


def sample(name: str) -> Any:
    return json.loads((EVENTS / "samples" / f"{name}.json").read_text())


READ: list[tuple[type[Document], Any]] = [
    *((kind, sample(name)) for name, kind in DOCUMENTS.items()),
    *((kind, sample(title.lower().replace(" ", "-"))["detail"]) for title, kind in DETAILS.items()),
    (Job, json.loads((HERE / "job-row.json").read_text())),
    (Job, json.loads((HERE / "job-row-failed.json").read_text())),
    (Transcript, json.loads((HERE / "transcript.json").read_text())),
    (RawAudio, {"encoding": "mulaw", "sample_rate": 8000, "channels": 2}),
]


def members(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every member and list element with its path, but for the members of objects of any shape."""
    if path:
        yield path, document
    if path and path[-1] in ANY_SHAPE:
        return
    below = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in below:
        yield from members(value, (*path, name))


def with_value(document: Any, path: Path, value: Any) -> Any:
    changed = json.loads(json.dumps(document))
    node = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return changed


DOCUMENTS = [pytest.param(kind, document, id=kind.__name__) for kind, document in READ]


@pytest.mark.parametrize(("kind", "document"), DOCUMENTS)
def test_wrong_type_at_any_field_is_rejected(kind: type[Document], document: Any) -> None:
    wrong: Any = [{"no": ["type"]}]  # no field is a list of objects that hold lists
    paths = [path for path, _ in members(document)]

    assert paths
    accepted = [path for path in paths if problem_of(kind, with_value(document, path, wrong)) is None]
    assert accepted == []
    for path in paths:
        with pytest.raises(InvalidDocument, match=kind.__name__):
            kind.from_json(with_value(document, path, wrong))


@pytest.mark.parametrize(
    ("document", "location"),
    [
        ('{"bucket":1,"key":"k"}', r"Expected `str`, got `int` - at `\$.bucket`"),
        ('{"bucket":"b","key":null}', r"Expected `str`, got `null` - at `\$.key`"),
        ('{"bucket":"b"}', "missing required field `key`"),
        ('{"bucket":"","key":"k"}', r"length >= 1 - at `\$.bucket`"),
        ("[]", "Expected `object`, got `array`"),
        ("{", "truncated"),
        ("", "truncated"),
    ],
)
def test_error_names_location_and_types(document: str, location: str) -> None:
    with pytest.raises(InvalidDocument, match=location):
        S3Object.from_json(document)


@pytest.mark.parametrize(("kind", "document"), DOCUMENTS)
def test_problem_is_described_in_words_of_json(kind: type[Document], document: Any) -> None:
    """Who wrote the JSON knows neither the classes of this package nor Python's types."""
    problems = {(path, problem) for path, _ in members(document) for problem in problems_at(kind, document, path)}

    assert problems
    for path, problem in problems:
        assert kind.__name__ not in problem, path
        assert not re.search(r"\$|`(int|str|float|bool|dict|list|NoneType)\b|msgspec|Struct", problem), path
        assert re.search(r"is of the type|has no member|is not accepted|malformed", problem), (path, problem)


def problems_at(kind: type[Document], document: Any, path: Path) -> list[str]:
    """Return the problems of a document with other values at one path, and of one without that member."""
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    lacking = {name: value for name, value in parent.items() if name != path[-1]} if isinstance(parent, dict) else None
    changed = [with_value(document, path, wrong) for wrong in ([{"no": ["type"]}], {"a": 1}, 1.5, "x", "", None, True)]
    if lacking is not None and len(path) > 1:
        changed.append(with_value(document, path[:-1], lacking))
    return [problem for each in changed if (problem := problem_of(kind, each)) is not None]


def problem_of(kind: type[Document], document: Any) -> str | None:
    try:
        kind.from_json(json.dumps(document))
    except InvalidDocument as error:
        return error.problem
    return None


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('{"bucket":1,"key":"k"}', "`bucket` is of the type integer, not string"),
        ('{"bucket":"b","key":"k","version":1}', "`version` is of the type integer, not string or null"),
        ('{"bucket":"b"}', "the JSON has no member `key`"),
        ('{"bucket":"","key":"k"}', "`bucket` is not accepted: expected string of length >= 1"),
        ("[]", "the JSON is of the type array, not object"),
        ("{", "the JSON is incomplete"),
        ("{,}", "JSON is malformed"),
        (b'{"bucket":"\xff"}', "it is not in UTF-8"),
    ],
)
def test_problem_names_location_and_types(document: str | bytes, problem: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        S3Object.from_json(document)

    assert refused.value.problem.startswith(problem)


def test_bytes_that_are_no_utf8_are_rejected() -> None:
    with pytest.raises(InvalidDocument):
        S3Object.from_json(b'{"bucket":"\xff","key":"k"}')


@pytest.mark.parametrize("value", ["1", True, None])
def test_float_field_refuses_text_and_boolean(value: Any) -> None:
    with pytest.raises(InvalidDocument):
        Word.from_json({"text": "a", "start": value, "end": 1.0, "probability": 0.5})


def test_integer_is_read_as_float_where_a_float_is_declared() -> None:
    word = Word.from_json('{"text":"a","start":1,"end":2,"probability":1}')
    assert [type(value) for value in (word.start, word.end, word.probability)] == [float, float, float]
    assert type(Word.from_json({"text": "a", "start": 1, "end": 2, "probability": 1}).start) is float


def test_unknown_members_are_ignored_at_every_depth() -> None:
    message = sample("shard-message")["shard"]
    message["audio"]["etag"] = "x"
    message["priority"] = {"of": ["a later release"]}
    assert Shard.from_json(message).to_dict() == sample("shard-message")["shard"]


def test_absent_members_take_their_defaults() -> None:
    location = {"bucket": "b", "key": "k"}
    shard = Shard.from_json(
        {"job_id": "j", "index": 0, "count": 1, "audio": location, "result": location, "model": "base"}
    )
    assert (shard.task, shard.languages, shard.start, shard.interactive) == ("transcribe", [], 0.0, False)


def test_json_out_is_compact_and_keeps_unicode() -> None:
    assert S3Object("b", "ü").to_json() == '{"bucket":"b","key":"ü","version":null}'


def test_probability_slightly_above_one_is_no_error() -> None:
    """Limits of floats are documented in the schema, and not enforced: rounding must not lose a transcript."""
    result = sample("shard-result") | {"language_probability": 1.0000001}
    assert ShardResult.from_json(result).language_probability > 1


def test_row_with_attributes_of_the_table_is_read() -> None:
    row = {"pk": "JOB#j1", "day": "2026-11-22", "id": "j1", "source": {"kind": "body"}, "options": "", "duration": 3}
    job = Job.from_json(row)
    assert (job.id, job.duration, type(job.duration)) == ("j1", 3.0, float)
