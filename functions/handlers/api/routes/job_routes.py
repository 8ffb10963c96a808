"""GET /v1/requests, GET and DELETE /v1/requests/{id}: list jobs, show one, cancel or delete one."""

from __future__ import annotations

import json
import time
from typing import Any

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import (
    STORED_FORMATS,
    edits_prefix,
    redacted_audio_key,
    shards_prefix,
    transcript_key,
    upload_result_key,
    upload_result_keys,
    work_prefix,
)
from functions.aws import s3, shard_results, step_functions
from functions.aws.table import job_pages, job_table, latest_uploads
from functions.aws.table.withheld_urls import callback_urls, source_urls
from functions.errors import bad_query
from functions.handlers.api.jobs_ahead import jobs_ahead
from functions.handlers.api.request import Request
from functions.handlers.api.response import Response, json_response
from functions.jobs.job import Attempt, Delivery, Job, SourceKind, timestamp
from functions.jobs.job_filter import FILTER_PARAMETERS, JobFilter
from functions.jobs.job_source import source_summary
from functions.jobs.progress import progress
from functions.jobs.redaction import without_secrets
from functions.jobs.timings import timings
from functions.observability import logger
from functions.options.options import Options
from functions.settings import settings

DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 20, 100  # jobs
LIST_PARAMETERS = (*FILTER_PARAMETERS, "limit", "next")
_SHOWN = 50  # characters of an unknown name
REPEATED_SECONDS = 60  # after a cancellation; the same request within this time counts as its repetition


def list_jobs(request: Request) -> Response:
    """Return a page of the caller's jobs, newest first; none for callers without a key.

    A parameter that is not read is refused: with `status=failed` all jobs would be listed, and a program that pages by
    `cursor` would read the first page for ever. A name with an underscore before it is one of those that caches need.
    """
    fields: dict[str, list[str]] = {}
    for name, values in request.fields.items():  # whatever the case of a name, as of options
        fields.setdefault(name.lower(), []).extend(values)
    unread = [name for name in fields if name not in LIST_PARAMETERS and not name.startswith("_")]
    if unread:
        raise bad_query(f"{unread[0][:_SHOWN]} is no parameter of a list. There are {', '.join(LIST_PARAMETERS)}.")
    try:
        limit = int(request.first("limit").strip() or DEFAULT_PAGE_SIZE)
    except ValueError:
        limit = 0
    if not 1 <= limit <= MAX_PAGE_SIZE:
        raise bad_query(f"limit is a number from 1 to {MAX_PAGE_SIZE}.")
    caller, job_filter = request.caller, JobFilter.from_fields(fields)
    if caller.is_anonymous:
        return json_response({"requests": [], "anonymous": True})
    try:
        token, owner = request.first("next") or None, None if caller.sees_all else caller.owner
        page, next_token = job_pages.newest(limit, token, owner, job_filter)
    except ValueError:
        raise bad_query("next is the token that the page before gave.") from None
    positions = jobs_ahead(page)
    listed = [job_summary(job) | _progress(job, 0) | _position(positions, job) for job in page]
    document: dict[str, Any] = {"requests": listed}
    return json_response(document | ({"next": next_token} if next_token else {}))


def show_job(_: Request, job: Job) -> Response:
    """Return one job with its progress."""
    document = job_summary(job)
    if job.shards:
        done = _completed_shards(job)
        shards = {"done": done, "total": job.shards, "reason": job.uncut}
        document |= {"shards": {name: value for name, value in shards.items() if value is not None}}
        document |= progress(job, done, timestamp())
    return json_response({"progress": 0.0} | document | _position(jobs_ahead([job]), job))


def _progress(job: Job, shards_done: int) -> dict[str, Any]:
    """Return the progress of an unfinished job. Lists pass 0 shards done, so that nothing reads the bucket."""
    return {} if job.state.final else progress(job, shards_done, timestamp())


def _position(positions: dict[str, int], job: Job) -> dict[str, int]:
    return {"jobs_ahead": positions[job.id]} if job.id in positions else {}


def _announce(cancelled: Job) -> None:
    """Put the event on the bus. No other route needs the classes of events, so a cold start does not import them."""
    from functions.aws import event_bus
    from functions.jobs import job_events

    event_bus.announce(job_events.detail(cancelled, _bucket()))


