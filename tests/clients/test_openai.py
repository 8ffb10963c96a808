"""OpenAI's own SDKs, unchanged but for the address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.clients.conftest import Outcomes
from tests.clients.test_deepgram import error_rate

pytestmark = pytest.mark.timeout(600)  # the first test of an SDK installs it and runs all its scenarios

BOTH = (
    *("json", "text", "srt", "vtt", "verbose", "words", "both", "stream", "translation"),
    *("unknown_model", "diarized", "known", "bad_reference", "not_audio", "busy", "long"),
)
SCENARIOS = {
    "openai": (*BOTH, "bytes", "async", "async_stream", "long_refused", "lost"),
    "openai-1": ("json", "text", "srt", "both", "stream", "translation", "unknown_model", "busy", "async"),
    "js-openai": BOTH,
}

Driven = Callable[..., Outcomes]


def each(*scenarios: str) -> Any:
    pairs = [(sdk, one) for sdk, having in SCENARIOS.items() for one in having if one in scenarios]
    return pytest.mark.parametrize(("sdk", "scenario"), pairs)


def result(driven: Driven, sdk: str, scenario: str) -> Any:
    found = driven(sdk, SCENARIOS[sdk])[scenario]
    assert "result" in found, found
    return found["result"]


def error(driven: Driven, sdk: str, scenario: str) -> dict[str, Any]:
    found = driven(sdk, SCENARIOS[sdk])[scenario]
    assert "error" in found, found
    return found["error"]


@each("json", "bytes", "async", "busy")
def test_openai_sdk_default_answer_has_text(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert error_rate(answer["text"]) < 0.1
    assert answer["usage"] == {"type": "duration", "seconds": 8}


@each("text")
def test_openai_sdk_text_is_string(driven: Driven, sdk: str, scenario: str) -> None:
    text = result(driven, sdk, scenario)

    assert error_rate(text) < 0.1
    assert text.endswith("\n")
    assert "{" not in text


@each("srt", "long")
def test_openai_sdk_srt_has_numbered_cues(driven: Driven, sdk: str, scenario: str) -> None:
    blocks = [block.split("\n") for block in result(driven, sdk, scenario).strip().split("\n\n")]

    assert [block[0] for block in blocks] == [str(number) for number in range(1, len(blocks) + 1)]
    assert all(re.fullmatch(r"[\d:]{8},\d{3} --> [\d:]{8},\d{3}", block[1]) for block in blocks)
    assert error_rate(" ".join(" ".join(block[2:]) for block in blocks)) < 0.1


@each("vtt")
def test_openai_sdk_vtt_has_header(driven: Driven, sdk: str, scenario: str) -> None:
    assert result(driven, sdk, scenario).startswith("WEBVTT\n\n00:00:0")


@each("verbose", "both")
def test_openai_sdk_verbose_json_has_segments(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert answer["task"] == "transcribe"
    assert answer["language"] == "english"
    assert 7 < answer["duration"] < 9
    assert "".join(segment["text"] for segment in answer["segments"]).strip() == answer["text"]
    assert error_rate(answer["text"]) < 0.1
    assert all(segment["tokens"] and segment["avg_logprob"] < 0 for segment in answer["segments"])
    assert ("words" in answer) == (scenario == "both")


@each("words", "both")
def test_openai_sdk_words_have_times(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert error_rate(" ".join(word["word"] for word in answer["words"])) < 0.1
    assert all(0 <= word["start"] <= word["end"] <= answer["duration"] for word in answer["words"])
    assert all(a["end"] <= b["start"] for a, b in pairwise(answer["words"]))
    assert not re.search(r"[.,]", " ".join(word["word"] for word in answer["words"]))
    assert ("segments" in answer) == (scenario == "both")


@each("stream", "async_stream")
def test_openai_sdk_stream_ends_with_whole_text(driven: Driven, sdk: str, scenario: str) -> None:
    *deltas, done = result(driven, sdk, scenario)

    assert {event["type"] for event in deltas} == {"transcript.text.delta"}
    assert done["type"] == "transcript.text.done"
    assert "".join(event["delta"] for event in deltas) == done["text"]
    assert error_rate(done["text"]) < 0.1


@each("translation")
def test_openai_sdk_translation_is_english(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert answer["language"] == "english"
    assert answer["text"]


@each("diarized")
def test_openai_sdk_parses_speakers(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert {segment["type"] for segment in answer["segments"]} == {"transcript.text.segment"}
    assert {segment["speaker"] for segment in answer["segments"]} == {"A"}
    assert error_rate(answer["text"]) < 0.1
    assert answer["segments"][-1]["end"] <= answer["duration"]


@each("known")
def test_openai_sdk_names_known_speakers(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    assert {segment["speaker"] for segment in answer["segments"]} == {"Ms. Reed"}
    assert error_rate(answer["text"]) < 0.1


@each("unknown_model", "not_audio", "long_refused", "bad_reference")
def test_openai_sdk_errors_have_message(driven: Driven, sdk: str, scenario: str) -> None:
    refused = error(driven, sdk, scenario)

    assert refused["type"] == "BadRequestError"
    assert refused["status"] == 400
    assert refused["body"]["message"] in refused["message"]
    assert refused["body"]["type"] == "invalid_request_error"
    expected = {"unknown_model": "whisper-base", "bad_reference": "The reference of 'Ms. Reed' cannot be used."}
    assert expected.get(scenario, "failed to process audio") in refused["message"]
    assert refused["body"]["param"] is None


@each("lost")
def test_sdk_retry_after_lost_answer_is_same_job(
    driven: Driven, sdk: str, scenario: str, jobs_with: Callable[[str], list[str]]
) -> None:
    assert error_rate(result(driven, sdk, scenario)["text"]) < 0.1
    assert len(jobs_with("prompt=lost")) == 1


@pytest.mark.parametrize("sdk", SCENARIOS)
def test_sdk_key_is_checked(driven: Driven, keyed: str, sdk: str) -> None:
    refused = driven(sdk, ("json",), key="f" * 40)["json"]["error"]
    assert refused["type"] == "AuthenticationError"
    assert refused["status"] == 401

    assert error_rate(driven(sdk, ("json",), key=keyed)["json"]["result"]["text"]) < 0.1


def test_translations_route_sets_task(driven: Driven) -> None:
    assert json.dumps(result(driven, "openai", "translation")).count('"task": "translate"') == 1
