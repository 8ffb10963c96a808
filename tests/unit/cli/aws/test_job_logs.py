"""Logs of a job: lines of every program, by time, from CloudWatch and from a local cloud's folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.aws.job_logs import cloud_lines, local_lines, parse_line, whole_id
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
        return {"Item": {"created": {"S": "2026-11-28T10:00:00.000Z"}}}


def test_short_id_becomes_the_whole_one() -> None:
    made = datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert whole_id(lambda _: Table(JOB), "t", "0F0E0D0C") == (JOB, made)


@pytest.mark.parametrize(("ids", "start"), [((), "0f0e0d0c"), ((JOB, "0f0e0d0c-2"), "0f0e0d0c"), ((JOB,), "0f0e")])
def test_id_of_no_single_job_is_refused(ids: tuple[str, ...], start: str) -> None:
    with pytest.raises(CliError):
        whole_id(lambda _: Table(*ids), "t", start)


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

    found = cloud_lines(lambda _: Aws(), "Earshot", JOB, datetime(2026, 11, 28, 10, tzinfo=UTC))

    assert {(line.source, line.text) for line in found} == {
        ("prepare", "Prepared"),
        ("state machine", "TaskStateEntered Prepare"),
    }
    assert {(a["logGroupName"], a["filterPattern"]) for a in requests} == {("prepare", f'"{JOB}"'), ("job", f'"{JOB}"')}


def test_line_that_is_no_json_is_kept_as_it_is() -> None:
    assert parse_line("plain text\n", 0).text == "plain text"
