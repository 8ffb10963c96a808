"""Assemble: shard results → transcript, files and row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earshot_contract.documents.audio_copies import AudioCopy, Spans
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import known_speakers_key, upload_error_key, upload_result_keys
from functions.aws import s3
from functions.aws.table import job_table, latest_uploads
from functions.aws.table.withheld_urls import source_urls
from functions.errors import Failure
from functions.handlers.assemble.handler import handler as assemble
from functions.jobs.job import Source, SourceKind
from functions.jobs.upload_event import Upload
from functions.transcripts.transcript import Transcript
from tests.fixtures.results.finished_jobs import job_with_results, stored
from tests.fixtures.results.transcripts import segment, timed_words

pytestmark = [
    pytest.mark.usefixtures("aws"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # a step that found nothing to do
]


def test_job_is_stored_in_four_formats_with_row_fields(context: Any) -> None:
    job_with_results(Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio")))
    assert assemble({"job_id": "j1"}, context) == {"job_id": "j1"}
    document = Transcript.from_json(stored("jobs/j1/transcript.json"))
    assert document.channels[0].segments[0].text == "Audio arrives by two doors."
    assert stored("jobs/j1/transcript.txt") == "Audio arrives by two doors.\n"
    assert stored("jobs/j1/transcript.srt").startswith("1\n00:00:00,320 --> 00:00:02,020\n")
    assert stored("jobs/j1/transcript.vtt").startswith("WEBVTT\n\n00:00:00.320 --> ")
    job = job_table.find("j1")
    assert job
    assert (job.state, job.language, job.duration, job.channels) == ("completed", "en", 2.4, 1)
    assert (job.model, job.model_seconds, job.transcript) == ("base", 0.38, "jobs/j1/transcript.json")
    assert job.completed
    assert not list(s3.keys("transcripts", "uploads/"))


def test_upload_result_is_stored_under_the_uploads_whole_key(context: Any) -> None:
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", "a b/ü+%.mp3")))
    assemble({"job_id": "j1"}, context)
    answer = json.loads(stored("uploads/a b/ü+%.mp3.json"))
    assert answer["results"]["channels"][0]["alternatives"][0]["transcript"] == "Audio arrives by two doors."
    assert answer["metadata"]["request_id"] == "j1"
    for side in ("srt", "vtt", "txt"):
        assert stored(f"uploads/a b/ü+%.mp3.{side}") == stored(f"jobs/j1/transcript.{side}")


def test_completed_upload_removes_the_error_of_a_failed_run(context: Any) -> None:
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", "one.mp3")))
    s3.put(S3Object("transcripts", upload_error_key("one.mp3")), b"{}", "application/json")
    assemble({"job_id": "j1"}, context)
    assert sorted(s3.keys("transcripts", "uploads/")) == sorted(upload_result_keys("one.mp3")[:4])


@pytest.mark.parametrize("later", ["02", "010"])
def test_earlier_upload_does_not_overwrite_a_later_ones_results(context: Any, later: str) -> None:
    audio = S3Object("uploads", "talks/one.mp3", "v1")
    job_with_results(Source(SourceKind.UPLOAD, audio))
    latest_uploads.claim(Upload(S3Object("uploads", "talks/one.mp3", "v2"), later, 9))
    assert not latest_uploads.claim(Upload(audio, "00F", 9)), "S3 may send its events in any order"
    s3.put(S3Object("transcripts", "uploads/talks/one.mp3.txt"), b"later", "text/plain")
    assemble({"job_id": "j1"}, context)
    assert job_table.find("j1").state == "completed"  # type: ignore[union-attr]
    assert "two doors" in stored("jobs/j1/transcript.txt")
    assert list(s3.keys("transcripts", "uploads/")) == ["uploads/talks/one.mp3.txt"]
    assert stored("uploads/talks/one.mp3.txt") == "later"


@pytest.mark.parametrize("letter", ["x", "ü", "語"])
@pytest.mark.parametrize("length", [1011, 1012, 1013, 1024])
def test_upload_with_long_key_has_all_results(context: Any, length: int, letter: str) -> None:
    """Under the key where there is room for the suffix, else under a cut one that names no other upload."""
    upload_key = (letter * 1024).encode()[:length].decode(errors="ignore").ljust(length - 2, "y")
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", upload_key)))
    assemble({"job_id": "j1"}, context)
    found = list(s3.keys("transcripts", "uploads/"))
    assert sorted(found) == sorted(upload_result_keys(upload_key)[:4])
    assert sorted(key.rpartition(".")[2] for key in found) == ["json", "srt", "txt", "vtt"]
    assert all(len(key.encode()) <= 1024 and key.startswith(f"uploads/{upload_key[:300]}") for key in found)
    for key in found:
        full = f"uploads/{upload_key}.{key.rpartition('.')[2]}"
        assert key == full if len(full.encode()) <= 1024 else "~" in key
    assert not set(found) & set(upload_result_keys(upload_key[:-1] + "z"))


def test_completed_row_has_no_password_of_its_url(context: Any) -> None:
    """Until then Prepare may fetch the URL once more; a retry is for jobs that failed."""
    audio = S3Object("transcripts", "work/j1/audio")
    whole = "https://me:secret@example.org/talk.mp3?a=b"
    shown = Source(SourceKind.URL, audio, whole, 7).without_credentials()
    source_urls.keep("j1", whole)
    job_with_results(shown)
    assemble({"job_id": "j1"}, context)
    job = job_table.find("j1")
    assert job
    assert job.source == shown
    assert job.source.url == "https://example.org/talk.mp3?a=b"
    assert source_urls.find("j1") is None


def test_assemble_twice_changes_nothing(context: Any) -> None:
    job_with_results(Source(SourceKind.BODY))
    assemble({"job_id": "j1"}, context)
    first = (job_table.find("j1"), stored("jobs/j1/transcript.json"))
    assert assemble({"job_id": "j1"}, context) == {"job_id": "j1"}
    assert (job_table.find("j1"), stored("jobs/j1/transcript.json")) == first


def test_job_cancelled_before_assemble_stays_cancelled(context: Any) -> None:
    job_with_results(Source(SourceKind.BODY))
    job_table.cancel("j1")
    assemble({"job_id": "j1"}, context)
    assert job_table.find("j1").state == "cancelled"  # type: ignore[union-attr]
    assert not list(s3.keys("transcripts", "jobs/"))


@pytest.mark.parametrize("action", ["cancel", "delete"])
def test_cancelled_in_assemble_leaves_no_files(context: Any, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    """Cancelling stops the execution, not the function that runs. A retry needs the URL and the voices again."""
    whole = "https://me:secret@example.org/talk.mp3"
    source_urls.keep("j1", whole)
    job_with_results(Source(SourceKind.URL, url=whole).without_credentials())
    finish = job_table.finish

    def finish_late(job_id: str, **changes: Any) -> Any:
        job_table.cancel(job_id)
        if action == "delete":
            job_table.delete_job(job_id)
        return finish(job_id, **changes)

    monkeypatch.setattr(job_table, "finish", finish_late)
    assemble({"job_id": "j1"}, context)
    assert not list(s3.keys("transcripts", "jobs/"))
    assert source_urls.find("j1") == whole


def test_repeated_step_leaves_no_url(context: Any) -> None:
    """The function may end between the row of a completed job and the removal."""
    source_urls.keep("j1", "https://me:secret@example.org/talk.mp3")
    job_with_results(Source(SourceKind.URL, url="https://me:secret@example.org/talk.mp3").without_credentials())
    job_table.finish("j1")
    assemble({"job_id": "j1"}, context)
    assert source_urls.find("j1") is None


def test_missing_shard_result_raises_value_error(context: Any) -> None:
    job = job_with_results(Source(SourceKind.BODY))
    job_table.update(job.id, shards=2)
    with pytest.raises(ValueError, match="2 shards"):
        assemble({"job_id": "j1"}, context)


SECRET = [segment(timed_words("My card is 4111 1111 1111 1111, bye."))]


def test_samples_of_voices_go_when_the_job_is_completed(context: Any) -> None:
    job_with_results(Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio")))
    samples = S3Object("transcripts", known_speakers_key("j1"))
    s3.put(samples, b"{}", "application/json")
    job_table.update("j1", known_speakers=True)

    assemble({"job_id": "j1"}, context)

    assert job_table.find("j1").state == "completed"  # type: ignore[union-attr]
    assert s3.get(samples) is None


def test_redacted_job_leaves_no_digit_in_any_object_or_row(context: Any) -> None:
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", "call.mp3")), "redact=pci", SECRET)

    assemble({"job_id": "j1"}, context)

    keys = list(s3.keys("transcripts"))
    assert len(keys) == 8  # four formats under the job's id and four under the upload's key: no shard's result
    assert all("[CREDIT_CARD_1]" in stored(key) and "1111" not in stored(key) for key in keys)
    job = job_table.find("j1")
    assert job
    assert job.state == "completed"
    assert "1111" not in str(job)


def test_redacted_results_go_when_assembly_is_repeated(context: Any) -> None:
    source = Source(SourceKind.BODY, S3Object("transcripts", "work/j1/audio"))
    job_with_results(source, "redact=pci", SECRET)
    s3.put(S3Object("transcripts", "work/j1/shards/00001.json"), b"late", "text/plain")
    assert job_table.fail("j1", Failure("X", "ended", 400))

    assemble({"job_id": "j1"}, context)

    assert not list(s3.keys("transcripts", "work/j1/shards/"))


def test_redacted_audio_is_requested_before_the_job_is_completed(context: Any) -> None:
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", "call.mp3")), "redact=pci&redact_audio=true", SECRET)

    answer = assemble({"job_id": "j1"}, context)

    copy = AudioCopy.from_json(json.dumps(answer["copy"]))
    assert answer["group"] == "deployment"  # what the queues are fair by
    assert (copy.audio, copy.channels) == (S3Object("uploads", "call.mp3"), [])
    (span,) = Spans.from_json(stored(copy.spans.key)).spans
    assert (span.start, span.end) == (1.4, 2.4)  # with the pause before the words, which end with the audio
    assert job_table.find("j1").state == "processing"  # type: ignore[union-attr]

    s3.put(copy.result, b"an MP3 of other spans", "audio/mpeg", {"spans": "work/j1/silent-spans/x.json"})
    assert "copy" in assemble({"job_id": "j1"}, context)
    s3.put(copy.result, b"an MP3", "audio/mpeg", {"spans": copy.spans.key})
    assert assemble({"job_id": "j1"}, context) == {"job_id": "j1"}
    assert job_table.find("j1").state == "completed"  # type: ignore[union-attr]
    assert stored("uploads/call.mp3.redacted.mp3") == "an MP3"


def test_earlier_uploads_redacted_audio_goes_with_its_results(context: Any) -> None:
    s3.put(S3Object("transcripts", "uploads/call.mp3.redacted.mp3"), b"earlier", "audio/mpeg")
    job_with_results(Source(SourceKind.UPLOAD, S3Object("uploads", "call.mp3")))
    assemble({"job_id": "j1"}, context)
    assert s3.get(S3Object("transcripts", "uploads/call.mp3.redacted.mp3")) is None
