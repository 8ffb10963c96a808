"""Pages of jobs, newest first: of one owner, or of all, and of those only what a filter lets through."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from earshot_contract.document import InvalidDocument
from earshot_contract.keys import LISTING_INDEX, OWNER_INDEX, job_pk
from functions.aws.table import dynamodb
from functions.jobs.job import Job
from functions.jobs.job_filter import JobFilter
from functions.observability import logger
from functions.settings import settings

# Rows that one page looks at: with a filter that lets little through, a page may be short, or empty, and still have a
# next one. 1,000 rows are about 1 MB, one or two requests to DynamoDB.
MAX_ROWS = 1000
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def newest(
    limit: int, token: str | None = None, owner: str | None = None, job_filter: JobFilter | None = None
) -> tuple[list[Job], str | None]:
    """List jobs, newest first.

    Args:
        limit: the most jobs to return.
        token: the token of the page, from the call for the page before; None: the first page.
        owner: whose jobs; None: all.
        job_filter: what they must have; None: all.

    Returns:
        The jobs, and the token of the next page (None: this is the last).

    Raises:
        ValueError: the token was not made by this function.
    """
    job_filter = job_filter or JobFilter()
    after = _position(token, job_filter) if token else None
    if job_filter.since > job_filter.until:
        return [], None
    rows = _of_owner(owner, job_filter, after, limit) if owner else _of_all(job_filter, after, limit)
    found: list[Job] = []
    last: dict[str, Any] = {}
    for count, row in enumerate(rows):
        if len(found) == limit or count == MAX_ROWS:
            return found, _token(last)
        last = row
        job = _readable(row)
        if job and job_filter.matches(job):
            found.append(job)
    return found, None


def _of_owner(owner: str, job_filter: JobFilter, after: dict[str, str] | None, limit: int) -> Iterator[dict[str, Any]]:
    condition = dynamodb.key("owner").eq(owner) & dynamodb.key("created").between(job_filter.since, job_filter.until)
    start = after and {**after, "owner": owner}
    return dynamodb.newest_items(OWNER_INDEX, condition, start, _batch(limit, job_filter))


def _of_all(job_filter: JobFilter, after: dict[str, str] | None, limit: int) -> Iterator[dict[str, Any]]:
    """Yield rows day by day, from the newest day that is asked for to the end of the retention."""
    now = datetime.now(UTC)
    newest_day = min(after["created"] if after else job_filter.until, now.isoformat())[:10]
    oldest_day = max(job_filter.since, (now - timedelta(days=settings().retention_days + 1)).isoformat())[:10]
    date = datetime.fromisoformat(newest_day)
    while (day := date.date().isoformat()) >= oldest_day:
        condition = dynamodb.key("day").eq(day) & dynamodb.key("created").between(job_filter.since, job_filter.until)
        start = after and {**after, "day": day}
        yield from dynamodb.newest_items(LISTING_INDEX, condition, start, _batch(limit, job_filter))
        date, after = date - timedelta(days=1), None


def _batch(limit: int, job_filter: JobFilter) -> int:
    """Return how many rows to request at once: one more than is shown, or many for a filter."""
    return limit + 1 if job_filter == JobFilter(since=job_filter.since, until=job_filter.until) else MAX_ROWS


def _readable(row: dict[str, Any]) -> Job | None:
    """Return the row's job; None, with a line in the log, for one that cannot be read: it must not hide the others."""
    try:
        return Job.from_json(row)
    except InvalidDocument:
        logger.exception("A row is no job", pk=row.get("pk"))
        return None


def _token(row: dict[str, Any]) -> str:
    position = {"pk": row["pk"], "created": row["created"]}
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _position(token: str, job_filter: JobFilter) -> dict[str, str]:
    """Return `pk` and `created` of the last row of the page before. The token does not decide whose rows follow."""
    try:
        position = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        pk, created = position["pk"], position["created"]
        is_row = _TIMESTAMP.fullmatch(created) and pk.startswith(job_pk(""))
        if not is_row or not job_filter.since <= created <= job_filter.until:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError("This is not a token of a page of jobs.") from None
    return {"pk": pk, "created": created}
