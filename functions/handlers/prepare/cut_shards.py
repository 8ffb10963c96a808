"""Cut of a long file: shards of whole channels become shards between the packets that a worker's plan found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import PlanRequest, Shard, ShardPlan
from earshot_contract.keys import plan_key, shard_result_key
from functions.workers.shard_length import MAX_SHARDS

NOT_PLANNED = "The recording was not cut: no worker could find out where."


def plan_shard(shards: Sequence[Shard], length: float) -> Shard:
    """Return the shard that requests a plan for a job.

    Args:
        shards: the shards without a cut, one for each channel.
        length: seconds of audio that a shard should have.
    """
    first = shards[0]
    return replace(
        first,
        count=1,
        channel=None,
        result=S3Object(first.result.bucket, plan_key(first.job_id)),
        plan=PlanRequest(length, max(1, MAX_SHARDS // len(shards)), len(shards)),
    )


def cut_shards(shards: Sequence[Shard], plan: ShardPlan) -> list[Shard]:
    """Return the shards of a job by a plan: all of the first channel in order of time, then those of the next."""
    bounds = [None, *plan.cuts, None]
    count = len(shards) * (len(bounds) - 1)
    cut: list[Shard] = []
    for channel in shards:
        for first, until in pairwise(bounds):
            result = S3Object(channel.result.bucket, shard_result_key(channel.job_id, len(cut)))
            cut.append(
                replace(
                    channel,
                    index=len(cut),
                    count=count,
                    result=result,
                    start=first.seconds if first else 0.0,
                    end=until.seconds if until else None,
                    first=first,
                    until=until,
                    file_seconds=plan.seconds,
                )
            )
    return cut


def fingerprint(shards: Sequence[Shard], etag: str) -> str:
    """Return a digest of all that a job's shards depend on. While it is the same, earlier results are used again.

    Args:
        shards: the shards without a cut, one for each channel.
        etag: ETag of the audio's bytes.
    """
    document = "\n".join([etag, *(shard.to_json() for shard in shards)])
    return hashlib.sha256(document.encode()).hexdigest()
