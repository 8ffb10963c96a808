"""Idempotency records: which job a request made, so that a retry of the request is the same job."""

from __future__ import annotations

import time

from msgspec import Struct

from earshot_contract.keys import request_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute

KEEP_SECONDS = 86_400  # the table deletes a record after this time (its `ttl`)


class IdempotencyRecord(Struct, frozen=True):
    """The job of a request, and when it was recorded (epoch seconds)."""

    job_id: str
    claimed_at: float


def find(digest: str) -> IdempotencyRecord | None:
    """Return the record of requests with this digest; None if there is none."""
    item = dynamodb.get(request_pk(digest))
    return IdempotencyRecord(str(item["job"]), float(item["made"])) if item else None


def claim(digest: str, job_id: str, replacing: str | None = None) -> IdempotencyRecord:
    """Record `job_id` as the job of requests with this digest, unless there is a record already.

    Args:
        digest: SHA-256 of the request.
        job_id: the job that a first request makes.
        replacing: a job whose record may be overwritten, because it cannot be reused.

    Returns:
        The record that is in force: the caller's own or the earlier one.
    """
    pk, now = request_pk(digest), time.time()
    free = attribute("pk").not_exists()
    condition = free if replacing is None else free | attribute("job").eq(replacing)
    written = dynamodb.update(pk, {"job": job_id, "made": now, "ttl": int(now) + KEEP_SECONDS}, condition)
    item = written or dynamodb.get(pk) or {"job": job_id, "made": now}
    return IdempotencyRecord(str(item["job"]), float(item["made"]))
