"""Logs of a job: lines of every program, by time, from CloudWatch and from a local cloud's folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.aws.job_logs import LoggedJob, cloud_lines, find_job, local_lines, parse_line
from earshot_cli.errors import CliError

JOB = "0f0e0d0c-1111-4222-8333-444455556666"
WORKER = {
    "level": "INFO",
    "timestamp": "2026-11-28T10:00:02.000Z",
    "service": "transcriber",
    "message": "Transcribed",
    "job_id": JOB,
    "shard": 0,
}
FUNCTION = {
    "level": "INFO",
    "location": "handler:40",
    "message": "Prepared",
    "timestamp": "2026-11-28T10:00:01.000Z",
    "service": "prepare",
    "job_id": JOB,
    "function_arn": "arn",
    "xray_trace_id": "1-a",
}
METRICS = {"_aws": {}, "service": "prepare", "job_id": JOB}
STATE = {"type": "TaskStateEntered", "details": {"name": "Prepare"}, "execution_arn": f"arn:x:{JOB}"}


class Table:
    def __init__(self, *ids: str) -> None:
        self.ids = ids

    def get_item(self, TableName: str, Key: dict[str, Any]) -> Any:
        if Key["pk"]["S"].startswith("IDS#"):
            return {"Item": {"ids": {"SS": list(self.ids)}}}
        prefix = "arn:aws:states:us-east-1:1:execution:machine:"
        run = {"M": {"execution": {"S": f"{prefix}by-event"}}}
        created, latest = {"S": "2026-11-28T10:00:00.000Z"}, {"S": f"{prefix}{JOB}-2"}
        return {"Item": {"created": created, "history": {"L": [run]}, "execution": latest}}


def test_short_id_becomes_the_whole_one() -> None:
    made = datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert find_job(lambda _: Table(JOB), "t", "0F0E0D0C") == LoggedJob(JOB, made, ("by-event", f"{JOB}-2"))


@pytest.mark.parametrize(("ids", "start"), [((), "0f0e0d0c"), ((JOB, "0f0e0d0c-2"), "0f0e0d0c"), ((JOB,), "0f0e")])
def test_id_of_no_single_job_is_refused(ids: tuple[str, ...], start: str) -> None:
    with pytest.raises(CliError):
        find_job(lambda _: Table(*ids), "t", start)


def test_local_lines_are_those_of_the_job_by_time(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text(f"{json.dumps(WORKER)}\n{json.dumps({**WORKER, 'job_id': 'other'})}\n")
    (tmp_path / "prepare.log").write_text(f"{json.dumps(METRICS)}\n{json.dumps(FUNCTION)}\nTraceback {JOB}\n")

    found = local_lines(tmp_path, JOB)

    assert [(line.source, line.text, line.fields) for line in found] == [
        ("prepare", "Prepared", {}),
        ("transcriber", "Transcribed", {"shard": 0}),
    ]


def test_cloud_lines_come_from_every_group_of_the_stack() -> None:
    requests: list[dict[str, Any]] = []

    class Aws:
        def get_paginator(self, operation: str) -> Any:
            self.operation = operation
            return self

        def paginate(self, **arguments: Any) -> Any:
            if "StackName" in arguments:
                listed = [
                    ("AWS::Logs::LogGroup", "prepare", "CREATE_COMPLETE"),
                    ("AWS::Logs::LogGroup", "job", "UPDATE_COMPLETE"),
                    ("AWS::Logs::LogGroup", "quick", "DELETE_COMPLETE"),
                    ("AWS::S3::Bucket", "b", "CREATE_COMPLETE"),
                ]
                names = ("ResourceType", "PhysicalResourceId", "ResourceStatus")
                summaries = [dict(zip(names, each, strict=True)) | {"LogicalResourceId": each[1]} for each in listed]
                return [{"StackResourceSummaries": summaries}]
            requests.append(arguments)
            entry = {"prepare": FUNCTION, "job": STATE}[arguments["logGroupName"]]
            return [{"events": [{"message": json.dumps(entry), "timestamp": 1795860000000}]}]

    job = LoggedJob(JOB, datetime(2026, 11, 28, 10, tzinfo=UTC))
    found = cloud_lines(lambda _: Aws(), "Earshot", job)

    assert {(line.source, line.text) for line in found} == {
        ("prepare", "Prepared"),
        ("state machine", "TaskStateEntered Prepare"),
    }
    assert {(a["logGroupName"], a["filterPattern"]) for a in requests} == {("prepare", f'"{JOB}"'), ("job", f'"{JOB}"')}


def test_line_that_is_no_json_is_kept_as_it_is() -> None:
    assert parse_line("plain text\n", 0).text == "plain text"


def test_execution_of_an_uploads_event_is_looked_for_too() -> None:
    """Its name is EventBridge's; the log of the state machine has no data, so the name alone tells whose it is."""
    made = datetime(2026, 11, 28, 10, tzinfo=UTC)
    upload = LoggedJob(JOB, made, ("a1b2-by-event", f"{JOB}-2"))
    assert upload.filter_pattern == f'?"{JOB}" ?"a1b2-by-event"'
    assert LoggedJob(JOB, made, (JOB, f"{JOB}-2")).filter_pattern == f'"{JOB}"'
