"""Log lines of one job, from every function, worker and state machine that it went through, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from earshot_cli.aws import stack_state
from earshot_cli.errors import CliError
from earshot_contract.keys import SHORT_ID_CHARACTERS, ids_pk, job_pk

Client = Callable[[str], Any]  # name of a service → boto3 client

GROUPS_AT_ONCE = 8
BEFORE = timedelta(minutes=1)  # the API writes before the row is made
# Fields that every line has, or that have a column of their own.
HIDDEN = {"timestamp", "service", "message", "level", "job_id", "location", "cold_start", "exception", "xray_trace_id"}
HIDDEN |= {"function_name", "function_memory_size", "function_arn", "function_request_id", "correlation_id"}


@dataclass(frozen=True)
class Line:
    """One line of a log: time in UTC, the program that wrote it, level, text, other fields, traceback."""

    time: str
    source: str
    level: str
    text: str
    fields: Mapping[str, Any]
    traceback: str = ""


@dataclass(frozen=True)
class LoggedJob:
    """A job as its log lines name it: by its id, and those of the job machine by their execution alone.

    An execution that an upload's event started has a name of EventBridge's.
    """

    id: str
    created: datetime
    executions: tuple[str, ...] = ()  # names, the newest run's last

    @property
    def filter_pattern(self) -> str:
        """CloudWatch's pattern of lines with any of the names; a job's other executions have its id in their name.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
        """
        others = [name for name in dict.fromkeys(self.executions) if self.id not in name]
        names = [f'"{name}"' for name in (self.id, *others)]
        return " ".join(f"?{name}" for name in names) if others else names[0]


def find_job(client: Client, table: str, job_id: str) -> LoggedJob:
    """Return a job for its id or the first characters of it.

    Raises:
        CliError: there is no such job, or several.
    """
    dynamodb = client("dynamodb")
    if len(job_id) < SHORT_ID_CHARACTERS:
        raise CliError(f"{job_id}: give {SHORT_ID_CHARACTERS} characters of the id, or more.")
    ids = dynamodb.get_item(TableName=table, Key={"pk": {"S": ids_pk(job_id)}}).get("Item", {}).get("ids", {})
    found = [name for name in sorted(ids.get("SS", [])) if name.startswith(job_id.lower())]
    if len(found) != 1:
        raise CliError(f"{len(found) or 'No'} jobs have an id that begins with {job_id}.")
    row = dynamodb.get_item(TableName=table, Key={"pk": {"S": job_pk(found[0])}}).get("Item")
    if row is None:
        raise CliError(f"The job {found[0]} was deleted.")
    runs = [entry.get("M", {}) for entry in row.get("history", {}).get("L", [])]
    arns = [run.get("execution", {}).get("S", "") for run in (*runs, row)]
    names = tuple(arn.rpartition(":")[2] for arn in arns if arn)
    return LoggedJob(found[0], datetime.fromisoformat(row["created"]["S"]), names)


def cloud_lines(client: Client, stack: str, job: LoggedJob) -> list[Line]:
    """Return a job's lines from the log groups of a stack in AWS."""
    resources = stack_state.resources(client("cloudformation"), stack)
    groups = [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::Logs::LogGroup"]
    logs, begin = client("logs"), int((job.created - BEFORE).timestamp() * 1000)

    def of_group(group: str) -> list[Line]:
        found = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=job.filter_pattern, startTime=begin
        )
        return [parse_line(event["message"], event["timestamp"]) for page in found for event in page["events"]]

    with ThreadPoolExecutor(GROUPS_AT_ONCE) as pool:
        return in_order(line for lines in pool.map(of_group, groups) for line in lines)


def local_lines(logs: Path, job_id: str) -> list[Line]:
    """Return a job's lines from the folder of logs of a local cloud, which has only those since its newest start."""
    return in_order(line for path in sorted(logs.glob("*.log")) for line in _of_file(path, job_id))


def _of_file(path: Path, job_id: str) -> Iterator[Line]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            if job_id in text and text.startswith("{"):
                yield parse_line(text, 0)


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return lines by time, without the metrics, which are lines of the log as well."""
    return sorted((line for line in lines if line.text), key=lambda line: line.time)


def parse_line(text: str, milliseconds: int) -> Line:
    """Read a line of a function, a worker or a state machine, or any other.

    Args:
        text: the line.
        milliseconds: when CloudWatch received it, for lines without a time of their own; since 1970.
    """
    received = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    try:
        entry = json.loads(text)
    except ValueError:
        return Line(received, "", "", text.strip(), {})
    if not isinstance(entry, dict) or "_aws" in entry:
        return Line(received, "", "", "", {})
    if "execution_arn" in entry:  # a state machine's
        state = (entry.get("details") or {}).get("name") or ""
        return Line(received, "state machine", "", " ".join(filter(None, (entry.get("type"), state))), {})
    fields = {name: value for name, value in entry.items() if name not in HIDDEN}
    return Line(
        str(entry.get("timestamp") or received).replace("+0000", "").replace(",", "."),
        str(entry.get("service", "")),
        str(entry.get("level", "")),
        str(entry.get("message", "")),
        fields,
        str(entry.get("exception") or ""),
    )
