"""EventBridge bus: events reach its rules."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from earshot_contract.document import InvalidDocument
from earshot_contract.documents.job_events import TranscriptionQueued
from functions.aws import event_bus
from functions.aws.clients import client
from tests.paths import SAMPLES

pytestmark = pytest.mark.usefixtures("aws")


def test_event_reaches_a_rule_of_the_bus() -> None:
    sqs, events = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName="received")["QueueUrl"]
    events.put_rule(Name="r", EventBusName="earshot", EventPattern=json.dumps({"source": ["earshot"]}))
    events.put_targets(
        Rule="r", EventBusName="earshot", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:received"}]
    )
    sample = json.loads((SAMPLES / "transcription-queued.json").read_text())["detail"]
    event_bus.announce(TranscriptionQueued.from_json(sample))
    received = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (received["source"], received["detail-type"], received["detail"]) == (
        "earshot",
        "Transcription Queued",
        sample,
    )


def test_detail_that_is_not_of_the_schema_is_not_put(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = json.loads((SAMPLES / "transcription-queued.json").read_text())["detail"]
    put: list[object] = []
    monkeypatch.setattr(client("events"), "put_events", lambda **entries: put.append(entries) or {})

    with pytest.raises(InvalidDocument, match="duration"):
        event_bus.announce(replace(TranscriptionQueued.from_json(sample), duration="long"))

    assert put == []
