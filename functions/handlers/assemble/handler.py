"""Step of the job machine after all shards: assemble the transcript, write its files, complete the row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import ShardResult
from earshot_contract.job_state import JobState
from earshot_contract.keys import (
    JOBS_PREFIX,
    REDACTED_AUDIO,
    known_speakers_key,
    shard_result_key,
    transcript_key,
    upload_error_key,
    upload_result_key,
)
from functions.aws import s3, shard_results
from functions.aws.init_phase import connect
from functions.aws.table import job_table, latest_uploads
from functions.aws.table.withheld_urls import prolong_callback, source_urls
from functions.handlers.assemble.job_cost import job_cost
from functions.handlers.assemble.output_files import OutputFile, output_files
from functions.handlers.assemble.redacted_audio import copy_to_upload_key, request_copy
from functions.jobs.job import Job, SourceKind, timestamp
from functions.observability import logger, metrics
from functions.options.options import Options
from functions.rendering.deepgram import warnings_of
from functions.settings import settings
from functions.transcripts.assembly import assemble, worker_start
from functions.transcripts.redaction.redact import redact
from functions.transcripts.transcript import Transcript

connect("dynamodb", "s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write a job's transcript: `{"job_id"}` → `{"job_id"}`; a second run writes the same objects again.

    With `redact_audio` the first run returns an `AudioCopy`, too, and the job is completed by a second one, when a
    worker has written the copy.
    """
    logger.append_keys(job_id=event["job_id"])
    job = job_table.find(event["job_id"])
    options = Options.from_stored(job.parsed, job.options) if job else Options()
    if job is None or JobState(job.state).final:
        logger.info("Nothing to assemble", state=job.state if job else None)
        if options.redact:
            shard_results.remove(event["job_id"])
        if job and job.state is JobState.COMPLETED:
            _remove_inputs(job)
        return event
    results = _shard_results(job)
    transcript = redact(assemble(job, options, results), options.redact)
    with ThreadPoolExecutor(8) as pool:  # eight small objects: one after the other they take 0.2 s
        latest = _is_latest(job)
        keys = list(pool.map(partial(_put, job), output_files(job, transcript, options, latest=latest)))
    if copy := request_copy(job, transcript, options):
        return {"job_id": job.id, "group": job.owner or DEPLOYMENT_OWNER, "copy": copy.to_dict()}
    if latest:
        copy_to_upload_key(job, options)
        _remove_error(job)
    finished = job_table.finish(
        job.id,
        source=job.source.without_credentials().to_dict(),  # rows of earlier versions have them
        duration=transcript.audio.duration,
        channels=len(transcript.channels),
        language=transcript.channels[0].language,
        model=transcript.model.name,
        model_seconds=transcript.model_seconds,
        worker_start=worker_start(results),
        cost_usd=job_cost(results),
        warnings=warnings_of(transcript, options) or None,
        transcript=transcript_key(job.id),
    )
    if options.redact:
        shard_results.remove(job.id)
    if finished is None:
        _remove_of_cancelled(job, keys)
        return {"job_id": job.id}
    prolong_callback(finished)
    _remove_inputs(job)
    _add_metrics(job, transcript, results)
    logger.info("Assembled", model_seconds=transcript.model_seconds, audio_seconds=transcript.audio.duration)
    return {"job_id": job.id}


def _put(job: Job, file: OutputFile) -> str:
    """Write a file and return its key."""
    s3.put(S3Object(settings().transcripts_bucket, file.key), file.body, file.content_type, {"job": job.id})
    return file.key


def _remove_inputs(job: Job) -> None:
    """Remove the inputs that only a retry of an unfinished job needs: the URL's secrets, and samples of voices."""
    if job.source.withheld:
        source_urls.remove(job.id)
    if job.known_speakers:
        s3.remove(settings().transcripts_bucket, [known_speakers_key(job.id)])


def _remove_of_cancelled(job: Job, keys: list[str]) -> None:
    """Remove the files of a job that was cancelled while they were written, or deleted: no request finds them again."""
    row = job_table.find(job.id)
    if row and row.state is not JobState.CANCELLED:
        return
    audio = job.source.audio
    if job.source.kind == SourceKind.UPLOAD and audio:
        keys = [*keys, upload_result_key(audio.key, REDACTED_AUDIO)]
    if not _is_latest(job):
        keys = [key for key in keys if key.startswith(JOBS_PREFIX)]
    s3.remove(settings().transcripts_bucket, keys)
    logger.info("Cancelled while it was assembled")


def _is_latest(job: Job) -> bool:
    """Return whether the results under the upload's key are to be this job's."""
    audio = job.source.audio
    return job.source.kind != SourceKind.UPLOAD or audio is None or latest_uploads.is_latest(audio, job.id)


def _remove_error(job: Job) -> None:
    """Remove the error that an earlier run, or an earlier upload of the key, has left."""
    if job.source.kind == SourceKind.UPLOAD and job.source.audio:
        s3.remove(settings().transcripts_bucket, [upload_error_key(job.source.audio.key)])


def _shard_results(job: Job) -> list[ShardResult]:
    bucket = settings().transcripts_bucket
    bodies = (s3.get(S3Object(bucket, shard_result_key(job.id, n))) for n in range(job.shards or 1))
    return [ShardResult.from_json(body) for body in bodies if body]  # one body in memory at a time


def _add_metrics(job: Job, transcript: Transcript, results: list[ShardResult]) -> None:
    """Add metrics of the job; queue wait is the time since its start without the longest shard's time in a worker."""
    worker_seconds = max(result.seconds.get("total", 0.0) for result in results)
    since = datetime.fromisoformat(timestamp()) - datetime.fromisoformat(job.started or job.created)
    metrics.add_metric("JobsCompleted", MetricUnit.Count, 1)
    metrics.add_metric("AudioSeconds", MetricUnit.Seconds, transcript.audio.duration)
    metrics.add_metric("ModelSeconds", MetricUnit.Seconds, transcript.model_seconds)
    metrics.add_metric("QueueWaitSeconds", MetricUnit.Seconds, max(0.0, since.total_seconds() - worker_seconds))
