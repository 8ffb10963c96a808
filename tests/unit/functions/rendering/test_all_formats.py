"""What holds for every rendering of any canonical transcript, also one whose times make no sense."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise

from hypothesis import given, settings

from functions.rendering import captions, openai
from functions.rendering.openai import Format, Shape
from functions.transcripts.transcript import Transcript
from tests.fixtures.transcripts import transcripts

CUE = re.compile(r"^(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})$", re.M)


def cues(text: str) -> list[tuple[float, float]]:
    def seconds(hours: str, minutes: str, second: str, thousandths: str) -> float:
        return int(hours) * 3600 + int(minutes) * 60 + int(second) + int(thousandths) / 1000

    return [(seconds(*found[:4]), seconds(*found[4:])) for found in CUE.findall(text)]


@settings(max_examples=200, deadline=None)
@given(transcripts())
def test_captions_never_overlap_go_back_or_last_no_time(any_transcript: Transcript):
    for text in (captions.srt(any_transcript), captions.vtt(any_transcript)):
        times = cues(text)
        assert len(times) == text.count(" --> ")
        assert all(start < end for start, end in times)
        assert all(before[1] <= after[0] for before, after in pairwise(times))
        lines = unescape(text).split("\n")
        assert all(len(line) <= captions.LINE_COLUMNS or " " not in line for line in lines)
    assert captions.vtt(any_transcript).startswith("WEBVTT\n")


@settings(max_examples=200, deadline=None)
@given(transcripts())
def test_openais_words_and_segments_go_forward_within_the_audio(any_transcript: Transcript):
    document = json.loads(openai.answer(any_transcript, Shape(Format.VERBOSE_JSON, words=True))[1])

    assert json.dumps(document, allow_nan=False)
    for run in ("words", "segments"):
        for spoken in document[run]:
            assert 0 <= spoken["start"] <= spoken["end"] <= document["duration"]
        starts = [spoken["start"] for spoken in document[run]]
        assert len(any_transcript.channels) > 1 or starts == sorted(starts)
