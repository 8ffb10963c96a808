"""Job rows of the table. Each transition is one conditional write, so that a final state never changes again."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from earshot_contract.keys import job_pk
from earshot_contract.timeouts import SHARD_WAIT_DAYS
from functions.aws import dynamodb
from functions.aws.dynamodb import attribute
from functions.jobs.job import Failure, Job, JobState, timestamp
from functions.settings import settings

if TYPE_CHECKING:
    from boto3.dynamodb.conditions import ConditionBase


def add(job: Job) -> bool:
    """Write a new row; return False when a job of this id exists. Its ttl is the deployment's retention."""
    return dynamodb.add({"pk": job_pk(job.id), "day": job.day, "ttl": _expiry(), **job.row()})


def find(job_id: str) -> Job | None:
    """Return the job's row with a consistent read, or None."""
    return _job(dynamodb.get(job_pk(job_id)))


def claim(job: Job, execution: str) -> Job | None:
    """Make `execution` the owner of a job that may have no row yet; a missing row is written from `job`.

    Returns:
        The row, or None as in `claim_existing`.
    """
    job.execution = execution
    return job if add(job) else claim_existing(job.id, execution)


def claim_existing(job_id: str, execution: str) -> Job | None:
    """Make `execution` (an ARN) the owner of the job's row. The owner may claim again when its step is retried.

    Returns:
        The row, or None when it belongs to another execution, is in a final state, or does not exist. Then the
        execution has nothing to do.
    """
    return update(job_id, execution, execution=execution)


def update(job_id: str, owner: str | None = None, **changes: Any) -> Job | None:
    """Set fields of an unfinished job.

    Args:
        job_id: the job.
        owner: ARN of the execution that writes; a row of another execution stays as it is. None: no check.
        changes: fields of the row, dataclasses as dicts; None removes a field.

    Returns:
        The row after the write, or None when the job is finished, unknown, or owned by another execution.
    """
    owned = attribute("execution").not_exists() | attribute("execution").eq(owner)
    return _job(dynamodb.update(job_pk(job_id), changes, _unfinished() & owned if owner else _unfinished()))


def finish(job_id: str, **changes: Any) -> Job | None:
    """Change the state from queued or processing to completed."""
    return update(job_id, state=JobState.COMPLETED, completed=timestamp(), **changes)


def fail(job_id: str, failure: Failure, execution: str | None = None) -> Job | None:
    """Change the state from queued or processing to failed.

    Args:
        job_id: the job.
        failure: what the caller gets as the answer.
        execution: ARN; the job fails only if this execution owns it. None: no check.
    """
    return update(job_id, execution, state=JobState.FAILED, completed=timestamp(), failure=failure.to_dict())


def cancel(job_id: str) -> Job | None:
    """Change the state from queued or processing to cancelled; return None when the job is finished or unknown."""
    return update(job_id, state=JobState.CANCELLED, completed=timestamp())


def delete_job(job_id: str) -> bool:
    """Delete the row of a finished job; return False when the job is unfinished."""
    return dynamodb.remove(job_pk(job_id), ~_unfinished())


def newest(limit: int, token: str | None = None) -> tuple[list[Job], str | None]:
    """List jobs, newest first.

    Args:
        limit: the most jobs to return.
        token: the token of the page, from the call for the page before; None: the first page.

    Returns:
        The jobs, and the token of the next page (None: this is the last).

    Raises:
        ValueError: the token was not made by this function.
    """
    after = _position(token) if token else None
    date = datetime.fromisoformat(after["day"]).replace(tzinfo=UTC) if after else datetime.now(UTC)
    oldest = datetime.now(UTC) - timedelta(days=settings().retention_days + 1)
    found: list[Job] = []
    while date >= oldest:
        for item in dynamodb.jobs_of_day(date.date().isoformat(), after, limit + 1):
            if len(found) == limit:
                return found, _token(found[-1])
            found.append(Job.from_json(item))
        date, after = date - timedelta(days=1), None
    return found, None


def _unfinished() -> ConditionBase:
    return attribute("state").is_in([JobState.QUEUED, JobState.PROCESSING])


def unfinished(before: str) -> Iterator[Job]:
    """Yield jobs that are queued or processing, created before a timestamp and after shards would have expired."""
    today = datetime.now(UTC)
    for days in range(SHARD_WAIT_DAYS + 2):
        date = (today - timedelta(days=days)).date().isoformat()
        for item in dynamodb.jobs_of_day(date, condition=_unfinished(), limit=1000):
            if item["created"] < before:
                yield Job.from_json(item)


def _job(item: dict[str, Any] | None) -> Job | None:
    return Job.from_json(item) if item else None


def _expiry() -> int:
    return int(time.time()) + settings().retention_days * 86400


def _token(job: Job) -> str:
    position = {"pk": job_pk(job.id), "day": job.day, "created": job.created}
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _position(token: str) -> dict[str, str]:
    try:
        position = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        datetime.fromisoformat(position["day"])
    except (ValueError, TypeError, KeyError, RecursionError):
        position = None
    if not isinstance(position, dict) or set(position) != {"pk", "day", "created"}:
        raise ValueError("This is not a token of a page of jobs.")
    if not all(isinstance(value, str) and value for value in position.values()):
        raise ValueError("This is not a token of a page of jobs.")
    return position
