"""Audio copies: a message that asks for one ends in an MP3 and an answered token."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from earshot_contract.document import InvalidDocument
from earshot_contract.documents.audio_copies import AudioCopy, AudioCopyMessage, Span, Spans
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shards import ShardMessage
from tests.fixtures.worker import WorkerHarness, wait_until

SPANS = S3Object("results", "work/j1/silent-spans/x.json")
TARGET = S3Object("results", "jobs/j1/redacted.mp3")


def message(audio: S3Object) -> str:
    return AudioCopyMessage("t1", AudioCopy("j1", audio, SPANS, TARGET)).to_json()


def test_copy_message_ends_in_mp3_and_answered_token(harness: WorkerHarness, tmp_path: Path) -> None:
    account = harness.account
    spans = Spans([Span(0.0, 60.0)]).to_json().encode()
    account.clients.s3.put_object(Bucket=SPANS.bucket, Key=SPANS.key, Body=spans)
    account.clients.sqs.send_message(QueueUrl=account.bulk, MessageBody=message(S3Object("audio", "speech.flac")))
    harness.start()
    wait_until(lambda: account.step_functions.answers() != [])
    wait_until(lambda: account.message_counts(account.bulk) == (0, 0))

    assert account.step_functions.answers() == [("success", "t1", {"index": 0, "result": TARGET.key})]
    assert harness.engine.submitted == []
    stored = account.clients.s3.get_object(Bucket=TARGET.bucket, Key=TARGET.key)
    assert stored["Metadata"]["spans"] == SPANS.key
    copy = tmp_path / "copy.mp3"
    copy.write_bytes(stored["Body"].read())
    with av.open(str(copy)) as file:
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
    assert len(samples) > 16_000
    assert float(np.abs(samples).max()) < 0.001


def test_copy_of_missing_audio_fails_its_task(harness: WorkerHarness) -> None:
    account = harness.account
    account.clients.sqs.send_message(QueueUrl=account.bulk, MessageBody=message(S3Object("audio", "gone.flac")))
    harness.start()
    wait_until(lambda: account.step_functions.answers() != [])

    ((operation, _, answer),) = account.step_functions.answers()
    assert (operation, answer["error"]) == ("failure", "Audio.Missing")


def test_worker_without_copies_cannot_read_the_message() -> None:
    """It would transcribe the audio again, and write the words where the copy is to be."""
    with pytest.raises(InvalidDocument):
        ShardMessage.from_json(message(S3Object("audio", "speech.flac")))
