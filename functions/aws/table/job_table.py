"""Job rows of the table. Each transition is one conditional write, so that a final state never changes again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from earshot_contract.job_state import JobState
from earshot_contract.keys import LISTING_INDEX, SHORT_ID_CHARACTERS, WAITING_INDEX, ids_pk, job_pk
from earshot_contract.timeouts import SHARD_WAIT_DAYS
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute
from functions.errors import Failure
from functions.jobs.job import Attempt, Delivery, Job, timestamp
from functions.jobs.shares import Share
from functions.settings import settings

if TYPE_CHECKING:
    from boto3.dynamodb.conditions import ConditionBase


def add(job: Job) -> bool:
    """Write a new row; return False when a job of this id exists. Its ttl is the deployment's retention.

    The id is noted first under its beginning: so each row is found by a short id, also after an interruption.
    """
    dynamodb.add_to_set(ids_pk(job.id), "ids", job.id, ttl=_expiry())
    return dynamodb.add({"pk": job_pk(job.id), "day": job.day, "ttl": _expiry(), **_waiting(job), **job.row()})


def waiting(owner: str, limit: int) -> int:
    """Count the unfinished jobs of an owner, up to `limit`.

    The index follows the table within a second or so: requests that come at once do not see each other.
    """
    return dynamodb.count(WAITING_INDEX, dynamodb.key("waiting").eq(owner), limit)


def oldest_waiting(owner: str, until: str, limit: int) -> list[str]:
    """Return when the unfinished jobs of an owner were made, oldest first: those until a time, up to `limit`."""
    condition = dynamodb.key("waiting").eq(owner) & dynamodb.key("created").lte(until)
    return [str(keys["created"]) for keys in dynamodb.oldest_items(WAITING_INDEX, condition, limit)]


def find(job_id: str) -> Job | None:
    """Return the job's row with a consistent read, or None."""
    return _job(dynamodb.get(job_pk(job_id)))


def find_by_start(start: str) -> list[Job]:
    """Return the jobs whose id begins with `start`, which has at least SHORT_ID_CHARACTERS."""
    if len(start) < SHORT_ID_CHARACTERS:
        return []
    item = dynamodb.get(ids_pk(start)) or {}
    found = (find(job_id) for job_id in sorted(item.get("ids", ())) if job_id.startswith(start.lower()))
    return [job for job in found if job]


def retry(job: Job, execution: str) -> Job | None:
    """Change the state from failed or cancelled to queued, for a new execution; the run before stays in `history`.

    Args:
        job: the job as its row is.
        execution: ARN of the execution that is started next. The row is its own from now on, so that late news of the
            earlier one change nothing.

    Returns:
        The row after the write, or None when it is no longer as `job` says.
    """
    run = Attempt(job.state, job.started, job.completed, job.failure, job.execution)
    past = [*(job.history or []), run]
    changes: dict[str, Any] = {
        "state": JobState.QUEUED,
        "execution": execution,
        "history": _items(past),
        "ttl": _expiry(),
        **_waiting(job),
        **dict.fromkeys(("started", "completed", "failure", "shards", "language", "channels")),
        **dict.fromkeys(("uncut", "channels_planned", "progress", "working_since", "progressed")),
        **dict.fromkeys(("model_seconds", "cost_usd", "worker_start", "restarts", "deliveries", "warnings")),
    }
    unchanged = attribute("state").eq(job.state) & attribute("state").is_in([JobState.FAILED, JobState.CANCELLED])
    same_run = attribute("completed").eq(job.completed)
    return _job(dynamodb.update(job_pk(job.id), changes, unchanged & same_run))


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
        changes: fields of the row, documents as dicts; None removes a field.

    Returns:
        The row after the write, or None when the job is finished, unknown, or owned by another execution.
    """
    owned = attribute("execution").not_exists() | attribute("execution").eq(owner)
    if JobState(changes.get("state", JobState.QUEUED)).final:
        changes["waiting"] = None
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


def record_delivery(job: Job, delivery: Delivery) -> Job | None:
    """Add a try to deliver the callback to the row of a finished job.

    Returns:
        The row after the write, or None when the job was deleted, tried again, or has another delivery meanwhile.
    """
    before = _items(job.deliveries or [])
    unchanged = attribute("deliveries").eq(before) if before else attribute("deliveries").not_exists()
    changes = {"deliveries": [*before, *_items([delivery])]}
    return _job(dynamodb.update(job_pk(job.id), changes, attribute("completed").eq(job.completed) & unchanged))


def _items(records: Iterable[Attempt | Delivery]) -> list[dict[str, Any]]:
    """Return records as the row has them: without what is not known."""
    return [{k: v for k, v in each.to_dict().items() if v is not None} for each in records]


def set_edits(job_id: str, expected: str | None, version: str | None) -> Job | None:
    """Set the version of a completed job's corrections; None: there are none (any more).

    Returns:
        The row after the write, or None when its version is not the `expected` one.
    """
    same = attribute("edits").eq(expected) if expected else attribute("edits").not_exists()
    completed = attribute("state").eq(JobState.COMPLETED)
    return _job(dynamodb.update(job_pk(job_id), {"edits": version}, completed & same))


def set_shares(job: Job, shares: Sequence[Share]) -> Job | None:
    """Set the links to a completed job.

    Returns:
        The row after the write, or None when its links are no longer those of `job`.
    """
    known = [share.to_dict() for share in job.shares or ()]
    same = attribute("shares").eq(known) if known else attribute("shares").not_exists()
    completed = attribute("state").eq(JobState.COMPLETED)
    changes = {"shares": [share.to_dict() for share in shares] or None}
    return _job(dynamodb.update(job_pk(job.id), changes, completed & same))


def delete_job(job_id: str) -> bool:
    """Delete the row of a finished job; return False when the job is unfinished."""
    return dynamodb.remove(job_pk(job_id), ~_unfinished())


def _waiting(job: Job) -> dict[str, str]:
    """Return the attribute by which an unfinished job is in the index of its owner's."""
    return {"waiting": job.owner} if job.owner else {}


def _unfinished() -> ConditionBase:
    return attribute("state").is_in([JobState.QUEUED, JobState.PROCESSING])


def unfinished(before: str) -> Iterator[Job]:
    """Yield jobs that are queued or processing, created before a timestamp and after shards would have expired."""
    today = datetime.now(UTC)
    for days in range(SHARD_WAIT_DAYS + 2):
        date = (today - timedelta(days=days)).date().isoformat()
        day = dynamodb.key("day").eq(date)
        for item in dynamodb.newest_items(LISTING_INDEX, day, limit=1000, only=_unfinished()):
            job = Job.from_json(item)
            if job.queued_at < before:
                yield job


def _job(item: dict[str, Any] | None) -> Job | None:
    return Job.from_json(item) if item else None


def _expiry() -> int:
    return int(time.time()) + settings().retention_days * 86400
