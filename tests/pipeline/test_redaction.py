"""`redact` in the whole system: secrets that synthetic voices read are in no object and not in the audio copy."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.paths import ROOT
from tests.pipeline.driver import Pipeline
from tests.pipeline.test_entry_points import transcript_of

SECRETS = ROOT / "tests/fixtures/secrets"


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", re.sub(r"\[[A-Z_]+_\d+\]", "", text))


@pytest.mark.parametrize(
    ("clip", "redact", "tags"),
    [
        ("ssn-kal16", "ssn,date", {"[SSN_1]", "[DATE_1]"}),
        ("phone-slt", "phone_number,email_address", {"[PHONE_NUMBER_1]", "[EMAIL_ADDRESS_1]"}),
        ("account-awb", "account_number,date", {"[ACCOUNT_NUMBER_1]", "[DATE_1]"}),
    ],
)
def test_secret_read_aloud_becomes_a_tag(pipeline: Pipeline, clip: str, redact: str, tags: set[str]) -> None:
    audio = (SECRETS / f"{clip}.ogg").read_bytes()

    answer = pipeline.post(audio, f"language=en&smart_format=true&redact={redact}").json()

    assert "results" in answer, answer
    text = transcript_of(answer)
    assert tags <= set(re.findall(r"\[[A-Z_]+_\d+\]", text)), text
    assert digits_of(text) == "", text


def test_card_is_in_no_object_and_silent_in_the_audio(pipeline: Pipeline) -> None:
    audio = (SECRETS / "card-rms.ogg").read_bytes()
    key = "calls/card.ogg"
    pipeline.upload(key, audio, "language=en&punctuate=true&redact=pci&redact_audio=true")
    job_id = pipeline.job_of_upload(key)["request_id"]
    request = pipeline.wait_until_finished(job_id)
    assert request["state"] == "completed", request

    s3, bucket = pipeline.cloud.client("s3"), pipeline.out["TranscriptsBucket"]
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"] if job_id in entry["Key"]]
    keys += [f"uploads/{key}.{suffix}" for suffix in ("json", "srt", "vtt", "txt")]
    assert not [each for each in keys if "/shards/" in each]
    for each in keys:
        if not each.endswith((".mp3", "/audio")) and "silent-spans" not in each:
            body = pipeline.read(each).decode()
            assert "[CREDIT_CARD_1]" in body, each
            assert "1111" not in body, each

    redirect = httpx.get(f"{pipeline.cloud.api}/v1/requests/{job_id}/result?format=audio")
    assert redirect.status_code == 303
    copy = httpx.get(redirect.headers["location"]).content
    assert copy == pipeline.read(f"uploads/{key}.redacted.mp3")
    text = transcript_of(pipeline.post(copy, "language=en&punctuate=true").json())
    assert "card number" in text.lower()
    assert "1" not in digits_of(text), text
    assert "one one" not in text.lower(), text


def test_last_word_of_a_date_is_silent_to_its_end(pipeline: Pipeline) -> None:
    """Whisper writes "1976" as one word, and gives it half of the time that its speaker takes."""
    audio = (SECRETS / "ssn-kal16.ogg").read_bytes()
    key = "calls/born.ogg"
    pipeline.upload(key, audio, "language=en&punctuate=true&redact=ssn,dob&redact_audio=true")
    job_id = pipeline.job_of_upload(key)["request_id"]
    assert pipeline.wait_until_finished(job_id)["state"] == "completed"

    text = transcript_of(pipeline.post(pipeline.read(f"uploads/{key}.redacted.mp3"), "language=en").json()).lower()

    assert "social" in text
    assert not re.search(r"\d|nine|six|seven|july", text), text
