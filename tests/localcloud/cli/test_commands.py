"""The command against the local cloud: real functions, worker and model."""

from __future__ import annotations

import json
import signal
import time
import wave
from pathlib import Path
from typing import Any

import av
import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from earshot_cli.api.client import MAX_BODY_BYTES
from earshot_cli.aws.event_feed import PREFIX
from earshot_contract.keys import api_key_pk
from localcloud.cloud import Cloud
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "sample.flac"
normalise = EnglishTextNormalizer()


def is_sample_text(text: str) -> bool:
    expected = (SAMPLES / "sample.txt").read_text()
    return jiwer.wer(normalise(expected), normalise(text)) < 0.1


def write_wav(path: Path, repeats: int = 1, padding_bytes: int = 0) -> str:
    """Write the sample as WAV, repeated, and with a chunk of padding that players skip."""
    with av.open(str(SAMPLE)) as container:
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.tile(pcm, repeats).astype("<i2").tobytes())
    with path.open("ab") as file:
        file.write(b"JUNK" + padding_bytes.to_bytes(4, "little") + bytes(padding_bytes))
    return str(path)


@pytest.fixture
def deployed(earshot: Any, cloud: Cloud) -> Any:
    earshot.url = cloud.api
    return earshot


def test_transcribe_sample_prints_its_text(deployed: Any) -> None:
    result = deployed("transcribe", str(SAMPLE))

    assert result.returncode == 0, result.stderr
    assert is_sample_text(result.stdout)


def test_every_format_contains_the_text(deployed: Any, tmp_path: Path) -> None:
    for format in ("json", "srt", "vtt", "text"):
        assert deployed("transcribe", str(SAMPLE), "-f", format, "-o", str(tmp_path)).returncode == 0

    answer = json.loads((tmp_path / "sample.json").read_text())
    assert is_sample_text(answer["results"]["channels"][0]["alternatives"][0]["transcript"])
    assert "-->" in (tmp_path / "sample.srt").read_text()
    assert (tmp_path / "sample.vtt").read_text().startswith("WEBVTT")
    assert is_sample_text((tmp_path / "sample.txt").read_text())


def test_large_file_is_transcribed_via_bucket(deployed: Any, tmp_path: Path) -> None:
    result = deployed("transcribe", write_wav(tmp_path / "large.wav", padding_bytes=2 * MAX_BODY_BYTES))

    assert result.returncode == 0, result.stderr
    assert is_sample_text(result.stdout)


def test_s3_url_is_transcribed(deployed: Any, cloud: Cloud) -> None:
    bucket, key = cloud.outputs["UploadsBucket"], "für später/a b+c.flac"
    cloud.client("s3").upload_file(str(SAMPLE), bucket, key)

    result = deployed("transcribe", f"s3://{bucket}/{key}")

    assert result.returncode == 0, result.stderr
    assert is_sample_text(result.stdout)


def test_file_without_audio_fails_alone(deployed: Any) -> None:
    result = deployed("transcribe", deployed.file("notes.mp3", b"just words"), str(SAMPLE))

    assert result.returncode == 1
    assert "notes.mp3: This is plain text, not audio. (job " in result.stderr
    assert is_sample_text(result.stdout.partition("<==\n")[2])


def test_jobs_and_show_find_the_job(deployed: Any) -> None:
    deployed("transcribe", str(SAMPLE), "--option", "tag=known")  # a repeated request would return the earlier job
    job = json.loads(deployed("jobs", "--json", "-n", "1").stdout)

    shown = deployed("show", job["request_id"]).stdout

    assert job["request_id"] in deployed("jobs").stdout
    assert is_sample_text(shown.partition("\n\n")[2])


def test_ctrl_c_cancels_job_in_deployment(deployed: Any, tmp_path: Path) -> None:
    process = deployed.start("transcribe", write_wav(tmp_path / "long.wav", repeats=12, padding_bytes=MAX_BODY_BYTES))
    job: dict[str, Any] = {}
    while job.get("state") != "processing" or job["source"]["kind"] != "object":
        time.sleep(0.1)
        job = json.loads(deployed("jobs", "--json", "-n", "1").stdout or "{}")

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert "cancelled" in deployed("show", job["request_id"]).stdout


def test_key_create_with_stack_writes_to_its_table(earshot: Any, cloud: Cloud) -> None:
    account = {
        "AWS_ENDPOINT_URL": cloud.aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    created = earshot("key", "create", "for the tests", "--stack", "Earshot", **account)
    other_stack = earshot("key", "create", "for the tests", "--stack", "Another", **account)

    assert created.returncode == 0, created.stderr
    rows = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["TableName"], Key={"pk": {"S": api_key_pk(created.stdout.strip())}}
    )
    assert rows["Item"]["name"]["S"] == "for the tests"
    assert created.stdout.strip() not in str(rows)  # only its SHA-256 is stored
    assert (other_stack.returncode, other_stack.stdout) == (3, "")
    assert "There is no stack Another in the region us-east-1" in other_stack.stderr


def test_events_are_printed_and_nothing_of_it_stays(deployed: Any, cloud: Cloud) -> None:
    def of_command() -> list[str]:
        rules = cloud.client("events").list_rules(EventBusName=cloud.outputs["BusName"], NamePrefix=PREFIX)["Rules"]
        queues = cloud.client("sqs").list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", [])
        return [rule["Name"] for rule in rules] + queues

    process = deployed.start("events", "--follow", "--json", "--data-dir", str(cloud.data_dir))
    assert "Waiting for events of the local cloud" in process.stderr.readline()
    assert len(of_command()) == 2

    deployed("transcribe", str(SAMPLE), "--option", "tag=followed")
    event = {"detail": {}}
    while event["detail"].get("state") != "completed" or event["detail"].get("tags") != ["followed"]:
        event = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)

    _, err = process.communicate(timeout=30)
    assert (process.returncode, of_command()) == (130, []), err
