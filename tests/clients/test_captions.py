"""Deepgram's caption packages take an answer of /v1/listen as it is."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest

from tests.clients.conftest import SAMPLES, Outcomes
from tests.clients.test_deepgram import error_rate

pytestmark = pytest.mark.timeout(600)  # the first test of an SDK installs it and runs all its scenarios


@pytest.fixture(scope="module")
def answers(setup: dict[str, str]) -> dict[str, str]:
    """An answer with utterances and one without: the packages read different parts of them."""
    speech = (SAMPLES / "sample.flac").read_bytes()
    queries = {"words": "punctuate=true", "utterances": "smart_format=true&utterances=true&tag=clients"}
    return {
        name: urllib.request.urlopen(f"{setup['url']}/v1/listen?model=whisper&{query}", speech).read().decode()
        for name, query in queries.items()
    }


@pytest.mark.parametrize("source", ["words", "utterances"])
@pytest.mark.parametrize("sdk", ["captions", "js-captions"])
def test_deepgram_captions_have_every_word_in_order(
    driven: Callable[..., Outcomes], answers: dict[str, str], sdk: str, source: str
) -> None:
    outcomes = driven(sdk, ("srt", "vtt"), answer=answers[source])

    metadata = json.loads(answers[source])["metadata"]
    assert metadata["request_id"] in outcomes["vtt"]["result"]
    for rendered in (outcomes["srt"]["result"], outcomes["vtt"]["result"].partition("\n\n00:")[2]):
        text = re.sub(r"^(\d+|.*-->.*)$", "", rendered, flags=re.MULTILINE)
        assert error_rate(text) < 0.1
