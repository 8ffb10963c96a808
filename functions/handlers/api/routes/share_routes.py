"""GET and POST /v1/requests/{id}/shares, DELETE …/shares/{share}: links to a job's transcript. ADR 0023."""

from __future__ import annotations

import json
import time
from typing import Any

from earshot_contract.credentials.api_keys import PUBLIC_OWNER
from functions.aws.table import job_table
from functions.errors import ApiError, bad_request, not_found, service_unavailable
from functions.handlers.api.request import STAGE, Request
from functions.handlers.api.response import Response, json_response
from functions.handlers.api.wait_for_job import check_completed
from functions.jobs.job import Job, timestamp
from functions.jobs.shares import DEFAULT_DAYS, MAX_SHARES, Share, new_secret, secret_digest, unexpired
from functions.observability import logger
from functions.settings import settings

DAY_SECONDS = 86400


def list_shares(_: Request, job: Job) -> Response:
    """Return the links that still open the job, the oldest first; their secrets are stored nowhere."""
    return json_response({"shares": [_shown(share) for share in unexpired(job.shares, timestamp())]})


def create_share(request: Request, job: Job) -> Response:
    """Make a link that reads the transcript without a key, and show its secret this once.

    Raises:
        ApiError: 400: the job has no transcript, is of a caller without a key, or has as many links as it may.
        503: another link was made or withdrawn at the same moment.
    """
    if job.owner == PUBLIC_OWNER:  # a transcript has the job's id, which is enough to delete such a job
        raise bad_request("This request was made without a key: whoever knows its id reads it, and needs no link.")
    if not check_completed(job):
        raise bad_request(f"Request {job.id} has no transcript yet.")
    days, audio = _requested_share(request)
    now = time.time()
    known = unexpired(job.shares, timestamp(now))
    if len(known) >= MAX_SHARES:
        raise bad_request(f"Request {job.id} has {MAX_SHARES} links, the most there can be. Withdraw one.")
    end = now + days * DAY_SECONDS
    secret = new_secret()
    share = Share(
        digest=secret_digest(secret),
        created=timestamp(now),
        expires=timestamp(end if job.ttl is None else min(end, job.ttl)),
        audio=audio,
    )
    if job_table.set_shares(job, [*known, share]) is None:
        raise _changed(job)
    logger.info("Shared", job_id=job.id, share=share.id, days=days)
    path = f"{STAGE}/#/shared/{job.id}/{secret}"  # what follows `#` stays in the browser: no log has it
    return json_response({**_shown(share), "secret": secret, "link": path})


def withdraw_share(request: Request, job: Job) -> Response:
    """End a link now, and return those that are left.

    Raises:
        ApiError: 404: there is no such link (any more). 503: as for `create_share`.
    """
    now, name = timestamp(), request.parameters["share"]
    known = unexpired(job.shares, now)
    left = [share for share in known if share.id != name]
    if len(left) == len(known):
        raise not_found(f"Request {job.id} has no link {name} (any more). GET /v1/requests/{{id}}/shares lists them.")
    if job_table.set_shares(job, left) is None:
        raise _changed(job)
    logger.info("Withdrew a share", job_id=job.id, share=name)
    return json_response({"shares": [_shown(share) for share in left]})


def _shown(share: Share) -> dict[str, Any]:
    return {"share_id": share.id, "created": share.created, "expires": share.expires, "audio": share.audio}


def _requested_share(request: Request) -> tuple[int, bool]:
    """Return the days that a link lasts, and whether it leads to the audio."""
    maximum = settings().retention_days
    try:
        document = json.loads(request.body or b"{}")
        days, audio = document.get("days", min(DEFAULT_DAYS, maximum)), document.get("audio", True)
    except (ValueError, AttributeError, RecursionError):
        raise bad_request('The body is JSON like {"days": 7, "audio": true}, or empty.') from None
    if type(days) is not int or not 1 <= days <= maximum:
        raise bad_request(f"days is a whole number from 1 to {maximum}: so long are transcripts kept.")
    if type(audio) is not bool:
        raise bad_request("audio is true or false.")
    return days, audio


def _changed(job: Job) -> ApiError:
    return service_unavailable(f"Request {job.id} has just changed. Try again.")
