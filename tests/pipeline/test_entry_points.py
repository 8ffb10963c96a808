"""Both entry points, bucket and API: their transcripts in S3, in the table, on the bus and in the response."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.transcripts.transcript import Transcript
from tests.paths import EVENTS
from tests.pipeline.driver import Pipeline

REFERENCE_TEXT = (EVENTS / "samples/sample.txt").read_text()
KEYS = [
    "plain.flac",
    "podcasts/2026/week 47/ep 1.flac",
    "Grüße aus Zürich/日本語 🎧.flac",
    "a+b c%20d%.flac",
    "odd'quotes\"&=?#;,@!$*().flac",
    "no-extension",
]


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def assert_transcribed(text: str) -> None:
    """Four of five words of the reference: the model spells some differently."""
    expected = words_of(REFERENCE_TEXT)
    assert len(words_of(text) & expected) >= 0.8 * len(expected), text


def transcript_of(answer: dict[str, Any]) -> str:
    return answer["results"]["channels"][0]["alternatives"][0]["transcript"]


def schema_errors(name: str, event: Any) -> list[str]:
    schema = json.loads((EVENTS / "schemas" / f"{name}.schema.json").read_text())
    return [error.message for error in Draft202012Validator(schema).iter_errors(event)]


@pytest.fixture(scope="module")
def uploads(pipeline: Pipeline, speech: bytes) -> dict[str, str]:
    """Ids of the jobs of all KEYS, uploaded at once."""
    for key in KEYS:
        pipeline.upload(key, speech, "model=whisper&punctuate=true&language=en&tag=odd")
    return {key: pipeline.job_of_upload(key)["request_id"] for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_upload_with_any_key_is_transcribed(pipeline: Pipeline, uploads: dict[str, str], key: str) -> None:
    job_id = uploads[key]
    request = pipeline.wait_until_finished(job_id)
    assert request["state"] == "completed", request
    answer = json.loads(pipeline.read(f"uploads/{key}.json"))
    assert_transcribed(transcript_of(answer))
    assert answer["metadata"]["request_id"] == job_id
    assert answer["metadata"]["tags"] == ["odd"]
    assert_transcribed(pipeline.read(f"uploads/{key}.txt").decode())
    assert pipeline.read(f"uploads/{key}.srt").startswith(b"1\n00:00:0")
    assert pipeline.read(f"uploads/{key}.vtt").startswith(b"WEBVTT\n\n00:00:0")


def test_upload_row_and_events_describe_job(pipeline: Pipeline, uploads: dict[str, str], speech: bytes) -> None:
    key = KEYS[1]
    pipeline.wait_until_finished(job_id := uploads[key])
    row = pipeline.row(job_id)
    assert row["state"]["S"] == "completed"
    assert row["model"]["S"] == "base"
    assert float(row["duration"]["N"]) == pytest.approx(7.9, abs=0.1)
    assert float(row["model_seconds"]["N"]) > 0
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]
    for state in ("queued", "completed"):
        event = pipeline.event(job_id, state)
        assert schema_errors(f"transcription-{state}", event) == []
        assert event["detail"]["source"]["key"] == key
        assert event["detail"]["source"]["size"] == len(speech)
    transcript = pipeline.event(job_id, "completed")["detail"]["transcript"]
    document = Transcript.from_json(pipeline.read(transcript["key"]))
    assert document.job_id == job_id
    assert document.audio.sha256 == hashlib.sha256(speech).hexdigest()


def test_shard_result_matches_schema(pipeline: Pipeline, uploads: dict[str, str]) -> None:
    pipeline.wait_until_finished(job_id := uploads[KEYS[0]])
    assert schema_errors("shard-result", json.loads(pipeline.read(f"work/{job_id}/shards/00000.json"))) == []


def test_audio_in_body_returns_deepgram_response(pipeline: Pipeline, speech: bytes) -> None:
    answer = pipeline.post(speech, "punctuate=true")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert_transcribed(transcript_of(document))
    assert document["metadata"]["sha256"] == hashlib.sha256(speech).hexdigest()
    assert document["metadata"]["duration"] == pytest.approx(7.9, abs=0.1)
    (info,) = document["metadata"]["model_info"].values()
    assert info["name"] == "base-whisper"
    words = document["results"]["channels"][0]["alternatives"][0]["words"]
    assert all(0 <= word["start"] <= word["end"] <= 8 and 0 < word["confidence"] <= 1 for word in words)
    job_id = document["metadata"]["request_id"]
    assert pipeline.events(job_id, until="completed") == ["queued", "completed"]


@pytest.mark.parametrize("result_format", ["json", "srt", "vtt", "txt"])
def test_result_is_available_in_four_formats(pipeline: Pipeline, uploads: dict[str, str], result_format: str) -> None:
    pipeline.wait_until_finished(job_id := uploads[KEYS[0]])
    answer = pipeline.http.get(f"/requests/{job_id}/result", params={"format": result_format})
    assert answer.status_code == 200
    assert_transcribed(transcript_of(answer.json()) if result_format == "json" else answer.text)


def test_url_is_downloaded_and_transcribed(pipeline: Pipeline, web: str, speech: bytes) -> None:
    answer = pipeline.post_url(f"{web}/sample.flac", "utterances=true")
    assert answer.status_code == 200, answer.text
    assert_transcribed(transcript_of(answer.json()))
    assert answer.json()["results"]["utterances"]
    assert answer.json()["metadata"]["sha256"] == hashlib.sha256(speech).hexdigest()


def test_s3_url_of_own_bucket_is_transcribed(pipeline: Pipeline, uploads: dict[str, str]) -> None:
    pipeline.wait_until_finished(uploads[KEYS[0]])
    answer = pipeline.post_url(f"s3://{pipeline.out['UploadsBucket']}/{KEYS[0]}")
    assert answer.status_code == 200, answer.text
    assert_transcribed(transcript_of(answer.json()))


def test_multichannel_returns_transcript_per_channel(pipeline: Pipeline) -> None:
    dialogue = (EVENTS / "samples/two-speakers.flac").read_bytes()
    answer = pipeline.post(dialogue, "multichannel=true&punctuate=true").json()
    left, right = (channel["alternatives"][0]["transcript"] for channel in answer["results"]["channels"])
    assert {"morning", "meeting", "perfect"} <= words_of(left)
    assert {"bucket", "transcript"} <= words_of(right)
    assert answer["metadata"]["channels"] == 2


def test_diarize_tells_two_mixed_voices_apart(pipeline: Pipeline) -> None:
    dialogue = (EVENTS / "samples/two-speakers.flac").read_bytes()
    answer = pipeline.post(dialogue, "diarize=true&utterances=true&punctuate=true").json()
    speakers = {word["word"]: word["speaker"] for word in answer["results"]["channels"][0]["alternatives"][0]["words"]}
    assert speakers["morning"] == speakers["meeting"] == speakers["perfect"] == 0
    assert speakers["bucket"] == speakers["transcript"] == 1
    assert [utterance["speaker"] for utterance in answer["results"]["utterances"]][-1] == 0
    assert answer["metadata"]["diarize_info"]
    captions = pipeline.http.get(f"/requests/{answer['metadata']['request_id']}/result", params={"format": "vtt"}).text
    assert {"<v Speaker 0>", "<v Speaker 1>"} == set(re.findall(r"<v [^>]+>", captions))
