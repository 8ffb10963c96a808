"""EventBridge bus: events reach its rules."""

from __future__ import annotations

import json

import pytest

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
    event_bus.announce("Transcription Queued", {"job_id": "j"})
    received = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (received["source"], received["detail-type"], received["detail"]) == (
        "earshot",
        "Transcription Queued",
        {"job_id": "j"},
    )


@pytest.mark.parametrize(("detail_is_valid", "errors"), [(True, 0), (False, 1)])
def test_event_outside_the_contract_is_logged(
    monkeypatch: pytest.MonkeyPatch, detail_is_valid: bool, errors: int
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(event_bus.logger, "exception", lambda message, **_: logged.append(message))
    sample = json.loads((SAMPLES / "transcription-queued.json").read_text())

    event_bus.announce("Transcription Queued", sample["detail"] if detail_is_valid else {"job_id": 1})

    assert len(logged) == errors
