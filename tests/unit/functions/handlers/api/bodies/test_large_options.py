"""Options as large as a form can hold: each is an answer that says so, never a fault of the deployment's."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import msgspec
import pytest

from functions.options.options import Options
from functions.options.parsers import MAX_PROMPT
from functions.options.query_string import misplaced_warnings
from functions.options.registry import OPTIONS
from tests.fixtures.rows import each_row

LARGE = "ab" * 300_000
ROW_BYTES = 400_000  # of an item of DynamoDB, at most
OWN = ("model", "response_format", "stream", "timestamp_granularities[]", "chunking_strategy")
REDACTION = ("redact", "redact_audio")


def transcribe(api, **fields):
    form = {"model": "whisper-1"} | fields
    request = httpx.Request("POST", "http://api", data=form, files={"file": ("a.wav", b"RIFF" * 99, "audio/wav")})
    return api.post(
        "/audio/transcriptions", request.read(), Content_Type=request.headers["content-type"], Prefer="wait=0"
    )


@pytest.mark.slow
@each_row("name", [*OPTIONS, *OWN, "user", "unknown", "known_speaker_names[]"])
def test_large_field_is_no_fault_of_ours(api, name):
    answer = transcribe(api, **{name: LARGE})

    assert answer.status < 500
    assert len(answer.text) < 5000  # what was sent is not sent back


def test_field_that_is_no_option_is_not_stored(api):
    answer = transcribe(api, unknown=LARGE, user="me")

    assert answer.status < 400


def test_long_prompt_counts_with_its_end(api):
    text = f"{'word ' * MAX_PROMPT}Earshot."

    assert transcribe(api, prompt=text).status < 400
    options = Options.from_query(f"prompt={quote(text)}")
    assert options.prompt == text[-MAX_PROMPT:]
    assert [(found["parameter"], found["type"]) for found in options.warnings] == [("prompt", "unsupported_value")]


@pytest.mark.slow
def test_warnings_of_many_names_fit_into_a_row():
    query = "&".join(f"smart_forma{n:x}=1" for n in range(3500))

    stored = msgspec.json.encode([query, Options.from_query(query).to_stored()])
    misplaced = misplaced_warnings({f"keyterm[{n}]": "a" for n in range(3500)})

    assert len(stored) < ROW_BYTES / 2
    assert [found["parameter"] for found in misplaced] == ["keyterm"]


@each_row("address", ["url", "file_url"])
def test_form_with_an_address_names_the_route_that_takes_one(api, address):
    request = httpx.Request("POST", "http://api", data={address: "https://x.example/a"}, files={"x": b""})
    body = request.read().replace(b'name="x"; filename="upload"', b'name="x"')
    answer = api.post("/audio/transcriptions", body, Content_Type=request.headers["content-type"])

    assert answer.status == 400
    assert 'POST /v1/listen as JSON: {"url": "https://…"}' in answer.json["error"]["message"]
