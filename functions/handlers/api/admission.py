"""Admission: whether an owner may have one more unfinished job. Asked before a request's first write."""

from __future__ import annotations

from functions.aws import job_table
from functions.errors import too_many_waiting
from functions.settings import settings


def is_full(owner: str) -> bool:
    """Return whether the owner has as many unfinished jobs as the setting `max_waiting_jobs` allows.

    Uploads to the bucket neither count nor are refused: their messages wait in the bulk queue, which is fair by owner.
    """
    limit = settings().max_waiting_jobs
    return limit > 0 and job_table.waiting(owner, limit) >= limit


def check_room(owner: str) -> None:
    """Refuse one more job of this owner.

    Raises:
        ApiError: 429.
    """
    if is_full(owner):
        raise too_many_waiting(settings().max_waiting_jobs)
