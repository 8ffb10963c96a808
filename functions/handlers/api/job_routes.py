"""GET /v1/requests, GET and DELETE /v1/requests/{id}: jobs listed, one shown, one cancelled or forgotten."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from earshot_contract.keys import Result, shards_prefix, transcript_key, upload_result_key, work_prefix
from earshot_contract.shards import Pointer
from functions.aws import event_bus as bus
from functions.aws import job_table as jobs
from functions.aws import s3 as objects
from functions.aws import step_functions as machines
from functions.errors import bad_query, not_found
from functions.handlers.api.request import Request
from functions.handlers.api.response import Reply, json_reply
from functions.jobs import job_events as announcements
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
        page, following = jobs.newest(limit, request.first("next") or None)
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
    if cancelled := jobs.cancel(job.id):
        if cancelled.execution:
            machines.stop(cancelled.execution, "Cancelled by DELETE /v1/requests.")
        bus.announce(announcements.title(State.CANCELLED), announcements.detail(cancelled, _bucket()))
        logger.info("Cancelled", job_id=job.id)
        return json_reply(described(cancelled))
    objects.remove(_bucket(), [transcript_key(job.id, form) for form in Result])
    objects.remove(_bucket(), [*objects.keys(_bucket(), work_prefix(job.id)), *_beside(job)])
    jobs.forget(job.id)
    return json_reply({"request_id": job.id, "state": "forgotten"})


def described(job: Job) -> dict[str, Any]:
    """A job as callers see it; what is not known is left out."""
    failure = job.failure
    document = {
        "request_id": job.id,
        "state": job.state,
        "source": announcements.source(job),
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
    job = jobs.find(request.parameters["id"])
    if job is None:
        raise not_found(f"There is no request {request.parameters['id']}. GET /v1/requests lists those there are.")
    return job


def _beside(job: Job) -> list[str]:
    """The keys beside an upload's own name, unless a later upload of that name has written them anew."""
    if job.source.kind != SourceKind.UPLOAD or job.source.audio is None:
        return []
    keys = {form: upload_result_key(job.source.audio.key, form) for form in Result}
    answer = objects.get(Pointer(_bucket(), keys[Result.JSON]))
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
    return sum(1 for _ in objects.keys(_bucket(), shards_prefix(job.id)))


def _bucket() -> str:
    return settings().transcripts_bucket
