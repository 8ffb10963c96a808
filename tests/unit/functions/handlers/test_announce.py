"""Announce: the event of a completed job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.table import job_table
from functions.handlers.announce.handler import handler as announce
from functions.handlers.assemble.handler import handler as assemble
from functions.jobs.job import Source, SourceKind
from tests.fixtures.results.finished_jobs import job_with_results

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # a step that found nothing to do
]

Events = Callable[[], list[dict[str, Any]]]


def test_completed_job_puts_one_event_on_the_bus(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    assemble({"job_id": "j1"}, context)
    assert announce({"job_id": "j1"}, context) == {"job_id": "j1"}
    (event,) = events()
    assert event["detail-type"] == "Transcription Completed"
    assert event["detail"]["transcript"] == {"bucket": "transcripts", "key": "jobs/j1/transcript.json"}


def test_cancelled_job_puts_no_event_on_the_bus(context: Any, events: Events) -> None:
    job_with_results(Source(SourceKind.BODY))
    job_table.cancel("j1")
    assemble({"job_id": "j1"}, context)
    announce({"job_id": "j1"}, context)
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert events() == []
