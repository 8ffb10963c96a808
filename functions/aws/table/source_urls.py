"""Whole URLs of audio, of jobs whose row has the URL without what authenticates it: for Prepare, and for a retry.

An item of its own expires long before the row, is in no listing, and loses the URL when the job is completed.
"""

from __future__ import annotations

import time

from earshot_contract.keys import source_url_pk
from functions.aws.table import dynamodb
from functions.aws.table.dynamodb import attribute

# Days in which a failed or cancelled job can fetch its URL again. A presigned URL of S3 is valid for as long at most
# (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html).
KEPT_DAYS = 7


def gone(job_id: str) -> str:
    """Return what a caller is told when the URL is needed, and is no longer there."""
    return (
        f"What authenticates the URL of request {job_id}, a password or a signature, is kept for {KEPT_DAYS} days, and "
        "gone. Send it as a new request."
    )


def keep(job_id: str, url: str) -> None:
    """Write the URL of a new job."""
    dynamodb.add({"pk": source_url_pk(job_id), "url": url, "ttl": int(time.time()) + KEPT_DAYS * 86400})


def find(job_id: str) -> str | None:
    """Return the URL; None when it has expired, also before DynamoDB has removed the item, or was removed."""
    item = dynamodb.get(source_url_pk(job_id)) or {}
    return item.get("url") if item.get("ttl", 0) > time.time() else None


def remove(job_id: str) -> None:
    """Remove the URL; the rest of the item expires."""
    dynamodb.update(source_url_pk(job_id), {"url": None}, attribute("pk").exists())
