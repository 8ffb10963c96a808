"""GET /v1/requests/{id}/audio."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import body_key, redacted_audio_key
from functions.aws import s3
from functions.aws.table import job_table
from functions.jobs.job import Job, Source, SourceKind
from functions.settings import settings

AUDIO = b"\xff\xfb\x90\x00 audio"


@pytest.fixture
def job_id(api) -> str:
    return api.post("/listen", AUDIO).json["request_id"]


def test_audio_redirects_to_presigned_url(api, job_id):
    answer = api.get(f"/requests/{job_id}/audio")

    assert answer.status == 303
    url = urlsplit(answer.headers["location"])
    assert url.path == f"/{body_key(job_id)}"
    assert "X-Amz-Signature" in parse_qs(url.query)


def test_audio_without_redirect_names_the_url(api, job_id):
    answer = api.get(f"/requests/{job_id}/audio?redirect=false")

    assert answer.status == 200
    assert body_key(job_id) in answer.json["url"]
    assert answer.json["expires_in"] == 3600


def test_audio_type_of_the_uploader_cannot_be_a_page(api):
    for stored, served in (("text/html", "application/octet-stream"), ("audio/flac", "audio/flac")):
        location = S3Object("uploads", f"x-{served.partition('/')[2]}")
        s3.put(location, AUDIO, stored)
        job = Job(id=f"job-{served.partition('/')[0]}", source=Source(SourceKind.UPLOAD, location), options="")
        job_table.add(job)

        url = api.get(f"/requests/{job.id}/audio?redirect=false").json["url"]

        assert parse_qs(urlsplit(url).query)["response-content-type"] == [served]


def test_audio_of_url_lies_where_prepare_puts_it(api):
    job_id = api.post("/listen", {"url": "https://example.org/talk.mp3"}).json["request_id"]
    assert api.get(f"/requests/{job_id}/audio").status == 410
    s3.put(S3Object("transcripts", body_key(job_id)), AUDIO, "audio/mpeg")

    assert api.get(f"/requests/{job_id}/audio").status == 303


def test_audio_of_redacted_job_is_the_copy(api):
    job_id = api.post("/listen?redact=pci&redact_audio=true", AUDIO).json["request_id"]
    assert api.get(f"/requests/{job_id}/audio").status == 410  # never the source, although it is stored
    s3.put(S3Object("transcripts", redacted_audio_key(job_id)), AUDIO, "audio/mpeg")

    answer = api.get(f"/requests/{job_id}/audio?redirect=false")

    assert redacted_audio_key(job_id) in answer.json["url"]


def test_removed_audio_is_gone(api, job_id, monkeypatch):
    monkeypatch.setenv("KEEP_AUDIO_DAYS", "9")
    settings.cache_clear()
    s3.remove("transcripts", [body_key(job_id)])

    answer = api.get(f"/requests/{job_id}/audio")

    assert answer.status == 410
    assert answer.json["err_code"] == "AUDIO_GONE"
    assert "kept for 9 days" in answer.json["err_msg"]


def test_redirect_takes_booleans_only(api, job_id):
    assert api.get(f"/requests/{job_id}/audio?redirect=maybe").status == 400
