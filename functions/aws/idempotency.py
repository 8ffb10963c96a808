"""Which job a request made, for as long as its sender may send it again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from boto3.dynamodb.conditions import Attr

from earshot_contract.keys import request_pk
from functions.aws import dynamodb

KEEP_SECONDS = 86_400


@dataclass(frozen=True)
class IdempotencyRecord:
    """The job that stands for a request, and when it was claimed (epoch seconds)."""

    job_id: str
    made: float


def claim(digest: str, job_id: str, replacing: str | None = None) -> IdempotencyRecord:
    """The claim on requests of this digest: `job_id`'s, unless another is there already.

    `replacing` names the one that shall make way.
    """
    pk, now = request_pk(digest), time.time()
    free = Attr("pk").not_exists()
    condition = free if replacing is None else free | Attr("job").eq(replacing)
    written = dynamodb.update(pk, {"job": job_id, "made": now, "ttl": int(now) + KEEP_SECONDS}, condition)
    item = written or dynamodb.get(pk) or {"job": job_id, "made": now}
    return IdempotencyRecord(str(item["job"]), float(item["made"]))
