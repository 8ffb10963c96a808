"""Which job a request made, for as long as its sender may send it again."""

from __future__ import annotations

import time

from boto3.dynamodb.conditions import Attr

from functions.layout import request_pk
from functions.stores import table

KEEP_SECONDS = 86_400


def claim(digest: str, job_id: str, instead_of: str | None = None) -> str:
    """The job that stands for requests of this digest: `job_id`, unless another is there already.

    `instead_of` names the one that shall make way.
    """
    pk = request_pk(digest)
    entry = {"job": job_id, "ttl": int(time.time()) + KEEP_SECONDS}
    free = Attr("pk").not_exists()
    written = table.update(pk, entry, free if instead_of is None else free | Attr("job").eq(instead_of))
    if written:
        return job_id
    item = table.get(pk)
    return str(item["job"]) if item else job_id
