"""The command against a real deployment: the local cloud, its functions, its worker, its model."""

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

from earshot_cli.api_client import DIRECT_BYTES
from earshot_contract.keys import api_key_pk
from localcloud.cloud import Cloud
from tests.places import SAMPLES

SAMPLE = SAMPLES / "sample.flac"
plain = EnglishTextNormalizer()


def is_the_sample(text: str) -> bool:
    said = (SAMPLES / "sample.txt").read_text()
    return jiwer.wer(plain(said), plain(text)) < 0.1


def wav(place: Path, times: int = 1, junk: int = 0) -> str:
    """The sample as WAV, so many times over, with so many bytes of a chunk that players pass over."""
    with av.open(str(SAMPLE)) as container:
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    with wave.open(str(place), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.tile(pcm, times).astype("<i2").tobytes())
    with place.open("ab") as file:
        file.write(b"JUNK" + junk.to_bytes(4, "little") + bytes(junk))
    return str(place)


@pytest.fixture
def deployed(earshot: Any, cloud: Cloud) -> Any:
    earshot.url = cloud.api
    return earshot


def test_a_recording_becomes_its_text(deployed: Any) -> None:
    done = deployed("transcribe", str(SAMPLE))

    assert done.returncode == 0, done.stderr
    assert is_the_sample(done.stdout)


def test_every_format_of_one_job(deployed: Any, tmp_path: Path) -> None:
    for form in ("json", "srt", "vtt", "text"):
        assert deployed("transcribe", str(SAMPLE), "-f", form, "-o", str(tmp_path)).returncode == 0

    answer = json.loads((tmp_path / "sample.flac.json").read_text())
    assert is_the_sample(answer["results"]["channels"][0]["alternatives"][0]["transcript"])
    assert "-->" in (tmp_path / "sample.flac.srt").read_text()
    assert (tmp_path / "sample.flac.vtt").read_text().startswith("WEBVTT")
    assert is_the_sample((tmp_path / "sample.flac.txt").read_text())


def test_a_file_too_large_for_a_request(deployed: Any, tmp_path: Path) -> None:
    done = deployed("transcribe", wav(tmp_path / "large.wav", junk=2 * DIRECT_BYTES))

    assert done.returncode == 0, done.stderr
    assert is_the_sample(done.stdout)


def test_an_object_of_the_uploads_bucket(deployed: Any, cloud: Cloud) -> None:
    bucket, key = cloud.outputs["UploadsBucket"], "für später/a b+c.flac"
    cloud.client("s3").upload_file(str(SAMPLE), bucket, key)

    done = deployed("transcribe", f"s3://{bucket}/{key}")

    assert done.returncode == 0, done.stderr
    assert is_the_sample(done.stdout)


def test_what_is_no_audio(deployed: Any) -> None:
    done = deployed("transcribe", deployed.file("notes.mp3", b"just words"), str(SAMPLE))

    assert done.returncode == 1
    assert "notes.mp3: Bad Request: failed to process audio" in done.stderr
    assert is_the_sample(done.stdout.partition("<==\n")[2])


def test_jobs_and_show_know_it(deployed: Any) -> None:
    deployed("transcribe", str(SAMPLE), "--option", "tag=known")  # a request like an earlier one is no new job
    job = json.loads(deployed("jobs", "--json", "-n", "1").stdout)

    shown = deployed("show", job["request_id"]).stdout

    assert job["request_id"] in deployed("jobs").stdout
    assert is_the_sample(shown.partition("\n\n")[2])


def test_ctrl_c_cancels_the_job_in_the_deployment(deployed: Any, tmp_path: Path) -> None:
    process = deployed.start("transcribe", wav(tmp_path / "long.wav", times=40))
    job: dict[str, Any] = {}
    while job.get("state") != "processing" or job["source"]["kind"] != "object":
        time.sleep(0.1)
        job = json.loads(deployed("jobs", "--json", "-n", "1").stdout or "{}")

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert "cancelled" in deployed("show", job["request_id"]).stdout


def test_a_key_for_a_stack_is_written_with_the_environments_credentials(earshot: Any, cloud: Cloud) -> None:
    account = {
        "AWS_ENDPOINT_URL": cloud.aws,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    made = earshot("key", "create", "for the tests", "--stack", "Earshot", **account)
    elsewhere = earshot("key", "create", "for the tests", "--stack", "Another", **account)

    assert made.returncode == 0, made.stderr
    rows = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["TableName"], Key={"pk": {"S": api_key_pk(made.stdout.strip())}}
    )
    assert rows["Item"]["name"]["S"] == "for the tests"
    assert made.stdout.strip() not in str(rows)  # only its digest is kept
    assert (elsewhere.returncode, elsewhere.stdout) == (3, "")
    assert "The stack Another cannot be asked for its table" in elsewhere.stderr
