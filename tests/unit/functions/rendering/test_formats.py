"""FORMATS: names, stored suffixes, and the same words in every format."""

from __future__ import annotations

import json
import re
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_cli.transcription.formats import Format as CliFormat
from earshot_contract import keys
from earshot_contract.documents.shard_results import Segment
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.rendering.formats import (
    FORMATS,
    JSON,
    LISTEN_FORMATS,
    OPENAI_JSON,
    OPENAI_TEXT,
    SRT,
    STORED_FORMATS,
    TXT,
    VTT,
)
from functions.transcripts.edit import edit
from functions.transcripts.text_boundaries.letters import normalised
from functions.transcripts.transcript import Transcript
from functions.transcripts.words import words_of
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.paths import ROOT

EDITS = ["filler_words=true", "numerals=true", "replace=acme:Contoso+Ltd&replace=well"]
QUERIES = ["&".join(q for q, on in zip(EDITS, flags, strict=True) if on) for flags in product([False, True], repeat=3)]
VOCABULARY = [
    "Well,",
    "um",
    "Um,",
    "I",
    "paid",
    "twenty",
    "five",
    "hundred",
    "and",
    "dollars.",
    "Acme",
    "acme.",
    "—",
    "two",
]


@st.composite
def transcripts_with_numbers(draw: st.DrawFn) -> Transcript:
    """Segments of ordered words, of which some have no times of their own."""
    segments: list[Segment] = []
    for number in range(draw(st.integers(0, 4))):
        text = " ".join(draw(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8)))
        found = segment(timed_words(text, start=10.0 * number))
        segments.append(found if draw(st.booleans()) else Segment(found.start, found.end, found.text))
    return transcript(segments)


def plain_words(text: str) -> list[str]:
    return [word for word in map(normalised, text.split()) if word]


def captions_text(text: str) -> str:
    lines = text.removeprefix("WEBVTT\n").split("\n")
    return " ".join(line for line in lines if " --> " not in line and not re.fullmatch(r"\d+", line))


@pytest.mark.parametrize("query", QUERIES)
@given(transcripts_with_numbers())
def test_all_formats_have_the_same_words(query: str, source: Transcript) -> None:
    options = Options.from_query(f"punctuate=true&{query}")
    edited = edit(source, options)

    answer = listen_response(edited, options)["results"]["channels"][0]["alternatives"][0]
    expected = plain_words(answer["transcript"])

    assert plain_words(TXT.render(edited, options)) == expected
    assert plain_words(OPENAI_TEXT.render(edited, options)) == expected
    assert plain_words(json.loads(OPENAI_JSON.render(edited, options))["text"]) == expected
    # A number alone on a line is also how SRT numbers its cues.
    digits = {word for word in expected if word.isdigit()}
    for form in (SRT, VTT):
        words = plain_words(captions_text(form.render(edited, options)))
        assert [w for w in words if w not in digits] == [w for w in expected if w not in digits]


@pytest.mark.parametrize("query", QUERIES)
@given(transcripts_with_numbers())
def test_edits_keep_order_and_bounds(query: str, source: Transcript) -> None:
    edited = edit(source, Options.from_query(query))

    assert [(s.start, s.end) for s in edited.channels[0].segments] == [
        (s.start, s.end) for s in source.channels[0].segments
    ]
    words = [word for part in edited.channels[0].segments for word in part.words]
    assert all(0 <= word.start <= word.end <= source.audio.duration for word in words)
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(words_of(edited, edited.channels[0])))
    assert edit(source, Options(filler_words=True)) == source


def test_replaced_phrase_across_segments_stays_in_the_first() -> None:
    source = transcript([segment(timed_words("to the old")), segment(timed_words("house again", start=5.0))])

    edited = edit(source, Options.from_query("replace=old house:villa"))

    assert [part.text for part in edited.channels[0].segments] == ["to the villa", "again"]


def test_edit_keeps_music_marks_of_edited_segment() -> None:
    source = transcript([segment(timed_words("♪ Acme sings ♪"))])

    assert edit(source, Options.from_query("replace=acme:Contoso")).channels[0].segments[0].text == "♪ Contoso sings ♪"


def test_formats_are_the_stored_and_the_cli_formats() -> None:
    assert tuple(form.stored_suffix for form in STORED_FORMATS) == keys.STORED_FORMATS
    assert {form.cli_name for form in FORMATS if form.cli_name} == {str(form) for form in CliFormat}
    assert all(form.listen_name == CliFormat(form.cli_name).api_name for form in FORMATS if form.cli_name)
    assert len({form.name for form in FORMATS}) == len(FORMATS)
    assert JSON.stored_suffix == "json"


def test_page_offers_the_formats_of_a_result() -> None:
    """The page's scripts have no list of their own besides this one."""
    scripts = {path.name: path.read_text("utf-8") for path in (ROOT / "functions" / "page").glob("*.js")}
    (listed,) = re.findall(r"export const FORMATS = \{([^}]*)\};", scripts["about.js"])

    assert set(re.findall(r"(\w+): \"", listed)) == set(LISTEN_FORMATS)
    lists = re.compile(r"""["'](?:srt|vtt|txt)["'], *["'](?:srt|vtt|txt)["']""")
    assert [name for name, script in scripts.items() if lists.search(script)] == []
