"""Prepare: whose job it is, where its audio lies, how it is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from earshot_contract.documents.audio_tracks import TrackRequest
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import Shard, ShardMessage, SpeakerOptions
from earshot_contract.job_state import JobState
from earshot_contract.keys import body_key, upload_result_keys
from functions.aws import model_bucket, s3
from functions.aws.clients import client
from functions.aws.table import job_pages, job_table
from functions.errors import ApiError
from functions.jobs.job import Job, Source, SourceKind
from tests.fixtures.audio_files.films import Track, film
from tests.unit.functions.handlers.prepare.conftest import SAMPLE, Prepare, requested

pytestmark = [
    pytest.mark.usefixtures("aws", "base_model", "scaled"),
    pytest.mark.filterwarnings("ignore:No application metrics"),  # a step that found nothing to do
]

KEY = "podcasts/ep 1+ü%.flac"
Caught = Callable[[], list[dict[str, Any]]]


def put(key: str = KEY, body: bytes = SAMPLE, **metadata: str) -> dict[str, Any]:
    """An upload; the input that the rule makes of it."""
    client("s3").put_object(Bucket="uploads", Key=key, Body=body, Metadata=metadata)
    return {"upload": {"bucket": "uploads", "key": key, "version": "", "sequencer": "01", "size": len(body)}}


def test_upload_makes_job_of_one_shard(prepare: Prepare, caught: Caught, scaled: list[Any]) -> None:
    answer = prepare(put(listen="model=whisper-base&language=de"))
    (shard,) = [Shard.from_json(shard) for shard in answer["shards"]]
    assert (answer["go"], answer["interactive"]) == (True, False)
    assert (shard.audio, shard.model, shard.language) == (S3Object("uploads", KEY), "base", "de")
    job = job_table.find(answer["job_id"])
    assert job
    assert (job.state, job.model, job.shards, job.execution) == ("processing", "base", 1, "arn:1")
    assert job.source == Source(SourceKind.UPLOAD, S3Object("uploads", KEY), size=len(SAMPLE))
    assert job.duration
    assert job.duration > 3
    assert scaled == [{"incoming": pytest.approx(job.duration), "shards": 1, "interactive": False}]
    (event,) = caught()
    assert (event["detail-type"], event["detail"]["state"]) == ("Transcription Queued", "queued")
    assert event["detail"]["options"] == "model=whisper-base&language=de"


def test_upload_of_film_has_channels_of_requested_track(prepare: Prepare) -> None:
    body = film("mp4", Track(400, "mono", "eng"), Track(800, "stereo", "ger"))

    def shards(listen: str) -> list[Shard]:
        answer = prepare(put(f"{listen}.mp4", body, listen=listen))
        return [Shard.from_json(shard) for shard in answer["shards"]]

    assert [shard.channel for shard in shards("multichannel=true")] == [None]
    german = shards("multichannel=true&audio_track=de")
    assert [shard.channel for shard in german] == [0, 1]
    assert all(shard.track and "ger" in shard.track.languages for shard in german)
    assert [shard.track for shard in shards("audio_track=2")] == [TrackRequest(number=2)]


def test_speakers_are_requested_where_the_model_is(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    def request(key: str, listen: str) -> SpeakerOptions | None:
        return Shard.from_json(prepare(put(key, listen=listen))["shards"][0]).speakers

    assert request("a.flac", "diarize=true") is None
    with pytest.raises(ApiError, match="earshot model add speakers"):
        request("b.flac", "num_speakers=2")
    monkeypatch.setattr(model_bucket, "has_speaker_model", lambda: True)
    assert request("c.flac", "num_speakers=2") == SpeakerOptions("speakers", 2, 2)
    assert request("d.flac", "") is None


def test_shards_name_the_jobs_known_speakers(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_bucket, "has_speaker_model", lambda: True)
    client("s3").put_object(Bucket="transcripts", Key="work/j7/audio", Body=SAMPLE)
    source = Source(SourceKind.BODY, S3Object("transcripts", "work/j7/audio"), size=len(SAMPLE))
    job_table.add(Job("j7", source, "diarize_model=latest", known_speakers=True))

    (shard,) = [Shard.from_json(shard) for shard in prepare({"job_id": "j7"})["shards"]]

    assert shard.speakers == SpeakerOptions("speakers", known=S3Object("transcripts", "work/j7/known-speakers.json"))


def test_duplicate_upload_event_is_one_job(prepare: Prepare, caught: Caught, scaled: list[Any]) -> None:
    execution_input = put()
    assert prepare(execution_input, "arn:1")["go"] is True
    assert prepare(execution_input, "arn:2")["go"] is False
    assert len(caught()) == 1
    assert len(scaled) == 1


def test_retried_step_sends_event_once(prepare: Prepare, caught: Caught) -> None:
    execution_input = put()
    first, again = prepare(execution_input), prepare(execution_input)
    assert first == again
    assert len(caught()) == 1


def test_folder_makes_no_job(prepare: Prepare, caught: Caught) -> None:
    assert prepare(put("new folder/", b""))["go"] is False
    assert job_pages.newest(10) == ([], None)
    assert caught() == []


@pytest.mark.parametrize(("sequencer", "removed"), [("02", True), ("00", False)])
def test_results_of_overwritten_bytes_are_removed(prepare: Prepare, sequencer: str, removed: bool) -> None:
    """At once, and by the later upload alone, so that a reader of the name never gets the text of other bytes."""
    prepare(put())
    results = [S3Object("transcripts", key) for key in upload_result_keys(KEY)]
    for result in results:
        s3.put(result, b"of the first", "text/plain")
    again = put()
    prepare(again)  # S3 sends an event twice
    assert all(s3.head(result) for result in results)
    prepare({"upload": {**again["upload"], "sequencer": sequencer}}, "arn:2")
    assert [s3.head(result) is None for result in results] == [removed] * len(results)


def test_upload_without_options_detects_language(prepare: Prepare) -> None:
    (shard,) = prepare(put())["shards"]
    assert shard["language"] is None


@pytest.mark.parametrize(
    ("body", "listen", "says"),
    [
        (b"", "", "empty"),
        (b"%PDF-1.4 not a sound", "", "PDF"),
        (SAMPLE, "model=whisper-huge", "has no model"),
        (SAMPLE, "punctuate=perhaps", "punctuate"),
        (SAMPLE, "cAllback=http://example.org:22/x", "Invalid callback url"),
    ],
)
def test_rejected_upload_has_row_to_fail(prepare: Prepare, body: bytes, listen: str, says: str) -> None:
    with pytest.raises(ApiError, match=says):
        prepare(put(body=body, listen=listen))
    (job,), _ = job_pages.newest(10)
    assert (job.state, job.execution) == ("queued", "arn:1")


def test_deleted_upload_is_rejected(prepare: Prepare) -> None:
    execution_input = put()
    client("s3").delete_object(Bucket="uploads", Key=KEY)
    with pytest.raises(ApiError, match="no object s3://uploads"):
        prepare(execution_input)


def body_source() -> Source:
    there = S3Object("transcripts", body_key("j1"))
    s3.put(there, SAMPLE, "audio/flac")
    return Source(SourceKind.BODY, there, size=len(SAMPLE))


def test_request_body_takes_fast_queue(prepare: Prepare) -> None:
    answer = prepare(requested(body_source()))
    assert (answer["go"], answer["interactive"], len(answer["shards"])) == (True, True, 1)
    assert answer["shards"][0]["audio"]["key"] == "work/j1/audio"


def test_interactive_shard_reaches_worker(prepare: Prepare) -> None:
    """The state machine sends each shard of Prepare's output, with a task token; the worker reads the message."""
    (interactive,) = prepare(requested(body_source()))["shards"]
    (bulk,) = prepare(put())["shards"]

    messages = [ShardMessage.from_json(json.dumps({"task_token": "t", "shard": s})) for s in (interactive, bulk)]

    assert [message.shard.interactive for message in messages] == [True, False]


