"""Corrections: equal words keep their times, changed runs share theirs, and every format has them."""

from __future__ import annotations

import pytest

from earshot_contract.documents.shard_results import Segment, Word
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.rendering.formats import FORMATS
from functions.rendering.srt import srt
from functions.rendering.text import text
from functions.transcripts.corrections import (
    BadCorrections,
    Change,
    Corrections,
    changed_words,
    check,
    correct,
    with_replaced,
)
from functions.transcripts.edit import edit
from functions.transcripts.transcript import SpeakerName, Transcript
from functions.transcripts.words import punctuated_words_of
from tests.fixtures.results.transcripts import transcript as transcript_of
from tests.fixtures.rows import each_row


def transcript_with(*segments: str) -> Transcript:
    """One channel; each word lasts half a second, and the next begins a second after it."""
    made, start = [], 0.0
    for line in segments:
        words = [Word(f" {word}", start + n, start + n + 0.5, 0.5) for n, word in enumerate(line.split())]
        made.append(Segment(words[0].start, words[-1].end, line, words))
        start = words[-1].start + 1
    return transcript_of(made)


def timed(transcript: Transcript) -> list[tuple[str, float, float]]:
    words = punctuated_words_of(transcript, transcript.channels[0])
    return [(word.text, round(word.start, 3), round(word.end, 3)) for word in words]


ORIGINAL = transcript_with("The cat sat on", "the red mat.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(0, 1, 1, "dog"), [("The", 0, 0.5), ("dog", 1, 1.5), ("sat", 2, 2.5)]),
        (Change(0, 0, 3, "The dog sat"), [("The", 0, 0.5), ("dog", 1, 1.5), ("sat", 2, 2.5)]),
        (Change(0, 0, 3, "The big dog sat"), [("The", 0, 0.5), ("big", 1, 1.25), ("dog", 1.25, 1.5), ("sat", 2, 2.5)]),
        (Change(0, 0, 3, "The cat then sat"), [("The", 0, 0.5), ("cat", 1, 1.5), ("then", 1.5, 2), ("sat", 2, 2.5)]),
        (Change(0, 0, 3, "The sat"), [("The", 0, 0.5), ("sat", 2, 2.5), ("on", 3, 3.5)]),
        (Change(0, 0, 3, ""), [("on", 3, 3.5), ("the", 4, 4.5), ("red", 5, 5.5)]),
        (Change(0, 3, 2, "upon\n that"), [("The", 0, 0.5), ("cat", 1, 1.5), ("sat", 2, 2.5)]),
    ],
)
def test_changed_words_get_the_times_of_what_they_replace(change, expected):
    corrected = correct(ORIGINAL, Corrections([change]))

    assert timed(corrected)[:3] == expected[:3]
    if len(expected) == 4:
        assert timed(corrected)[3] == expected[3]


def test_words_outside_a_change_stay_as_they_were():
    corrected = correct(ORIGINAL, Corrections([Change(0, 3, 2, "upon that")]))

    before, after = timed(ORIGINAL), timed(corrected)
    assert after[:3] == before[:3]
    assert after[5:] == before[5:]
    assert [word for word, _, _ in after[3:5]] == ["upon", "that"]
    assert "The cat sat upon that red mat." in text(corrected).replace("\n", " ")


def test_every_format_has_changes_and_names():
    options = Options.from_query("diarize=true&paragraphs=true&punctuate=true")
    corrections = Corrections([Change(0, 1, 1, "<dog>")], [SpeakerName(0, 0, "Elinor")])
    corrected = correct(ORIGINAL, corrections)

    assert "<\u2060dog>" in srt(corrected)  # an unseen letter: players hide a tag
    assert "The <dog> sat" in text(corrected)
    answer = listen_response(corrected, options)
    assert "The <dog> sat" in answer["results"]["channels"][0]["alternatives"][0]["transcript"]
    assert corrected.speaker_name(corrected.channels[0], 0) == "Elinor"
    assert corrected.speaker_name(corrected.channels[0], 1) == "Speaker 1"


