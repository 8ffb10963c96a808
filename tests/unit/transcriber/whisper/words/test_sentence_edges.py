"""Sentence edges: a recording's first word gets a capital and its last a full stop, where silence surrounds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import Segment, Word
from earshot_contract.documents.shards import Shard
from tests.fixtures.rows import each_row
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.words.sentence_edges import with_joined_sentences, with_sentence_edges


def segment(text: str, start: float = 1.0, end: float = 2.0) -> Segment:
    return Segment(start, end, text, words=[Word(word, start, end, 0.9) for word in text.split()])


def written(text: str, *, begins: float | None = 0.0, ends: float | None = 3.0, keep: str = "") -> str:
    edited = with_sentence_edges([segment(text)], begins=begins, ends=ends, keep=keep)
    assert " ".join(word.text for word in edited[0].words) == edited[0].text
    return edited[0].text


@each_row(
    ("text", "expected"),
    [
        ("six spoons of peas", "Six spoons of peas."),
        ("klingt es", "Klingt es."),
        ("Six spoons, five slabs,", "Six spoons, five slabs."),
        ("Is it?", "Is it?"),
        ('"Is it?"', '"Is it?"'),
        ("iPhone sales", "iPhone sales."),
        ("ijs is koud", "ijs is koud."),
        ("'s morgens", "'s morgens."),
        ("brightness 50", "Brightness 50"),  # no letter at its end
        ("საქართველო დიდია", "საქართველო დიდია."),  # its capitals are for whole words
        ("東京です", "東京です"),
        ("", ""),
    ],
)
def test_text_between_silences_is_a_sentence(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (0.95, 3.0, "of the book."),  # cut in the middle of speech
        (0.0, 2.3, "Of the book"),
        (None, None, "of the book"),  # a part of a longer recording
    ],
)
def test_edges_without_silence_stay(begins: float | None, ends: float | None, expected: str) -> None:
    assert written("of the book", begins=begins, ends=ends) == expected


def test_keyterm_at_the_beginning_stays() -> None:
    assert written("pytest, then", keep="ruff pytest", ends=None) == "pytest, then"


def test_only_outer_segments_change() -> None:
    segments = [segment("one"), segment("two", 2.0, 3.0), segment("three", 3.0, 4.0)]

    edited = with_sentence_edges(segments, begins=0.0, ends=5.0)

    assert [part.text for part in edited] == ["One", "two", "three."]


def test_no_segments_stay_none() -> None:
    assert with_sentence_edges([], begins=0.0, ends=5.0) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "Of the book."),
        ({"start": 600.0}, "of the book."),
        ({"end": 600.0}, "Of the book"),
        ({"prompt": "no signs please"}, "of the book"),
    ],
)
def test_sentence_edges_depend_on_the_range_of_the_shard(change: dict[str, Any], expected: str) -> None:
    stored = S3Object("bucket", "key")
    shard = replace(Shard("job", 0, 1, stored, stored, "base"), **change)
    state = ShardState(shard, Path("a.wav"), (), "en", PROFILES[EngineProfile.ACCURATE])
    state.decoded_seconds = 3.0
    state.segments = [segment("of the book", shard.start + 1.0, shard.start + 2.0)]

    assert state.ordered_segments()[0].text == expected


@pytest.mark.parametrize(
    ("before", "after", "gap", "expected"),
    [
        ("No details.", "and no attack.", 0.0, "No details and no attack."),
        ("No details.", "and no attack.", 0.6, "No details. And no attack."),
        ("No details.", "And no attack.", 0.0, "No details. And no attack."),
        ("Is it new?", "and why?", 0.0, "Is it new? and why?"),
        ("inundats i...", "un d'arts", 0.0, "inundats i un d'arts"),
        ("So i...", "un d'arts", 0.6, "So i... un d'arts"),
        ("With approval, i.e.", "yours", 0.0, "With approval, i.e. yours"),
        ("Kosten inkl.", "der Steuer", 0.6, "Kosten inkl. der Steuer"),
        ("Look at example.com.", "then go", 0.0, "Look at example.com. then go"),
    ],
)
def test_no_small_letter_follows_a_full_stop(before: str, after: str, gap: float, expected: str) -> None:
    first = replace(segment(before, 0.0, 1.0), avg_logprob=-0.3)
    edited = with_joined_sentences([first, segment(after, 1.0 + gap, 2.0 + gap)])

    assert " ".join(s.text for s in edited) == expected
    assert " ".join(word.text for s in edited for word in s.words) == expected


def test_what_one_window_wrote_stays() -> None:
    written_at_once = [segment("I was at home...", 0.0, 1.0), segment("or so.", 1.0, 2.0)]

    assert with_joined_sentences(written_at_once) == written_at_once
