"""Properties of all output formats, for any transcript, also one whose times make no sense."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise

from hypothesis import given

from functions.options.options import Options
from functions.rendering import captions
from functions.rendering.formats import VERBOSE_JSON
from functions.rendering.openai_response_format import OpenAIResponseFormat
from functions.rendering.srt import srt
from functions.rendering.vtt import vtt
from functions.transcripts.transcript import Transcript
from tests.fixtures.results.transcripts import transcripts

CUE = re.compile(r"^(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})$", re.M)


def cues(text: str) -> list[tuple[float, float]]:
    def seconds(hours: str, minutes: str, second: str, thousandths: str) -> float:
        return int(hours) * 3600 + int(minutes) * 60 + int(second) + int(thousandths) / 1000

    return [(seconds(*found[:4]), seconds(*found[4:])) for found in CUE.findall(text)]


@given(transcripts())
def test_captions_of_any_transcript_do_not_overlap(any_transcript: Transcript):
    for text in (srt(any_transcript), vtt(any_transcript)):
        times = cues(text)
        assert len(times) == text.count(" --> ")
        assert all(start < end for start, end in times)
        assert all(before[1] <= after[0] for before, after in pairwise(times))
        lines = unescape(text).split("\n")
        assert all(len(line) <= captions.LINE_COLUMNS or " " not in line for line in lines)
    assert vtt(any_transcript).startswith("WEBVTT\n")


@given(transcripts())
def test_verbose_json_times_are_ordered_and_inside_audio(any_transcript: Transcript):
    document = json.loads(OpenAIResponseFormat(VERBOSE_JSON, words=True).render(any_transcript, Options())[1])

    assert json.dumps(document, allow_nan=False)
    for member in ("words", "segments"):
        for timed in document[member]:
            assert 0 <= timed["start"] <= timed["end"] <= document["duration"]
        starts = [timed["start"] for timed in document[member]]
        assert len(any_transcript.channels) > 1 or starts == sorted(starts)