def test_changed_words_are_found_in_the_corrected_transcript():
    corrections = Corrections([Change(0, 4, 1, "a very"), Change(0, 0, 2, "He")])
    words = punctuated_words_of(corrected := correct(ORIGINAL, corrections), corrected.channels[0])

    found = [
        [word.text for word in words[each.first : each.first + each.count]]
        for each in changed_words(ORIGINAL, corrections)
    ]

    assert found == [["He"], ["a", "very"]]


@each_row(
    ("corrections", "problem"),
    [
        (Corrections([Change(0, 6, 2, "x")]), "has 7 words"),
        (Corrections([Change(1, 0, 1, "x")]), "Channel 1 has 0 words"),
        (Corrections([Change(0, -1, 1, "x")]), "from word -1 on"),
        (Corrections([Change(0, 0, 0, "x")]), "there are not 0"),
        (Corrections([Change(0, 0, 3, "x"), Change(0, 2, 1, "y")]), "Two changes name word 2"),
        (Corrections([Change(0, 1, 1, "x", replaced="dog")]), "are 'cat', not 'dog'"),
        (Corrections(speakers=[SpeakerName(0, 0, " ")]), "name of speaker 0"),
        (Corrections(speakers=[SpeakerName(0, 0, "a\nb")]), "name of speaker 0"),
    ],
)
def test_corrections_that_do_not_fit_are_refused(corrections, problem):
    with pytest.raises(BadCorrections, match=problem):
        check(ORIGINAL, corrections)


UPGRADED = transcript_with("Thecat sat on", "the red mat.")  # the same text in fewer words


@pytest.mark.parametrize("change", [Change(0, 1, 1, "dog"), Change(0, 2, 2, "at the"), Change(0, 6, 1, "rug.")])
def test_change_of_moved_words_is_left_out_and_warned_about(change):
    stored = with_replaced(ORIGINAL, Corrections([change], [SpeakerName(0, 0, "Elinor")]))

    corrected = correct(UPGRADED, stored)

    assert timed(corrected) == timed(UPGRADED)
    assert changed_words(UPGRADED, stored) == []
    assert corrected.speaker_name(corrected.channels[0], 0) == "Elinor"
    [warning] = listen_response(corrected, Options())["metadata"]["warnings"]
    assert (warning["parameter"], warning["type"]) == ("edits", "corrections_left_out")
    assert warning["message"].startswith("One correction is left out")


@pytest.mark.parametrize("channel", [0, 1])
def test_change_without_its_words_may_be_beyond_the_end(channel):
    beyond, within = Change(channel, 0, 7, "None"), Change(0, 0, 1, "A cat")

    corrected = correct(UPGRADED, Corrections([beyond, within]))

    assert text(corrected).startswith("A cat sat on")
    assert len(corrected.warnings) == 1


def test_change_of_words_that_are_where_they_were_is_applied():
    stored = with_replaced(ORIGINAL, Corrections([Change(0, 3, 2, "upon that")]))

    assert [change.replaced for change in stored.changes] == ["on the"]
    assert "The cat sat upon that red mat." in text(correct(ORIGINAL, stored)).replace("\n", " ")
    assert correct(ORIGINAL, stored).warnings == []
    check(ORIGINAL, stored)


@pytest.mark.parametrize("query", ["", "replace=cat:c%00a%1b%5b31mt"])
def test_no_text_has_control_characters(query):
    options = Options.from_query(query)
    corrections = Corrections([Change(0, 2, 1, "s\x00a\x1bt\x85")])
    corrected = correct(edit(ORIGINAL, options), corrections)
    texts = [each.render(corrected, options) for each in FORMATS if each.content_type != "application/json"]
    assert len(texts) > 3  # SRT, WebVTT and two plain ones
    assert all(letter.isprintable() or letter == "\n" for rendered in texts for letter in rendered)
    assert [rendered for rendered in texts if "sat" not in rendered.replace("[31m", "")] == []
