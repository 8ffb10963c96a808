"""Programs that speak to OpenAI or Deepgram, unchanged but for the address: litellm, LangChain, Vercel's AI SDK …

They name the vendors' models and send options of their own, which cannot be changed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.clients.test_deepgram import Driven, error_rate

pytestmark = pytest.mark.timeout(600)  # the first test of a client installs it and runs all its scenarios

# Scenarios of tests/clients/python/programs.py and js/ai_sdk.cjs; those called `vendor` name a model of the vendor's.
SCENARIOS = {
    "litellm": (
        *("litellm_openai", "litellm_openai_verbose", "litellm_openai_vendor"),
        *("litellm_deepgram", "litellm_deepgram_vendor", "litellm_unknown_model"),
    ),
    "langchain": ("langchain", "langchain_text"),
    "llamaindex": ("llamaindex", "llamaindex_bytes", "llamaindex_vendor"),
    "haystack": ("haystack", "haystack_vendor"),
    "js-ai": (
        *("openai", "openai_words", "openai_vendor", "openai_vendor_mini"),
        *("deepgram", "deepgram_vendor", "deepgram_options", "deepgram_detect"),
        "unknown_model",
    ),
}
TRANSCRIBED = [(sdk, name) for sdk, names in SCENARIOS.items() for name in names if "unknown" not in name]
# Those that give words or segments with times, and the duration.
TIMED = [
    *(("litellm", name) for name in ("litellm_openai_verbose", "litellm_deepgram", "litellm_deepgram_vendor")),
    *(("js-ai", name) for name in ("openai", "openai_words", "deepgram", "deepgram_vendor", "deepgram_options")),
]


def result(driven: Driven, sdk: str, scenario: str) -> Any:
    found = driven(sdk, SCENARIOS[sdk])[scenario]
    assert "result" in found, found
    return found["result"]


@pytest.mark.parametrize(("sdk", "scenario"), TRANSCRIBED)
def test_program_gets_the_text(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    documents = answer if isinstance(answer, list) else [answer]
    assert error_rate(" ".join(one.get("text") or one["page_content"] for one in documents)) < 0.1


@pytest.mark.parametrize(("sdk", "scenario"), TIMED)
def test_program_gets_times(driven: Driven, sdk: str, scenario: str) -> None:
    answer = result(driven, sdk, scenario)

    spans = [
        (one.get("start", one.get("startSecond")), one.get("end", one.get("endSecond")))
        for one in answer.get("words") or answer["segments"]
    ]
    assert spans
    assert all(0 <= start < end <= answer["duration"] for start, end in spans)
    assert all(one[1] <= next_one[0] for one, next_one in pairwise(spans))
    assert 7 < answer["duration"] < 9


def test_ai_sdk_detects_language(driven: Driven) -> None:
    assert result(driven, "js-ai", "deepgram_detect")["language"] == "en"


@pytest.mark.parametrize(("sdk", "scenario"), [("litellm", "litellm_unknown_model"), ("js-ai", "unknown_model")])
def test_program_shows_why_it_was_refused(driven: Driven, sdk: str, scenario: str) -> None:
    refused = driven(sdk, SCENARIOS[sdk])[scenario]["error"]

    assert refused["status"] == 400
    assert "whisper-base" in refused["message"]
