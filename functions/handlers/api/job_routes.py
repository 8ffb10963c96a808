"""GET /v1/requests, GET and DELETE /v1/requests/{id}: jobs listed, one shown, one cancelled or forgotten."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from earshot_contract.keys import Result, shards_prefix, transcript_key, upload_result_key, work_prefix
from earshot_contract.shards import S3Object
from functions.aws import event_bus, job_table, s3, step_functions
from functions.errors import bad_query, not_found
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply
from functions.jobs import job_events
from functions.jobs.job import Job, SourceKind, State
from functions.observability import logger
from functions.options.query_string import without_secrets
from functions.settings import settings

PAGE, LONGEST_PAGE = 20, 100


def newest(request: Request) -> Reply:
    try:
        limit = int(request.first("limit", str(PAGE)))
    except ValueError:
        limit = 0
    if not 1 <= limit <= LONGEST_PAGE:
        raise bad_query(f"limit is a number from 1 to {LONGEST_PAGE}.")
    try:
        page, following = job_table.newest(limit, request.first("next") or None)
    except ValueError:
        raise bad_query("next is the token that the page before gave.") from None
    document: dict[str, Any] = {"requests": [described(job) for job in page]}
    return json_reply(document | ({"next": following} if following else {}))


def show(request: Request) -> Reply:
    job = _job(request)
    document = described(job)
    if job.shards:
        done = _done(job)
        document |= {"progress": round(done / job.shards, 3), "shards": {"done": done, "total": job.shards}}
    return json_reply({"progress": 0.0} | document)


def forget(request: Request) -> Reply:
    """A job that runs is cancelled and stays listed; one that is over goes, transcripts and all."""
    job = _job(request)
    if cancelled := job_table.cancel(job.id):
        if cancelled.execution:
            step_functions.stop(cancelled.execution, "Cancelled by DELETE /v1/requests.")
        event_bus.announce(job_events.title(State.CANCELLED), job_events.detail(cancelled, _bucket()))
        logger.info("Cancelled", job_id=job.id)
        return json_reply(described(cancelled))
    s3.remove(_bucket(), [transcript_key(job.id, form) for form in Result])
    s3.remove(_bucket(), [*s3.keys(_bucket(), work_prefix(job.id)), *_beside(job)])
    job_table.delete_job(job.id)
    return json_reply({"request_id": job.id, "state": "forgotten"})


def described(job: Job) -> dict[str, Any]:
    """A job as callers see it; what is not known is left out."""
    failure = job.failure
    document = {
        "request_id": job.id,
        "state": job.state,
        "source": job_events.source(job),
        "options": without_secrets(job.options),
        "model": job.model,
        "created": job.created,
        "completed": job.completed,
        "duration": job.duration,
        "language": job.language,
        "channels": job.channels,
        "timings": _timings(job),
        "error": {"err_code": failure.err_code, "err_msg": failure.err_msg} if failure else None,
    }
    return {name: value for name, value in document.items() if value not in (None, {})}


def _job(request: Request) -> Job:
    job = job_table.find(request.parameters["id"])
    if job is None:
        raise not_found(f"There is no request {request.parameters['id']}. GET /v1/requests lists those there are.")
    return job


def _beside(job: Job) -> list[str]:
    """The keys beside an upload's own name, unless a later upload of that name has written them anew."""
    if job.source.kind != SourceKind.UPLOAD or job.source.audio is None:
        return []
    keys = {form: upload_result_key(job.source.audio.key, form) for form in Result}
    answer = s3.get(S3Object(_bucket(), keys[Result.JSON]))
    own = answer is not None and json.loads(answer)["metadata"]["request_id"] == job.id
    return list(keys.values()) if own else []


def _timings(job: Job) -> dict[str, float]:
    """Seconds: waited before it began, from then to its end, and spent inside the model."""
    timings = {"model": job.model_seconds} if job.model_seconds is not None else {}
    if job.started:
        timings["waited"] = _between(job.created, job.started)
        if job.completed:
            timings["ran"] = _between(job.started, job.completed)
    return timings


def _between(earlier: str, later: str) -> float:
    return round((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds(), 3)


def _done(job: Job) -> int:
    """Shards whose results lie in the bucket."""
    if not job.shards or job.state == State.COMPLETED:
        return job.shards or 0
    return sum(1 for _ in s3.keys(_bucket(), shards_prefix(job.id)))


def _bucket() -> str:
    return settings().transcripts_bucket
