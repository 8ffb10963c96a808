"""Any answer there can be, read by the client that raises for the smallest fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from functions.options.options import Options
from functions.rendering import deepgram
from functions.transcripts.transcript import Transcript
from tests.clients.sdks import Sdk, drive
from tests.fixtures.results.transcripts import listen_queries, transcripts

SDK = Sdk("deepgram-5", "python/deepgram_5_parse.py", "deepgram-5")


def any_answers() -> list[dict[str, Any]]:
    answers = []

    @settings(max_examples=200, database=None, derandomize=True, deadline=None)
    @given(transcripts(), listen_queries())
    def collect(transcript: Transcript, query: str) -> None:
        answers.append(deepgram.listen_response(transcript, Options.from_query(query)))

    collect()
    return answers


@pytest.mark.timeout(600)  # the SDK may have to be installed first
def test_strictest_sdk_reads_any_answer(tmp_path: Path, say: Callable[[str], None]) -> None:
    answers, answers_file = any_answers(), tmp_path / "answers.json"
    answers_file.write_text(json.dumps(answers))

    outcome = drive(SDK, ["parsed"], {"answers": str(answers_file)}, say)["parsed"]

    assert "result" in outcome, outcome
    for answer, read in zip(answers, outcome["result"], strict=True):
        assert read["metadata"]["request_id"] == answer["metadata"]["request_id"]
        assert len(read["results"]["channels"]) == len(answer["results"]["channels"])
        for sent, channel in zip(answer["results"]["channels"], read["results"]["channels"], strict=True):
            assert channel["alternatives"][0]["transcript"] == sent["alternatives"][0]["transcript"]
            assert len(channel["alternatives"][0]["words"]) == len(sent["alternatives"][0]["words"])
