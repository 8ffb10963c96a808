"""Filter of GET /v1/requests: state, name, tags and time of creation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Self

from msgspec import Struct

from earshot_contract.job_state import JobState
from functions.errors import bad_query
from functions.jobs.job import Job, timestamp
from functions.options.options import Options

FILTER_PARAMETERS = ("state", "name", "tag", "since", "until")  # of a query
FIRST, LAST = "0", "9"  # before and after every timestamp, as strings are compared
# The + of a zone, as a query string reads it where the client did not escape it: 2026-11-22T12:00:00 02:00.
_UNESCAPED_PLUS = re.compile(r"(:\d\d(?:[.,]\d+)?) (\d\d(?::?\d\d)?)$")
_SPACE_BEFORE_ZONE = re.compile(r" (?=(?:[+-]\d\d|Z)[\d:]*$)")
_NAMED_ZONE = re.compile(r"\[[^\]]*\]$")  # RFC 9557's, after the offset: [Europe/Berlin]
_MIDNIGHT = re.compile(
    r"(\d{4}-?\d\d-?\d\d)[Tt ]24(?::?00){1,2}(?:[.,]0+)?(?![\d:.,])"
)  # the end of a day, in ISO 8601
_EPOCH = re.compile(r"\d{9,10}|\d{12,13}")  # seconds since 1970, or milliseconds
_EPOCH_DIGITS = 10  # at most, of seconds
_DATE_CHARACTERS = len("2026-11-22")


class JobFilter(Struct, frozen=True):
    """Conditions on the jobs of a list. Empty members are no condition."""

    states: frozenset[JobState] = frozenset()
    name: str = ""  # lower-case; a part of the name, or with `*` and `?` the whole of it
    tags: tuple[str, ...] = ()  # all of them
    since: str = FIRST  # both inclusive, in the form of Job.created
    until: str = LAST

    @classmethod
    def from_fields(cls, fields: Mapping[str, Sequence[str]]) -> Self:
        """Read query parameters; `state` and `tag` may be repeated.

        Raises:
            ApiError: There is no such state, or a time cannot be read.
        """
        states = {word.strip().lower() for value in fields.get("state", ()) for word in value.split(",")} - {""}
        if unknown := states - set(JobState):
            raise bad_query(f"state is one of {', '.join(JobState)}, not {sorted(unknown)[0]!r}.")
        return cls(
            states=frozenset(map(JobState, states)),
            name=(_last(fields, "name") or "").strip().lower(),
            tags=tuple(tag for tag in fields.get("tag", ()) if tag),
            since=_moment("since", _last(fields, "since"), timedelta()) or FIRST,
            until=_moment("until", _last(fields, "until"), timedelta(days=1, milliseconds=-1)) or LAST,
        )

    def matches(self, job: Job) -> bool:
        """Return whether a job fulfils all conditions."""
        if self.states and job.state not in self.states:
            return False
        if not self.since <= job.created <= self.until or not self._matches_name(job.name or ""):
            return False
        return not self.tags or set(self.tags) <= set(Options.from_stored(job.parsed, job.options).tag)

    def _matches_name(self, name: str) -> bool:
        if "*" in self.name or "?" in self.name:
            return fnmatchcase(name.lower(), self.name.replace("[", "[[]"))
        return self.name in name.lower()


def _last(fields: Mapping[str, Sequence[str]], name: str) -> str | None:
    return next(iter(reversed(fields.get(name, ()))), None)


def _moment(name: str, raw: str | None, rest_of_day: timedelta) -> str | None:
    """Return a date or a time, UTC unless it names its zone, as a row's timestamp; a date means `rest_of_day` later."""
    text = _UNESCAPED_PLUS.sub(r"\1+\2", (raw or "").strip().upper().replace("\u2212", "-"))
    text, ends_day = _MIDNIGHT.subn(r"\g<1>T00:00", _SPACE_BEFORE_ZONE.sub("", _NAMED_ZONE.sub("", text)))
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC) + timedelta(days=ends_day)
        return timestamp((moment + (rest_of_day if len(text) <= _DATE_CHARACTERS else timedelta())).timestamp())
    except (ValueError, OverflowError, OSError):
        example = "2026-11-22 or 2026-11-22T12:00:00Z"
        if _EPOCH.fullmatch(text):
            seconds = int(text) / (1000 if len(text) > _EPOCH_DIGITS else 1)
            example = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise bad_query(f"{name} is a date or a time in ISO 8601, like {example}.") from None
