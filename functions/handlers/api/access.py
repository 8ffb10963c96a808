"""Access: the one place that compares a caller with a route's scope and with the job that its path names. ADR 0015.

The router calls these functions before a view function. A view gets a job, never an id, so none can skip the check.
"""

from __future__ import annotations

import re
import uuid

from earshot_contract.credentials.api_keys import Scope
from functions.aws.table import job_table
from functions.errors import ApiError, api_error, not_found
from functions.handlers.api.request import Request
from functions.jobs.job import Job, timestamp
from functions.jobs.shares import Share, opened_by

SHARE_SCHEME = "share"  # of the Authorization header, in any case: `Share SECRET`
_JOB_ID = re.compile(r"[!-~]{1,128}")  # printable ASCII; an id is a UUID, or made of the upload's event
_UNDASHED = re.compile(r"[0-9a-fA-F]{32}")  # a UUID


def check_scope(request: Request, needed: Scope) -> None:
    """Refuse a caller whose key may not do what the route does.

    Raises:
        ApiError: 403; SDKs do not repeat it.
    """
    if not request.caller.scope.includes(needed):
        raise api_error(
            "INSUFFICIENT_PERMISSIONS",
            f"This key has the scope {request.caller.scope}; {needed} is needed here.",
            403,
        )


def job_of(request: Request) -> Job:
    """Return the job that the path's id names, which may be short.

    Raises:
        ApiError: 404. The job of another owner is answered like one that does not exist.
    """
    job_id, caller = request.parameters["id"].strip(), request.caller
    if _UNDASHED.fullmatch(job_id):  # as databases and programs write a UUID
        job_id = str(uuid.UUID(job_id))
    if not _JOB_ID.fullmatch(job_id):
        raise not_found("There is no such request. GET /v1/requests lists those there are.")
    job = job_table.find(job_id)
    if job and caller.may_see(job):
        return job
    # Short ids work only for callers with a key: without one, the whole id is the secret.
    found = [] if caller.is_anonymous else [job for job in job_table.find_by_start(job_id) if caller.may_see(job)]
    if len(found) > 1:
        raise not_found(f"The ids of {len(found)} requests begin with {job_id}. Send more of the id.")
    if not found:
        raise unknown_job(job_id)
    return found[0]


def shared_job(request: Request) -> tuple[Job, Share]:
    """Return the job that the path names and the link that the header `Authorization: Share SECRET` opens.

    Raises:
        ApiError: 404, whatever is wrong: a job that does not exist, too, is answered like one without this link.
    """
    job_id = request.parameters["id"]
    scheme, _, secret = request.headers.get("authorization", "").strip().partition(" ")
    job = job_table.find(job_id) if _JOB_ID.fullmatch(job_id) and scheme.lower() == SHARE_SCHEME else None
    share = opened_by(job.shares, secret.strip(), timestamp()) if job else None
    if job is None or share is None:
        raise not_found("This link does not lead to a transcript (any more): it ended, or what it led to was deleted.")
    return job, share


def unknown_job(job_id: str) -> ApiError:
    """Return the answer for an id without a job, or with another owner's."""
    return not_found(f"There is no request {job_id}. GET /v1/requests lists those there are.")
