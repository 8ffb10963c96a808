"""Versions of the events' schemas: what was published stays true for subscribers until the version grows.

`published/{version}/` holds each schema as it was when its version began. A file there is never changed; a new version
gets a folder of its own.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from earshot_contract.documents import job_events
from earshot_contract.schemas import generated
from tests.paths import EVENTS

Schema = dict[str, Any]
NAMES = sorted(title.lower().replace(" ", "-") for title in job_events.DETAILS)
PUBLISHED = Path(__file__).parent / "published" / str(job_events.SCHEMA_VERSION)
ANNOTATIONS = {"title", "description", "examples"}


def published(name: str) -> Any:
    return json.loads((PUBLISHED / f"{name}.schema.json").read_text())


def breaks(before: Schema, now: Schema) -> list[str]:
    """Return what would fail in a subscriber that knows the schema `before` and receives events of `now`."""
    return list(_breaks(_resolved(before, before), _resolved(now, now), "event"))


def _breaks(before: Schema, now: Schema, path: str) -> list[str]:
    found = [f"{path}.{name} may be absent" for name in set(before.get("required", [])) - set(now.get("required", []))]
    found += [f"{path}.{name} is required of older events" for name in _added_required(before, now)]
    for name, member in before.get("properties", {}).items():
        inner = now.get("properties", {}).get(name)
        found += [f"{path}.{name} is gone"] if inner is None else _breaks(member, inner, f"{path}.{name}")
    rules = (before.keys() | now.keys()) - ANNOTATIONS - {"properties", "required", "$defs", "$schema"}
    return found + [f"{path}: {rule} differs" for rule in sorted(rules) if before.get(rule) != now.get(rule)]


def _added_required(before: Schema, now: Schema) -> set[str]:
    return set(now.get("required", [])) - set(before.get("required", []))


def _resolved(node: Any, root: Schema) -> Any:
    """Return a schema with its references replaced by what they name."""
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolved(root["$defs"][node["$ref"].rpartition("/")[2]], root)
        return {key: _resolved(value, root) for key, value in node.items() if key != "$defs"}
    return [_resolved(each, root) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", NAMES)
def test_schema_keeps_what_its_version_published(name: str) -> None:
    assert breaks(published(name), generated()[name]) == [], "a subscriber would fail: this needs a new SCHEMA_VERSION"


@pytest.mark.parametrize("name", NAMES)
def test_sample_event_is_valid_by_the_published_schema(name: str) -> None:
    event = json.loads((EVENTS / "samples" / f"{name}.json").read_text())
    event["detail"]["added_later"] = {"by": "a newer release"}

    assert [error.message for error in Draft202012Validator(published(name)).iter_errors(event)] == []


def detail(schema: Schema) -> Any:
    return schema["$defs"]["TranscriptionCompleted"]


CHANGES: dict[str, Callable[[Schema], Any]] = {
    "event.detail.duration is gone": lambda s: detail(s)["properties"].pop("duration"),
    "event.detail.language may be absent": lambda s: detail(s)["required"].remove("language"),
    "event.detail.name is required of older events": lambda s: detail(s)["required"].append("name"),
    "event.detail.duration: type differs": lambda s: detail(s)["properties"]["duration"].update(type="string"),
    "event.detail.source.kind: enum differs": lambda s: s["$defs"]["JobSource"]["properties"]["kind"]["enum"].pop(),
    "event.detail.transcript.key: pattern differs": lambda s: s["$defs"]["StoredTranscript"]["properties"][
        "key"
    ].update(pattern="^x/"),
}


@pytest.mark.parametrize("expected", CHANGES)
def test_incompatible_change_is_found(expected: str) -> None:
    before = published("transcription-completed")
    now = copy.deepcopy(before)
    CHANGES[expected](now)

    assert expected in breaks(before, now)


def test_optional_member_and_other_words_are_compatible() -> None:
    before = published("transcription-completed")
    now = copy.deepcopy(before)
    detail(now)["properties"]["loudness"] = {"type": "number"}
    detail(now)["properties"]["duration"]["description"] = "In seconds"

    assert breaks(before, now) == []
