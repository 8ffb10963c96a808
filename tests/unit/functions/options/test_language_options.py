"""Options that name languages: fixed, detected, restricted, and what people write for them."""

from __future__ import annotations

import pytest

from functions.options.options import Options
from functions.options.query_string import query_string, upload_query
from tests.fixtures.queries import error_of, warned_options
from tests.fixtures.rows import each_row


@pytest.mark.parametrize("query", ["language=xx", "language=e", "detect_language=klingon"])
def test_unknown_language_returns_deepgram_error(query):
    code, message, status = error_of(query)

    assert (code, status) == ("Bad Request", 400)
    assert message.startswith("Bad Request: No such model/")


@each_row(
    ("query", "language", "languages"),
    [
        ("", "en", []),
        ("language=de", "de", []),
        ("language=en-US", "en", []),
        ("language=pt_BR", "pt", []),
        ("language=zh-Hant-TW", "zh", []),
        ("language=nb", "no", []),
        ("language=auto", None, []),
        ("language=AUTO", None, []),
        ("language=multi", None, []),
        ("language=auto&detect_language=false", None, []),
        ("language=auto&detect_language=de&detect_language=en", None, ["de", "en"]),
        ("detect_language=auto", None, []),
        ("language=auto&language=de", "de", []),
        ("language=de&detect_language=true", None, []),
        ("language=de&detect_language=false", "de", []),
        ("detect_language=en&detect_language=es-419&detect_language=en-GB", None, ["en", "es"]),
    ],
)
def test_language_is_fixed_detected_or_restricted(query, language, languages):
    options = Options.from_query(query)

    assert (options.language, options.detect_language or []) == (language, languages)
    assert (options.detect_language is not None) == (language is None)


def test_language_that_is_not_honoured_wholly_adds_warning():
    assert warned_options("language=multi") == ["language"]
    assert warned_options("language=zh-Hant-TW") == ["language"]
    assert warned_options("language=sr-Latn") == ["language"]
    assert warned_options("language=zh-TW") == warned_options("language=auto") == warned_options("language=en-US") == []


@each_row(
    ("written", "right"),
    [
        ("Language.EN", "language=en"),
        ("LanguageCode.DE_DE", "language=de"),
        ("<Language.FR: 'fr'>", "language=fr"),
        ("en,de", "detect_language=en&detect_language=de"),
        ("en-US,es-MX,en", "language=en"),
        ("jp", "language=ja"),
        ("CN", "language=zh"),
        ("klingon", "language=en"),
        ("xx-YY", "language=en"),
    ],
)
def test_refusal_of_language_shows_a_right_one(written, right):
    assert right in error_of(query_string([("language", written)]))[1]


def test_detected_languages_may_stand_in_one_value():
    assert Options.from_query("detect_language=en,%20es-MX,auto").detect_language == ["en", "es"]


def test_upload_query_without_language_detects_it():
    assert upload_query({}) == "detect_language=true"
    assert Options.from_query(upload_query({"listen": " ?model=whisper-base&punctuate=true "})).detect_language == []
    assert Options.from_query(upload_query({"listen": "language=de"})).language == "de"
