"""Deepgram's own SDKs, unchanged but for the address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from tests.clients.conftest import SAMPLES, Outcomes
from tests.clients.sdks import SDKS
from tests.clients.web import Site

pytestmark = pytest.mark.timeout(600)  # the first test of an SDK installs it and runs all its scenarios

TRANSCRIBED = ("url", "file", "stream")
CALLED_BACK = ("callback", "callback_file")
REFUSED = ("unknown_model", "not_audio", "unreachable")
SCENARIOS = {
    "deepgram-3": (*TRANSCRIBED, "async_url", "async_file", "plain", *CALLED_BACK, *REFUSED, "busy", "redirected"),
    "deepgram-4": ("file", "async_file", "callback_file", "not_audio", "redirected"),
    "deepgram-5": (*TRANSCRIBED, "async_url", "async_file", "plain", *CALLED_BACK, *REFUSED, "busy", "long"),
    "deepgram-7": (*TRANSCRIBED, "async_url", "async_file", "plain", *CALLED_BACK, *REFUSED, "busy", "lost", "long"),
    "js-deepgram-3": (*TRANSCRIBED, "plain", *CALLED_BACK, *REFUSED, "busy"),
    "js-deepgram-5": (*TRANSCRIBED, "path", "plain", *CALLED_BACK, *REFUSED, "busy", "long"),
}
SHA256 = hashlib.sha256((SAMPLES / "sample.flac").read_bytes()).hexdigest()
TEXT = (SAMPLES / "sample.txt").read_text()

Driven = Callable[..., Outcomes]


def each(*scenarios: str) -> Any:
    pairs = [(sdk, one) for sdk, having in SCENARIOS.items() for one in having if one in scenarios]
    return pytest.mark.parametrize(("sdk", "scenario"), pairs)


def outcome(driven: Driven, sdk: str, scenario: str) -> dict[str, Any]:
    return driven(sdk, SCENARIOS[sdk])[scenario]


def result(driven: Driven, sdk: str, scenario: str) -> dict[str, Any]:
    found = outcome(driven, sdk, scenario)
    assert "result" in found, found
    return found["result"]


def error(driven: Driven, sdk: str, scenario: str) -> dict[str, Any]:
    found = outcome(driven, sdk, scenario)
    assert "error" in found, found
    return found["error"]


@each(*TRANSCRIBED, "path", "async_url", "async_file", "long")
def test_sdk_reads_whole_listen_response(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    metadata = answer["metadata"]
    assert metadata["sha256"] == SHA256  # every byte arrived, as it was
    assert metadata["channels"] == 1
    assert metadata["transaction_key"] == "deprecated"
    assert 7 < metadata["duration"] < 9
    assert [model["arch"] for model in metadata["model_info"].values()] == ["whisper"]
    assert metadata["models"] == list(metadata["model_info"])
    assert sdk in ("deepgram-3", "deepgram-4") or metadata["tags"] == ["clients"]  # whose type has no tags
    best = answer["results"]["channels"][0]["alternatives"][0]
    assert error_rate(best["transcript"]) < 0.1
    assert best["transcript"] == " ".join(word["punctuated_word"] for word in best["words"])
    assert best["paragraphs"]["transcript"].startswith("\n")
    assert 0.5 < best["confidence"] <= 1
    for word in best["words"]:
        assert 0 <= word["start"] <= word["end"] <= metadata["duration"]
    assert all(a["end"] <= b["start"] for a, b in pairwise(best["words"]))
    assert " ".join(one["transcript"] for one in answer["results"]["utterances"]) == best["transcript"]


@each("plain")
def test_sdk_response_without_options_has_no_optional_members(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    best = answer["results"]["channels"][0]["alternatives"][0]
    assert best["transcript"] == best["transcript"].lower()
    assert best["transcript"] == " ".join(word["word"] for word in best["words"])
    assert {key for word in best["words"] for key in word if word[key] is not None} == {
        "word",
        "start",
        "end",
        "confidence",
    }
    assert not answer["results"].get("utterances")


@each(*CALLED_BACK)
def test_sdk_callback_delivers_response(driven: Driven, site: Site, sdk: str, scenario: str) -> None:
    request_id = result(driven, sdk, scenario)["request_id"]

    [delivery] = site.wait_for(lambda one: request_id in one.body.decode())
    assert delivery.json()["metadata"]["sha256"] == SHA256
    assert error_rate(delivery.json()["results"]["channels"][0]["alternatives"][0]["transcript"]) < 0.1
    assert delivery.json()["metadata"]["request_id"] == request_id
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="  # user:secret


@each("unknown_model")
def test_sdk_unavailable_model_names_available_models(driven: Driven, sdk: str, scenario: str) -> None:
    refused = error(driven, sdk, scenario)

    assert int(refused["status"]) == 400
    assert "whisper-base" in str(refused)


@each("not_audio")
def test_sdk_reports_file_without_audio(driven: Driven, sdk: str, scenario: str) -> None:
    refused = error(driven, sdk, scenario)

    assert int(refused["status"]) == 400
    assert "failed to process audio" in str(refused)


@each("unreachable")
def test_sdk_reports_unreachable_url(driven: Driven, sdk: str, scenario: str) -> None:
    refused = error(driven, sdk, scenario)

    assert int(refused["status"]) == 400
    assert "404" in str(refused)


@each("busy")
def test_sdk_retries_after_503(driven: Driven, sdk: str, scenario: str) -> None:
    if SDKS[sdk].retries:
        assert result(driven, sdk, scenario)["metadata"]["sha256"] == SHA256
    else:
        assert int(error(driven, sdk, scenario)["status"]) == 503


@each("lost")
def test_sdk_retry_after_lost_answer_is_same_job(
    driven: Driven, setup: dict[str, str], sdk: str, scenario: str, jobs_with: Callable[[str], list[str]]
) -> None:
    answer = result(driven, sdk, scenario)

    assert jobs_with("keyterm=lost") == [answer["metadata"]["request_id"]]


@each("redirected")
def test_sdk_without_redirects_shows_result_url(driven: Driven, sdk: str, scenario: str) -> None:
    refused = error(driven, sdk, scenario)

    assert int(refused["status"]) == 303


@pytest.mark.parametrize("sdk", SCENARIOS)
def test_sdk_key_is_checked(driven: Driven, keyed: str, sdk: str) -> None:
    refused = driven(sdk, ("file",), key="f" * 40)["file"]["error"]
    assert int(refused["status"]) == 401
    assert "Invalid credentials." in str(refused)

    assert driven(sdk, ("file",), key=keyed)["file"]["result"]["metadata"]["sha256"] == SHA256


def error_rate(text: str) -> float:
    """Word error rate against what was said."""
    normal = EnglishTextNormalizer()
    return jiwer.wer(normal(TEXT), normal(text))
