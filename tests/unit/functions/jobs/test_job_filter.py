"""Filter of the list of jobs."""

from __future__ import annotations

from typing import Any

import pytest

from earshot_contract.job_state import JobState
from functions.errors import ApiError
from functions.jobs.job import Job, Source, SourceKind
from functions.jobs.job_filter import JobFilter
from tests.fixtures.rows import each_row

JOB = Job(
    "j1",
    Source(SourceKind.BODY),
    "tag=a&tag=b",
    state=JobState.FAILED,
    name="Episode [1].mp3",
    created="2026-11-22T12:00:00.000Z",
)


@each_row(
    ("fields", "found"),
    [
        ({}, True),
        ({"state": ["failed"]}, True),
        ({"state": ["completed", "FAILED"]}, True),
        ({"state": ["completed,failed"]}, True),
        ({"state": ["completed"]}, False),
        ({"state": [""]}, True),
        ({"name": ["episode"]}, True),
        ({"name": ["ISODE [1]"]}, True),
        ({"name": ["ep*[1].mp3"]}, True),
        ({"name": ["ep?"]}, False),
        ({"name": ["other"]}, False),
        ({"tag": ["a", "b"]}, True),
        ({"tag": ["a", "c"]}, False),
        ({"since": ["2026-11-22"]}, True),
        ({"since": ["2026-11-22T12:00:00.001Z"]}, False),
        ({"until": ["2026-11-22"]}, True),
        ({"until": ["2026-11-22T14:00:00+02:00"]}, True),
        ({"until": ["2026-11-22T13:59:59+02:00"]}, False),
        ({"until": ["2026-11-22T14:00:00 02:00"]}, True),  # a + that was not escaped
        ({"until": ["2026-11-22T13:59:59.000 0200"]}, False),
        ({"since": ["2026-11-22 12:00"]}, True),
        ({"since": ["2026-11-22 14:00 02"]}, True),
        ({"until": ["2026-11-22T14:00:00.123456 02:00"]}, True),  # as Python writes a time
        ({"until": ["2026-11-21"]}, False),
        ({"until": ["2026-11-22t12:00:00z"]}, True),
        ({"until": ["2026-11-22T12:00:00 Z"], "since": ["2026-11-22T14:00:00 +0200"]}, True),
        ({"until": ["2026-11-22T09:59:59\u221202:00"]}, False),  # with a minus sign
        ({"since": ["2026-11-22T13:00:00+01:00[Europe/Berlin]"]}, True),
        ({"until": ["2026-11-22T24:00"], "since": ["20261122T000000Z"]}, True),
        ({"until": [" 2026-11-22T24:00"], "since": ["20261122T000000Z"]}, True),
        ({"until": ["2026-11-21T24:00:00Z"]}, False),
        ({"since": ["2026-11-22T24:00:00.000+00:00"]}, False),
        ({"since": ["2026-11-23"], "until": ["2026-11-21"]}, False),
    ],
)
def test_job_matches_when_all_members_match(fields: dict[str, list[str]], found: bool) -> None:
    assert JobFilter.from_fields(fields).matches(JOB) == found


def test_job_without_name_or_tags_matches_no_filter_of_them() -> None:
    bare = Job("j2", Source(SourceKind.BODY), "")

    assert [JobFilter.from_fields(fields).matches(bare) for fields in ({"name": ["x"]}, {"tag": ["a"]}, {})] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": ["done"]},
        *({"since": [bad]} for bad in ("yesterday", "9999-12-31T23:59:59-14:00", "2026-13-01", "2026-11-22T24:00:30")),
    ],
)
def test_unreadable_filter_is_a_bad_query(fields: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        JobFilter.from_fields(fields)

    assert caught.value.failure.err_code == "INVALID_QUERY_PARAMETER"


@pytest.mark.parametrize("seconds", ["1795348800", "1795348800000"])
def test_seconds_since_1970_are_answered_as_a_date(seconds: str) -> None:
    with pytest.raises(ApiError) as caught:
        JobFilter.from_fields({"since": [seconds]})

    assert "like 2026-11-22T12:00:00Z" in caught.value.failure.err_msg
