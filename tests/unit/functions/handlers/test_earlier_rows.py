"""Rows with the callback's whole URL, as earlier versions wrote them: a job prepared after an upgrade keeps it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from earshot_contract.documents.s3_object import S3Object
from functions.aws.clients import client
from functions.aws.table import job_table
from functions.jobs.job import Job, Source, SourceKind
from functions.options.options import Options
from tests.unit.functions.handlers.prepare.conftest import SAMPLE, Prepare, prepare

__all__ = ["prepare"]
pytestmark = pytest.mark.usefixtures("aws", "base_model", "scaled")
URL = "https://example.org/done?token=1"


@pytest.mark.parametrize("kind", [SourceKind.BODY, SourceKind.UPLOAD])
@pytest.mark.parametrize("is_parsed", [True, False])
def test_callback_of_an_earlier_row_keeps_its_path(prepare: Prepare, kind: SourceKind, is_parsed: bool) -> None:
    query = urlencode({"language": "de", "callback": URL})
    client("s3").put_object(Bucket="uploads", Key="a.flac", Body=SAMPLE)
    source = Source(kind, S3Object("uploads", "a.flac"), size=len(SAMPLE))
    parsed = Options.from_query(query).to_stored() if is_parsed else None
    job_table.add(Job("j1", source, query, parsed=parsed))

    assert prepare({"job_id": "j1"})["go"]

    job = job_table.find("j1")
    assert job
    assert Options.from_stored(job.parsed, job.options).callback == URL
