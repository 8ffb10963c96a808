"""Deepgram's answer: languages, and edits of the text."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest

from functions.options.options import Options
from functions.rendering import deepgram
from functions.transcripts.edit import edit
from tests.fixtures.results.deepgram_answer import (
    SPEECH,
    STRICTEST,
    alternative,
    answer,
)
from tests.fixtures.results.transcripts import segment, timed_words, transcript
from tests.fixtures.rows import each_row


def test_detected_language_is_present_only_if_requested():
    source = transcript([segment(SPEECH)], language="de")

    channel = answer("detect_language=true", source)["results"]["channels"][0]

    assert channel["detected_language"] == "de"
    assert "language_confidence" not in channel
    assert "detected_language" not in answer("language=de", source)["results"]["channels"][0]


def test_languages_without_spaces_get_none():
    words = timed_words("今天 天气 很 好。 用 Python 3")

    best = alternative(answer("punctuate=true", transcript([segment(words)], language="zh")))

    assert best["transcript"] == "今天天气很好。用Python 3"


def test_filler_words_are_removed_unless_requested():
    source = transcript([segment(timed_words("Um, the cat, uh, sat on, um. Uh-huh."))])

    assert alternative(answer("punctuate=true", source))["transcript"] == "The cat, sat on. Uh-huh."
    kept = alternative(answer("punctuate=true&filler_words=true", source))["transcript"]
    assert kept == "Um, the cat, uh, sat on, um. Uh-huh."
    german = transcript([segment(timed_words("Um acht Uhr."))], language="de")
    assert alternative(answer("punctuate=true", german))["transcript"] == "Um acht Uhr."


def test_numerals_writes_digits_and_warns_where_it_cannot():
    source = transcript(
        [segment(timed_words("She paid twenty-five hundred and six, no, nine hundred and twelve dollars."))]
    )

    best = alternative(answer("numerals=true&punctuate=true", source))

    assert best["transcript"].endswith("$912.")
    word = next(word for word in best["words"] if word["word"] == "$912")
    assert (word["start"], word["end"]) == (3.5, 5.9)
    russian = transcript([segment(SPEECH)], language="ru")
    assert answer("numerals=true", russian)["metadata"]["warnings"][0]["parameter"] == "numerals"
    assert "warnings" not in answer("smart_format=true", russian)["metadata"]
    assert "warnings" not in answer("numerals=true", transcript([segment(SPEECH)], language="de"))["metadata"]


@pytest.mark.parametrize(
    ("pair", "transcript_"),
    [
        ("fast:slow", "Life moves pretty slow. If you don't stop, you could miss it."),
        ("pretty", "Life moves fast. If you don't stop, you could miss it."),
        ("life:Love Itself", "Love Itself moves pretty fast. If you don't stop, you could miss it."),
        ("you could:we may", "Life moves pretty fast. If you don't stop, we may miss it."),
        ("LIFE:x", "Life moves pretty fast. If you don't stop, you could miss it."),
        ("don't:do not", "Life moves pretty fast. If you do not stop, you could miss it."),
    ],
)
def test_replace_keeps_punctuation_around_phrase(pair, transcript_):
    document = answer(f"punctuate=true&replace={pair}")

    assert alternative(document)["transcript"] == transcript_
    jsonschema.validate(document, STRICTEST)


@each_row(
    ("query", "expected"), [("replace=istanbul:Ankara", "Ankara, Irak."), ("replace=ırak:Iran", "İstanbul, Iran.")]
)
def test_replace_knows_both_turkish_letters_i(query, expected):
    source = transcript([segment(timed_words("İstanbul, Irak."))], language="tr")

    assert alternative(answer(f"punctuate=true&{query}", source))["transcript"] == expected
    assert alternative(answer("", source))["transcript"] == "istanbul ırak"


def test_replace_prefers_capitalised_find():
    source = transcript([segment(timed_words("Will you will it"))])

    best = alternative(answer("replace=will:want&replace=Will:William", source))

    assert best["transcript"] == "William you want it"


def test_each_word_of_a_file_in_several_languages_has_its_own() -> None:
    german = replace(segment(timed_words("Guten Tag zusammen.", start=5.0)), language="de")
    found = deepgram.listen_response(transcript([segment(timed_words("Good morning.")), german]), Options())
    alternative = found["results"]["channels"][0]["alternatives"][0]

    assert alternative["languages"] == ["de", "en"]
    assert [word["language"] for word in alternative["words"]] == ["en", "en", "de", "de", "de"]


def test_words_of_a_translation_have_no_language() -> None:
    german = replace(segment(timed_words("Hello all.", start=5.0)), language="de")
    both = transcript([segment(timed_words("Good morning.")), german], task="translate")
    alternative = deepgram.listen_response(both, Options())["results"]["channels"][0]["alternatives"][0]

    assert "languages" not in alternative
    assert all("language" not in word for word in alternative["words"])


def test_numerals_follow_the_language_of_each_segment() -> None:
    german = replace(segment(timed_words("einundzwanzig Tage", start=5.0)), language="de")
    options = Options.from_query("numerals=true")
    found = deepgram.listen_response(
        edit(transcript([segment(timed_words("twenty-one days")), german]), options), options
    )

    assert found["results"]["channels"][0]["alternatives"][0]["transcript"] == "21 days 21 tage"
