"""Edits that a request's options ask for are in every form of its result: rendered on request, or stored before."""

from __future__ import annotations

import pytest
from msgspec import structs

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.job_state import JobState
from earshot_contract.keys import edits_prefix, transcript_key, upload_result_key
from functions.aws import s3
from functions.aws.table import job_table
from functions.handlers.assemble.output_files import output_files
from functions.jobs.job import Job, Source, SourceKind
from functions.options.options import Options
from functions.rendering.formats import LISTEN_FORMATS, OPENAI_FORMATS, OPENAI_TEXT, STORED_FORMATS
from functions.settings import settings
from tests.fixtures.rows import each_row
from tests.unit.functions.handlers.api.conftest import transcript

EDITS = "replace=apples:pears&numerals=true&filler_words=false&punctuate=true"
WORDS = ("Um,", "twenty", "five", "apples.")
FORMS = [f"format={name}" for name in LISTEN_FORMATS]
FORMS += [f"response_format={name}" for name in OPENAI_FORMATS if name != "diarized_json"]


@pytest.fixture
def job_id(api, complete) -> str:
    made = api.post(f"/listen?{EDITS}", b"\x00\x01audio").json["request_id"]
    assert complete(made, *WORDS).state is JobState.COMPLETED
    return made


def is_edited(text: str) -> bool:
    return "25" in text and "pears" in text and not any(word in text for word in ("twenty", "apples", "Um"))


@pytest.mark.parametrize("form", FORMS)
def test_result_in_every_format_is_edited(api, job_id, form):
    assert is_edited(api.get(f"/requests/{job_id}/result?{form}").text)


def test_format_that_is_not_stored_is_rendered_on_request(api, job_id, monkeypatch):
    monkeypatch.setitem(LISTEN_FORMATS, "line", structs.replace(OPENAI_TEXT, listen_name="line"))

    answer = api.get(f"/requests/{job_id}/result?format=line")

    assert is_edited(answer.text)
    assert answer.headers["content-disposition"].endswith('.line"')


@pytest.fixture
def deleted_id(api, job_id) -> str:
    """A job with corrections whose objects are gone and whose row is not, as while it is deleted."""
    corrections = b'{"changes": [{"channel": 0, "first": 1, "count": 1, "text": "plums."}], "speakers": []}'
    assert api("PUT", f"/requests/{job_id}/edits", corrections, {"If-Match": "*"}).status == 200
    bucket = settings().transcripts_bucket
    s3.remove(bucket, [transcript_key(job_id, str(form.stored_suffix)) for form in STORED_FORMATS])
    s3.remove(bucket, list(s3.keys(bucket, edits_prefix(job_id))))
    return job_id


@each_row("path", [*(f"result?{form}" for form in FORMS), "result?format=srt&edited=false", "edits"])
def test_transcript_deleted_under_a_reader_is_no_fault(api, deleted_id, path):
    answer = api.get(f"/requests/{deleted_id}/{path}")

    assert answer.status == 410
    assert f"The transcript of request {deleted_id} is gone" in answer.text


def test_result_of_diarized_job_is_edited(api, complete):
    made = api.post(f"/listen?{EDITS}&diarize=true", b"\x00\x01audio").json["request_id"]
    complete(made, *WORDS, speakers=1)

    assert is_edited(api.get(f"/requests/{made}/result?response_format=diarized_json").text)


def test_shared_result_is_edited(api, job_id):
    made = api.post(f"/requests/{job_id}/shares").json
    shared = type(api)(None)("GET", f"/shared/{job_id}/result", headers={"Authorization": f"Share {made['secret']}"})

    assert is_edited(shared.text)


def test_stored_files_are_edited_but_the_transcript_is_not(api, job_id):
    job = job_table.find(job_id)
    for form in STORED_FORMATS:
        stored = s3.get(S3Object("transcripts", transcript_key(job.id, str(form.stored_suffix)))).decode()
        assert is_edited(stored) is (form.name != "json"), form.name


def test_files_of_an_upload_are_all_edited(api):
    options = Options.from_query(EDITS)
    source = Source(SourceKind.UPLOAD, S3Object("uploads", "talks/one.mp3"))
    job = Job("j1", source, options.query)
    files = {file.key: file.body.decode() for file in output_files(job, transcript(job, *WORDS), options)}

    for form in STORED_FORMATS:
        key = upload_result_key("talks/one.mp3", str(form.stored_suffix))
        assert is_edited(files[key].replace(options.query, "")), key