def test_unknown_job_is_nothing_to_do(prepare: Prepare) -> None:
    assert prepare({"job_id": "nope"}) == {
        "job_id": "nope",
        "go": False,
        "interactive": False,
        "cut": False,
        "shards": [],
    }


def test_cancelled_job_is_nothing_to_do(prepare: Prepare) -> None:
    execution_input = requested(body_source())
    job_table.cancel("j1")
    assert prepare(execution_input)["go"] is False


def test_job_cancelled_during_probe_stops(prepare: Prepare, monkeypatch: pytest.MonkeyPatch, scaled: list[Any]) -> None:
    execution_input, head = requested(body_source()), s3.head

    def cancelling(at: S3Object) -> Any:
        job_table.cancel("j1")
        return head(at)

    monkeypatch.setattr(s3, "head", cancelling)
    assert prepare(execution_input)["go"] is False
    assert job_table.find("j1").state == JobState.CANCELLED  # type: ignore[union-attr]
    assert scaled == []


def test_multichannel_makes_shard_for_each_header_channel(prepare: Prepare, scaled: list[Any]) -> None:
    there = S3Object("transcripts", body_key("j1"))
    s3.put(there, bytes(64000), "x/y")
    query = "multichannel=true&encoding=linear16&sample_rate=8000&channels=2"
    answer = prepare(requested(Source(SourceKind.BODY, there), query))
    assert [shard["channel"] for shard in answer["shards"]] == [0, 1]
    assert scaled == [{"incoming": 4.0, "shards": 2, "interactive": True}]  # two seconds, on two channels
