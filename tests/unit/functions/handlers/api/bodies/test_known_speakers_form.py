"""Known speakers in OpenAI's form: which are accepted or refused with a message, and where the samples go."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from earshot_contract.documents.known_speakers import KnownSpeaker, KnownSpeakers
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.keys import known_speakers_key, transcript_key
from functions.aws import model_bucket, s3
from functions.aws.table import job_table
from functions.handlers.api.bodies.known_speakers_form import MAX_REFERENCE_BYTES, known_speakers
from functions.rendering.openai_response_format import BadField
from functions.transcripts.transcript import SpeakerName, Transcript
from tests.fixtures.rows import each_row

SAMPLE = b"RIFF a voice"
URL = f"data:audio/wav;base64,{base64.b64encode(SAMPLE).decode()}"


def fields(names: list[str], references: list[str], end: str = "[]") -> dict[str, list[str]]:
    return {f"known_speaker_names{end}": names, f"known_speaker_references{end}": references}


def form(**values: Any) -> tuple[bytes, str]:
    """A form with the fields' values, each once or several times, as the SDKs send them."""
    parts = [("model", "whisper-1"), *((name, each) for name, found in values.items() for each in found)]
    head = b"--x\r\nContent-Disposition: form-data; name="
    body = b"".join(head + f'"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts)
    body += head + b'"file"; filename="a.wav"\r\n\r\nRIFF\r\n--x--\r\n'
    return body, "multipart/form-data; boundary=x"


def test_form_without_known_speakers_has_none() -> None:
    assert known_speakers(fields([""], ["  "])) is None


@each_row("end", ["", "[]", "[0]"])
@each_row(
    "url", [URL, URL.replace("data:audio/wav", "DATA:audio/mpeg;codecs=mp3"), "data:,RIFF%20a%20voice", URL + "\n"]
)
def test_reference_is_bytes_of_a_data_url(url: str, end: str) -> None:
    found = known_speakers(fields(["Zoë Ångström"], [url], end))

    assert found == KnownSpeakers([KnownSpeaker("Zoë Ångström", SAMPLE)])


@each_row(
    ("names", "references", "part", "sentence"),
    [
        (["Ann"], [], "names[]", "Each of known_speaker_names"),
        ([], [URL], "names[]", "there are 0 and 1"),
        (["Ann", "Ben"], [URL], "references[]", "there are 2 and 1"),
        (list("ABCDE"), [URL] * 5, "names[]", "At most 4"),
        (["Ann", "Ann"], [URL] * 2, "names[]", "same name"),
        (["a" * 101], [URL], "names[]", "1 to 100 printable"),
        (["Ann\nBen"], [URL], "names[]", "printable"),
        (["Ann"], ["https://example.com/ann.wav"], "references[]", "'Ann' is no data URL"),
        (["Ann"], ["data:audio/wav;base64"], "references[]", "'Ann' is no data URL"),
        (["Ann"], ["data:audio/wav;base64,AAA=A"], "references[]", "not valid Base64"),
        (["Ann"], ["data:audio/wav;base64,"], "references[]", "'Ann' is empty"),
        (["Ann"], ["data:," + "a" * (MAX_REFERENCE_BYTES + 1)], "references[]", "at most 2,000,000"),
    ],
)
def test_bad_known_speakers_are_refused(names: list[str], references: list[str], part: str, sentence: str) -> None:
    with pytest.raises(BadField, match=sentence.replace("[", r"\[")) as refused:
        known_speakers(fields(names, references))

    assert refused.value.param in (f"known_speaker_{part}", "known_speaker_references[]")


@pytest.fixture
def speaker_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_bucket, "has_speaker_model", lambda: True)


@pytest.mark.usefixtures("speaker_model")
def test_samples_lie_in_the_jobs_work_alone(api: Any, executions: Any) -> None:
    names, references = ["Ann", "Ben"], [URL, "data:,b"]
    body, kind = form(**fields(names, references))

    answer = api.post("/audio/transcriptions", body, Content_Type=kind)

    job_id = answer.json["request_id"]
    stored = s3.get(S3Object("transcripts", known_speakers_key(job_id)))
    assert stored is not None
    assert KnownSpeakers.from_json(stored) == KnownSpeakers([KnownSpeaker("Ann", SAMPLE), KnownSpeaker("Ben", b"b")])
    job = job_table.find(job_id)
    assert job
    assert job.known_speakers
    assert "diarize_model=latest" in job.options
    answers = json.dumps([job.to_dict(), executions(), api.get(f"/requests/{job_id}").json])
    assert "Ann" not in answers
    assert base64.b64encode(SAMPLE).decode() not in answers


@pytest.mark.usefixtures("speaker_model")
def test_other_known_speakers_are_another_request(api: Any) -> None:
    def request(name: str) -> str:
        body, kind = form(**fields([name], [URL]))
        return str(api.post("/audio/transcriptions", body, Content_Type=kind).json["request_id"])

    assert request("Ann") == request("Ann") != request("Ben")


def test_known_speakers_need_the_deployments_model(api: Any) -> None:
    body, kind = form(**fields(["Ann"], [URL]))

    answer = api.post("/audio/transcriptions", body, Content_Type=kind)

    assert answer.status == 400
    assert "earshot model add speakers" in answer.json["error"]["message"]


@pytest.mark.usefixtures("speaker_model")
def test_recognised_names_are_shown_with_corrections(api: Any, complete: Any) -> None:
    body, kind = form(**fields(["Ann"], [URL]))
    ann = api.of("a1" * 8)
    job_id = ann.post("/audio/transcriptions", body, Content_Type=kind).json["request_id"]
    complete(job_id, "Hello.")
    at = S3Object("transcripts", transcript_key(job_id))
    transcript = replace(Transcript.from_json(s3.get(at) or b""), recognised=[SpeakerName(0, 1, "Ann")])
    s3.put(at, transcript.to_json().encode(), "application/json")
    name = {"channel": 0, "speaker": 1, "name": "Anna"}
    secret = ann.post(f"/requests/{job_id}/shares").json["secret"]

    before = ann.get(f"/requests/{job_id}/edits").json
    corrected = ann("PUT", f"/requests/{job_id}/edits", json.dumps({"speakers": [name]}).encode(), {"If-Match": "none"})

    assert (before["speakers"], before["recognised"]) == ([], [name | {"name": "Ann"}])
    assert (corrected.json["speakers"], corrected.json["recognised"]) == ([name], before["recognised"])
    shared = type(api)(None)("GET", f"/shared/{job_id}", headers={"Authorization": f"Share {secret}"})
    assert shared.json["speakers"] == [name, name | {"name": "Ann"}]


@pytest.mark.usefixtures("speaker_model")
def test_deleted_job_leaves_no_samples(api: Any, complete: Any) -> None:
    body, kind = form(**fields(["Ann"], [URL]))
    job_id = api.post("/audio/transcriptions", body, Content_Type=kind).json["request_id"]
    complete(job_id, "Hello.")

    api("DELETE", f"/requests/{job_id}")

    assert s3.get(S3Object("transcripts", known_speakers_key(job_id))) is None
