"""Admission: whether a request may make a job. Asked before its first write, and again before the job's row.

ADR 0022 says why unfinished jobs are counted in an index.
"""

from __future__ import annotations

import time

from earshot_contract.credentials.api_keys import DEPLOYMENT_OWNER
from functions.aws.table import job_table
from functions.errors import too_busy, too_many_waiting
from functions.settings import settings

# Seconds since API Gateway received a request after which it makes no job. Twice as many calls of AWS
# follow as came before, and at 29 s the gateway answers 5xx to a client that would send the audio again.
BEGIN_SECONDS = 10.0
# The same before the job's row, when the audio is stored: a slow table, or 4 MB to a slow bucket, used up the time.
# The row, the start of its execution and the answer follow.
ROW_SECONDS = 18.0


def check_in_time(received: float) -> None:
    """Refuse a request whose function is slow, or began late: its caller loses less by coming back.

    Args:
        received: when API Gateway received the request; value of time.monotonic().

    Raises:
        ApiError: 429.
    """
    if time.monotonic() > received + BEGIN_SECONDS:
        raise too_busy()


def is_too_late_for_row(received: float) -> bool:
    """Return whether the answer to a request whose job has no row yet would come after the gateway's own.

    Args:
        received: as for `check_in_time`.
    """
    return time.monotonic() > received + ROW_SECONDS


def is_full(owner: str) -> bool:
    """Return whether the owner has as many unfinished jobs as the setting `max_waiting_jobs` allows.

    Uploads to the bucket are the deployment's own, and are never refused: their messages wait in the bulk queue, which
    is fair by owner.
    """
    limit = settings().max_waiting_jobs
    return limit > 0 and owner != DEPLOYMENT_OWNER and job_table.waiting(owner, limit) >= limit


def check_room(owner: str) -> None:
    """Refuse one more job of this owner.

    Raises:
        ApiError: 429.
    """
    if is_full(owner):
        raise too_many_waiting(settings().max_waiting_jobs)
