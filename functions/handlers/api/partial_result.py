"""Partial result: the beginning of a long transcript, from the shards that are done, while others are still in work.

It joins, in every channel, the shards from the start of the file up to the first one that is not done. Redacted jobs
have none: whether a number is a secret may depend on words that are not transcribed yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import ShardPlan
from earshot_contract.keys import plan_key, shard_result_key, shards_prefix
from earshot_contract.names import PARTIAL_UNTIL_HEADER
from functions.aws import s3
from functions.errors import ApiError, api_error, bad_query
from functions.file_name import content_disposition
from functions.handlers.api.response import Response
from functions.jobs.job import Job
from functions.options.options import Options
from functions.settings import settings

if TYPE_CHECKING:
    from functions.transcripts.transcript import Transcript

RenderTranscript = Callable[["Transcript", Options], tuple[str, str]]


def partial_result(job: Job, render: RenderTranscript, suffix: str | None) -> Response:
    """Answer with the beginning of a running job's transcript, marked as partial.

    Args:
        job: a job that has not ended.
        render: returns content type and body of an edited transcript.
        suffix: suffix of a download; None: the answer is not to be saved.

    Raises:
        ApiError: 400: the job is redacted. 409, which clients try again: its first shard is not done.
    """
    options = Options.from_stored(job.parsed, job.options)
    if options.redact:
        raise bad_query(
            "A request with redact has no partial result: what has to be redacted is known when all of the text is "
            "there."
        )
    from functions.transcripts.edit import edit

    transcript = _beginning(job, options)
    content_type, body = render(edit(transcript, options), options)
    headers = {PARTIAL_UNTIL_HEADER: f"{transcript.partial_until:.3f}"}
    if suffix:
        headers["content-disposition"] = content_disposition(job.name, job.id, f"partial.{suffix}")
    return Response(200, body, content_type, headers)


def _beginning(job: Job, options: Options) -> Transcript:
    from concurrent.futures import ThreadPoolExecutor

    from earshot_contract.documents.shard_results import ShardResult
    from functions.transcripts.assembly import assemble_beginning

    bucket, channels = settings().transcripts_bucket, job.channels_planned or 1
    each = (job.shards or 0) // channels  # shards of a channel, whose numbers follow each other
    body = s3.get(S3Object(bucket, plan_key(job.id))) if each > 1 else None
    if body is None:
        raise _not_yet(job)
    plan = ShardPlan.from_json(body)
    there = set(s3.keys(bucket, shards_prefix(job.id)))
    done = min(_first_missing(there, job.id, each * channel, each) for channel in range(channels))
    if not done or len(plan.cuts) + 1 != each:
        raise _not_yet(job)
    indices = [each * channel + number for channel in range(channels) for number in range(done)]
    with ThreadPoolExecutor(8) as pool:  # up to 300 objects: one after the other they take seconds
        bodies = list(pool.map(lambda index: s3.get(S3Object(bucket, shard_result_key(job.id, index))), indices))
    results = [ShardResult.from_json(body) for body in bodies if body]
    if len(results) < len(indices):  # removed meanwhile: the job was cancelled, or tried again with other audio
        raise _not_yet(job)
    until = plan.cuts[done - 1].seconds if done < each else plan.seconds
    found = assemble_beginning(job, options, results, until)
    return replace(found, audio=replace(found.audio, duration=plan.seconds))


def _first_missing(there: set[str], job_id: str, first: int, count: int) -> int:
    """Return how many of `count` shards from index `first` on are there without a gap."""
    return next((n for n in range(count) if shard_result_key(job_id, first + n) not in there), count)


def _not_yet(job: Job) -> ApiError:
    message = (
        f"Nothing of the transcript of request {job.id} is there yet. The beginning of a long recording comes with its "
        "first shard; one that is not cut into shards comes as a whole."
    )
    return api_error("NO_PARTIAL_RESULT", message, 409)
