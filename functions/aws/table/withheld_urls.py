"""Whole URLs of audio and of callbacks, of jobs whose row has the URL without credentials.

An item of its own expires long before the row, and is in no listing. That of the audio is for Prepare and for a retry,
and loses the URL when the job is completed; that of a callback is for the tries to deliver it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from earshot_contract.keys import callback_url_pk, source_url_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute

if TYPE_CHECKING:
    from functions.jobs.job import Job

# Days in which a failed or cancelled job can fetch its audio again, and in which a callback can be sent again after the
# last try. A presigned URL of S3 is valid for as long at most
# (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html). A run takes SHARD_WAIT_DAYS and
# some hours; its end and the first try, and two tries, are a day or so apart (functions/network/callback_schedule.py).
# Each of these steps begins with the whole time again.
KEPT_DAYS = 7


class WithheldUrls:
    """URLs of one kind, an item for each job."""

    def __init__(self, key: Callable[[str], str], gone: str) -> None:
        """Set how a job's id makes the partition key, and the message about a URL that is gone, with `{job_id}`."""
        self._key = key
        self._gone = gone

    def gone(self, job_id: str) -> str:
        """Return the error message for a request that needs the URL when it is no longer stored."""
        return self._gone.format(job_id=job_id)

    def keep(self, job_id: str, url: str) -> None:
        """Write the URL of a new job."""
        dynamodb.add({"pk": self._key(job_id), "url": url, "ttl": _expiry()})

    def find(self, job_id: str) -> str | None:
        """Return the URL; None when it has expired, also before DynamoDB has removed the item, or was removed."""
        item = dynamodb.get(self._key(job_id)) or {}
        return item.get("url") if item.get("ttl", 0) > time.time() else None

    def prolong(self, job_id: str) -> str | None:
        """Keep the URL for KEPT_DAYS from now, and return it; None as in `find`."""
        still_there = attribute("url").exists() & attribute("ttl").gt(int(time.time()))
        item = dynamodb.update(self._key(job_id), {"ttl": _expiry()}, still_there)
        return item["url"] if item else None

    def remove(self, job_id: str) -> None:
        """Remove the URL; the rest of the item expires."""
        dynamodb.update(self._key(job_id), {"url": None}, attribute("pk").exists())


def _expiry() -> int:
    return int(time.time()) + KEPT_DAYS * 86400


source_urls = WithheldUrls(
    source_url_pk,
    f"What authenticates the URL of request {{job_id}}, a password or a signature, is kept for {KEPT_DAYS} days, and "
    "gone. Send it as a new request.",
)
callback_urls = WithheldUrls(
    callback_url_pk,
    f"The callback's URL of request {{job_id}} may hold a secret. It is kept for {KEPT_DAYS} days after the last try "
    "to deliver, and gone. `GET /v1/requests/{job_id}/result` has the result.",
)


def prolong_callback(job: Job) -> None:
    """Keep the URL of a job's callback for KEPT_DAYS from now: its run begins again, or has ended."""
    if job.callback_withheld:
        callback_urls.prolong(job.id)
