"""Shard results in S3: removed before a job runs again, and after a job whose words may not be stored."""

from __future__ import annotations

from earshot_contract.keys import shards_prefix
from functions.aws import s3
from functions.settings import settings


def remove(job_id: str) -> None:
    """Remove the results of all shards of a job, partial ones included."""
    bucket = settings().transcripts_bucket
    s3.remove(bucket, list(s3.keys(bucket, shards_prefix(job_id))))
