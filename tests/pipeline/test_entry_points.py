"""Audio comes in by both doors and comes out as a transcript: in S3, in the table, on the bus, in the answer."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.transcripts.transcript import Transcript
from tests.pipeline.driver import Pipeline
from tests.places import EVENTS

SPOKEN = (EVENTS / "samples/sample.txt").read_text()
KEYS = [
    "plain.flac",
    "podcasts/2026/week 47/ep 1.flac",
    "Grüße aus Zürich/日本語 🎧.flac",
    "a+b c%20d%.flac",
    "odd'quotes\"&=?#;,@!$*().flac",
    "no-extension",
]


def heard(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def assert_said(text: str) -> None:
    """Most of the words; a model's spelling of the rest is its own."""
    wanted = heard(SPOKEN)
    assert len(heard(text) & wanted) >= 0.8 * len(wanted), text


def transcript_of(answer: dict[str, Any]) -> str:
    return answer["results"]["channels"][0]["alternatives"][0]["transcript"]


def complaints(name: str, event: Any) -> list[str]:
    schema = json.loads((EVENTS / "schemas" / f"{name}.schema.json").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(event)]


@pytest.fixture(scope="module")
def uploads(pipeline: Pipeline, speech: bytes) -> dict[str, str]:
    """All the odd keys uploaded at once; the ids of their requests."""
    for key in KEYS:
        pipeline.upload(key, speech, "model=whisper&punctuate=true&language=en&tag=odd")
    return {key: pipeline.of_upload(key)["request_id"] for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_an_upload_of_any_name_is_transcribed_beside_it(pipeline: Pipeline, uploads: dict[str, str], key: str) -> None:
    job_id = uploads[key]
    request = pipeline.over(job_id)
    assert request["state"] == "completed", request
    answer = json.loads(pipeline.read(f"uploads/{key}.json"))
    assert_said(transcript_of(answer))
    assert answer["metadata"]["request_id"] == job_id
    assert answer["metadata"]["tags"] == ["odd"]
    assert_said(pipeline.read(f"uploads/{key}.txt").decode())
    assert pipeline.read(f"uploads/{key}.srt").startswith(b"1\n00:00:0")
    assert pipeline.read(f"uploads/{key}.vtt").startswith(b"WEBVTT\n\n00:00:0")


def test_an_uploads_row_and_events_tell_its_story(pipeline: Pipeline, uploads: dict[str, str], speech: bytes) -> None:
    key = KEYS[1]
    pipeline.over(job_id := uploads[key])
    row = pipeline.row(job_id)
    assert row["state"]["S"] == "completed"
    assert row["model"]["S"] == "base"
    assert float(row["duration"]["N"]) == pytest.approx(7.9, abs=0.1)
    assert float(row["model_seconds"]["N"]) > 0
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]
    for state in ("queued", "completed"):
        event = pipeline.event(job_id, state)
        assert complaints(f"transcription-{state}", event) == []
        assert event["detail"]["source"]["key"] == key
        assert event["detail"]["source"]["size"] == len(speech)
    told = pipeline.event(job_id, "completed")["detail"]["transcript"]
    document = Transcript.from_json(pipeline.read(told["key"]))
    assert document.job_id == job_id
    assert document.audio.sha256 == hashlib.sha256(speech).hexdigest()


def test_a_shard_result_in_the_bucket_obeys_its_schema(pipeline: Pipeline, uploads: dict[str, str]) -> None:
    pipeline.over(job_id := uploads[KEYS[0]])
    assert complaints("shard-result", json.loads(pipeline.read(f"work/{job_id}/shards/00000.json"))) == []


def test_raw_bytes_are_answered_in_deepgrams_shape(pipeline: Pipeline, speech: bytes) -> None:
    answer = pipeline.post(speech, "punctuate=true")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert_said(transcript_of(document))
    assert document["metadata"]["sha256"] == hashlib.sha256(speech).hexdigest()
    assert document["metadata"]["duration"] == pytest.approx(7.9, abs=0.1)
    (info,) = document["metadata"]["model_info"].values()
    assert info["name"] == "base-whisper"
    words = document["results"]["channels"][0]["alternatives"][0]["words"]
    assert all(0 <= word["start"] <= word["end"] <= 8 and 0 < word["confidence"] <= 1 for word in words)
    job_id = document["metadata"]["request_id"]
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]


@pytest.mark.parametrize("form", ["json", "srt", "vtt", "txt"])
def test_a_result_can_be_had_in_four_formats(pipeline: Pipeline, uploads: dict[str, str], form: str) -> None:
    pipeline.over(job_id := uploads[KEYS[0]])
    answer = pipeline.http.get(f"/requests/{job_id}/result", params={"format": form})
    assert answer.status_code == 200
    assert_said(transcript_of(answer.json()) if form == "json" else answer.text)


def test_a_url_is_fetched_and_transcribed(pipeline: Pipeline, web: str, speech: bytes) -> None:
    answer = pipeline.post_url(f"{web}/sample.flac", "utterances=true")
    assert answer.status_code == 200, answer.text
    assert_said(transcript_of(answer.json()))
    assert answer.json()["results"]["utterances"]
    assert answer.json()["metadata"]["sha256"] == hashlib.sha256(speech).hexdigest()


def test_an_object_of_our_own_buckets_is_transcribed_by_its_s3_url(pipeline: Pipeline, uploads: dict[str, str]) -> None:
    pipeline.over(uploads[KEYS[0]])
    answer = pipeline.post_url(f"s3://{pipeline.out['UploadsBucket']}/{KEYS[0]}")
    assert answer.status_code == 200, answer.text
    assert_said(transcript_of(answer.json()))


def test_each_channel_has_a_transcript_of_its_own(pipeline: Pipeline) -> None:
    dialogue = (EVENTS / "samples/two-speakers.flac").read_bytes()
    answer = pipeline.post(dialogue, "multichannel=true&punctuate=true").json()
    left, right = (channel["alternatives"][0]["transcript"] for channel in answer["results"]["channels"])
    assert {"morning", "meeting", "perfect"} <= heard(left)
    assert {"bucket", "transcript"} <= heard(right)
    assert answer["metadata"]["channels"] == 2
