"""The jobs' rows. Every transition is one conditional write, so that a final state never changes again."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from earshot_contract.keys import job_pk
from functions.aws import dynamodb
from functions.jobs.job import Failure, Job, State, timestamp
from functions.settings import settings

OPEN = Attr("state").is_in([State.QUEUED, State.PROCESSING])


def add(job: Job) -> bool:
    """Put a new row; False when a job of this id exists already. Its ttl is the deployment's retention."""
    return dynamodb.add({"pk": job_pk(job.id), "day": job.day, "ttl": _expiry(), **job.row()})


def find(job_id: str) -> Job | None:
    """The row as it is now."""
    return _job(dynamodb.get(job_pk(job_id)))


def claim(job: Job, execution: str) -> Job | None:
    """`take` for a job that may have no row yet: it is made from `job` then."""
    job.execution = execution
    return job if add(job) else take(job.id, execution)


def take(job_id: str, execution: str) -> Job | None:
    """Make `execution` the one that runs the job.

    The same execution may take it again (its step was retried). None when the row belongs to another execution,
    has reached a final state, or is not there: whoever asked has nothing to do.
    """
    return update(job_id, execution, execution=execution)


def update(job_id: str, by: str | None = None, **changes: Any) -> Job | None:
    """Set fields of a job that still runs (dataclasses as dicts); None when it is over or unknown, or belongs to
    another execution than `by`."""
    mine = Attr("execution").not_exists() | Attr("execution").eq(by)
    return _job(dynamodb.update(job_pk(job_id), changes, OPEN & mine if by else OPEN))


def finish(job_id: str, **changes: Any) -> Job | None:
    """queued | processing → completed."""
    return update(job_id, state=State.COMPLETED, completed=timestamp(), **changes)


def fail(job_id: str, failure: Failure, execution: str | None = None) -> Job | None:
    """queued | processing → failed, with what the caller is to be told; an `execution` fails only its own job."""
    return update(job_id, execution, state=State.FAILED, completed=timestamp(), failure=failure.to_dict())


def cancel(job_id: str) -> Job | None:
    """queued | processing → cancelled; None when there is nothing left to cancel."""
    return update(job_id, state=State.CANCELLED, completed=timestamp())


def delete_job(job_id: str) -> bool:
    """Take the row of a job that is over away; False when it still runs."""
    return dynamodb.remove(job_pk(job_id), ~OPEN)


def newest(limit: int, token: str | None = None) -> tuple[list[Job], str | None]:
    """Up to `limit` jobs, newest first, and the token of the next page (None: that was all).

    Raises ValueError for a token that this function did not make.
    """
    after = _position(token) if token else None
    date = datetime.fromisoformat(after["day"]).replace(tzinfo=UTC) if after else datetime.now(UTC)
    oldest = datetime.now(UTC) - timedelta(days=settings().retention_days + 1)
    found: list[Job] = []
    while date >= oldest:
        for item in dynamodb.day(date.date().isoformat(), after, limit + 1):
            if len(found) == limit:
                return found, _token(found[-1])
            found.append(Job.from_json(item))
        date, after = date - timedelta(days=1), None
    return found, None


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
    except (ValueError, TypeError, KeyError):
        position = None
    if not isinstance(position, dict) or set(position) != {"pk", "day", "created"}:
        raise ValueError("This is not a token of a page of jobs.")
    return position