def delete_job(request: Request, job: Job) -> Response:
    """Cancel a job that runs, which stays listed; delete a job that has ended, with its transcripts.

    `action=cancel` deletes nothing, `action=delete` deletes whatever the job does. Without it the same request may come
    again because its answer was lost, and must not delete what it has cancelled.
    """
    action = request.first("action").lower()
    if action not in ("", "cancel", "delete"):
        raise bad_query("action is cancel or delete.")
    if cancelled := job_table.cancel(job.id):
        _end(cancelled)
        if action != "delete":
            return json_response(job_summary(cancelled))
        job = cancelled
    elif not job.state.final:
        job = job_table.find(job.id) or job  # it has ended since it was read
    if action == "cancel" or (not action and _was_just_cancelled(job)):
        return json_response(job_summary(job))
    s3.remove(_bucket(), [*(transcript_key(job.id, form) for form in STORED_FORMATS), redacted_audio_key(job.id)])
    s3.remove(_bucket(), list(s3.keys(_bucket(), edits_prefix(job.id))))
    s3.remove(_bucket(), [*s3.keys(_bucket(), work_prefix(job.id)), *_upload_result_keys(job)])
    if job.source.withheld:
        source_urls.remove(job.id)
    if job.callback_withheld:
        callback_urls.remove(job.id)
    if not job_table.delete_job(job.id):  # a retry has begun meanwhile
        return delete_job(request, job_table.find(job.id) or job)
    return json_response({"request_id": job.id, "state": "forgotten"})


def _was_just_cancelled(job: Job) -> bool:
    since = timestamp(time.time() - REPEATED_SECONDS)
    return job.state is JobState.CANCELLED and job.completed is not None and job.completed > since


def _end(cancelled: Job) -> None:
    """Stop the execution of a job whose row is cancelled, remove its temporary objects, and announce it."""
    if cancelled.execution:
        step_functions.stop(cancelled.execution, "Cancelled by DELETE /v1/requests.")
    _remove_stale_results(cancelled)
    if Options.from_stored(cancelled.parsed, cancelled.options).redact:
        shard_results.remove(cancelled.id)
    _announce(cancelled)
    logger.info("Cancelled", job_id=cancelled.id)


def job_summary(job: Job) -> dict[str, Any]:
    """Return a job as shown to callers; unknown values are left out."""
    failure = job.failure
    document = {
        "request_id": job.id,
        "name": job.name,
        "state": job.state,
        "owner": job.owner,
        "caller": job.caller,
        "source": source_summary(job),
        "options": without_secrets(job.options),
        "tags": Options.from_stored(job.parsed, job.options).tag or None,
        "model": job.model,
        "created": job.created,
        "completed": job.completed,
        "duration": job.duration,
        "language": job.language,
        "edited": bool(job.edits) or None,
        "warnings": job.warnings,
        "channels": job.channels,
        "timings": timings(job),
        "cost_usd": job.cost_usd,
        "error": failure.body() if failure else None,
        "deliveries": [_delivery(each) for each in job.deliveries or ()] or None,
        "history": [_attempt(run) for run in job.history or ()] or None,
    }
    return {name: value for name, value in document.items() if value not in (None, {})}


def _attempt(run: Attempt) -> dict[str, Any]:
    """Return an earlier run of a job as shown to callers."""
    failure = run.failure
    document = {
        "state": run.state,
        "started": run.started,
        "completed": run.completed,
        "error": failure.body() if failure else None,
    }
    return {name: value for name, value in document.items() if value is not None}


def _delivery(delivery: Delivery) -> dict[str, Any]:
    """Return one try to deliver the callback as shown to callers."""
    return {name: value for name, value in delivery.to_dict().items() if value is not None}


def _remove_stale_results(job: Job) -> None:
    """Remove the results of an earlier upload under the key of a cancelled one: they are of other bytes."""
    audio = job.source.audio
    if job.source.kind == SourceKind.UPLOAD and audio and latest_uploads.is_latest(audio, job.id):
        s3.remove(_bucket(), upload_result_keys(audio.key))


def _upload_result_keys(job: Job) -> list[str]:
    """Return those keys under `uploads/{key}` whose objects are this job's, not a later upload's.

    The metadata of an object says whose it is. Objects of earlier versions have none; their JSON says it for all.
    """
    if job.source.kind != SourceKind.UPLOAD or job.source.audio is None:
        return []
    audio = job.source.audio
    found = {key: s3.head(S3Object(_bucket(), key)) for key in upload_result_keys(audio.key)}
    owners = {key: info.metadata.get("job") for key, info in found.items() if info}
    if None in owners.values():
        answer = s3.get(S3Object(_bucket(), upload_result_key(audio.key, "json")))
        owner = json.loads(answer)["metadata"]["request_id"] if answer is not None else None
        owners = {key: known or owner for key, known in owners.items()}
    return [key for key, owner in owners.items() if owner == job.id]


def _completed_shards(job: Job) -> int:
    """Return the number of shards whose results are in the bucket; of a completed job the number of its shards."""
    if not job.shards or job.state == JobState.COMPLETED:
        return job.shards or 0
    return sum(1 for _ in s3.keys(_bucket(), shards_prefix(job.id)))


def _bucket() -> str:
    return settings().transcripts_bucket
