"""The query string of /v1/listen: every parameter has one fate, and keeps to it."""

from __future__ import annotations

import pytest

from earshot_contract.shards import RawAudio
from functions.errors import ApiError
from functions.options.options import Options, upload_query
from functions.options.query_string import query_of
from functions.options.registry import PARAMETERS, Fate, Kind

# Deepgram's whole table, its SDKs' legacy names, and ours.
CONTRACT = """model version language detect_language language_hint callback callback_method extra tag punctuate
smart_format paragraphs utterances utt_split diarize diarize_model multichannel numerals measurements dictation
filler_words profanity_filter redact replace search keywords keyterm summarize topics custom_topic
custom_topic_mode intents custom_intent custom_intent_mode sentiment detect_entities encoding mip_opt_out
alternatives tier ner detect_topics diarize_version sample_rate channels task prompt temperature"""


def refused(query: str) -> tuple[str, str, int]:
    with pytest.raises(ApiError) as caught:
        Options.parse(query)
    failure = caught.value.failure
    return failure.err_code, failure.err_msg, failure.status


def warned(query: str) -> list[str]:
    return [warning["parameter"] for warning in Options.parse(query).warnings]


def test_every_parameter_of_the_contract_has_a_fate():
    assert sorted(PARAMETERS) == sorted(CONTRACT.split())


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS.values() if p.fate is Fate.REFUSED])
def test_what_would_mislead_is_refused_by_its_name_unless_it_is_off(name):
    code, sentence, status = refused(f"{name}=true")

    assert (code, status) == ("INVALID_QUERY_PARAMETER", 400)
    assert name in sentence
    assert Options.parse(f"{name}=false").warnings == []


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS.values() if p.fate is Fate.IGNORED])
def test_what_is_harmless_is_ignored_with_a_warning_unless_it_is_off(name):
    (warning,) = Options.parse(f"{name}=true").warnings

    assert warning["parameter"] == name
    assert warning["type"] == "unsupported_parameter"
    assert name in warning["message"]
    assert warned(f"{name}=false") == []


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS.values() if p.fate is Fate.DONE])
def test_what_is_done_is_neither_refused_nor_warned_of(name):
    parameter = PARAMETERS[name]
    plain = {Kind.FLAG: "true", Kind.WHOLE: "16000" if name == "sample_rate" else "1", Kind.NUMBER: "0.5"}
    special = {
        "language": "de",
        "detect_language": "true",
        "version": "latest",
        "extra": "k:v",
        "encoding": "mulaw",
        "callback": "https://example.org/hook",
    }
    value = special.get(name) or (parameter.choices or (plain.get(parameter.kind, "x"),))[0]

    assert warned(query_of([(name, value)])) == []


def test_unknown_parameters_are_tolerated():
    assert Options.parse("some_addon=1&punctuate=true&=x&&").punctuate


@pytest.mark.parametrize("flag", [p.name for p in PARAMETERS.values() if p.kind is Kind.FLAG and p.fate is Fate.DONE])
@pytest.mark.parametrize("raw", ["maybe", "1", "yes", ""])
def test_a_flag_that_is_neither_true_nor_false_is_refused(flag, raw):
    code, sentence, status = refused(f"{flag}={raw}")

    assert (code, status) == ("INVALID_QUERY_PARAMETER", 400)
    assert sentence.startswith(f"Failed to deserialize query parameters: {flag}:")


@pytest.mark.parametrize(
    "query",
    [
        "utt_split=long",
        "utt_split=-1",
        "utt_split=nan",
        "utt_split=inf",
        "alternatives=0",
        "alternatives=1.5",
        "channels=21&encoding=linear16&sample_rate=8000",
        "channels=x",
        "sample_rate=0",
        "temperature=2",
        "encoding=mp3",
        "encoding=linear16",
        "callback_method=GET",
        "task=summarise",
        "extra=nocolon",
        "extra=:novalue",
        "extra=k:" + "v" * 2048,
        "tag=" + "t" * 129,
        "replace=:x",
        "&".join(["keyterm=a"] * 101),
        "diarize=true&diarize_model=latest",
    ],
)
def test_a_value_that_cannot_be_is_refused(query):
    assert refused(query)[::2] == ("INVALID_QUERY_PARAMETER", 400)


@pytest.mark.parametrize("query", ["version=2022-09-21.5", "language=xx", "language=multi", "detect_language=klingon"])
def test_a_model_version_or_language_that_does_not_exist_is_refused_in_deepgrams_words(query):
    code, sentence, status = refused(query)

    assert (code, status) == ("Bad Request", 400)
    assert sentence.startswith("Bad Request: No such model/")


@pytest.mark.parametrize(
    "spelling", ["punctuate=true", "Punctuate=TRUE", "PUNCTUATE=True", "punctuate=false&punctuate=true"]
)
def test_neither_the_case_nor_a_repetition_of_a_flag_matters(spelling):
    assert Options.parse(spelling).punctuate


def test_formatting_implies_what_it_needs():
    smart = Options.parse("smart_format=true")
    paragraphs = Options.parse("paragraphs=true")

    assert (smart.punctuate, smart.paragraphs) == (True, True)
    assert (paragraphs.punctuate, paragraphs.paragraphs) == (True, True)
    assert not Options.parse("").punctuate


@pytest.mark.parametrize(
    ("query", "language", "languages"),
    [
        ("", "en", []),
        ("language=de", "de", []),
        ("language=en-US", "en", []),
        ("language=pt_BR", "pt", []),
        ("language=zh-Hant-TW", "zh", []),
        ("language=nb", "no", []),
        ("language=de&detect_language=true", None, []),
        ("language=de&detect_language=false", "de", []),
        ("detect_language=en&detect_language=es-419&detect_language=en-GB", None, ["en", "es"]),
    ],
)
def test_the_language_is_named_detected_or_chosen_from_a_list(query, language, languages):
    options = Options.parse(query)

    assert (options.language, options.languages) == (language, languages)
    assert options.detect_language == (language is None)


def test_an_upload_without_a_language_has_it_detected():
    assert upload_query("") == "detect_language=true"
    assert Options.parse(upload_query(" ?model=whisper-base&punctuate=true ")).detect_language
    assert Options.parse(upload_query("language=de")).language == "de"


def test_headerless_audio_is_described_and_files_are_not():
    assert Options.parse("encoding=linear16&sample_rate=16000&channels=2").raw == RawAudio("linear16", 16000, 2)
    assert Options.parse("encoding=mulaw").raw == RawAudio("mulaw", 8000, 1)
    assert Options.parse("encoding=amr-wb&sample_rate=8000").raw == RawAudio("amr-wb", 16000, 1)
    assert Options.parse("encoding=opus&sample_rate=48000").raw is None
    assert Options.parse("sample_rate=16000").raw is None


def test_words_to_expect_become_hotwords():
    options = Options.parse("keyterm=Earshot&keywords=Deepgram:2&keywords=noise:-3&keyterm=Earshot&keywords=Whisper")

    assert options.hotwords == "Earshot, Deepgram, Whisper"
    assert warned("keywords=noise:-3") == ["keywords"]


def test_tags_and_extras_come_back_the_last_of_a_key_winning():
    options = Options.parse("tag=a&tag=b+c&extra=k:1&extra=k:2:3&extra=other:x")

    assert options.tags == ["a", "b c"]
    assert options.extra == {"k": "2:3", "other": "x"}


def test_more_alternatives_than_whisper_gives_are_warned_of():
    assert warned("alternatives=1") == []
    assert warned("alternatives=3") == ["alternatives"]


@pytest.mark.parametrize("space", ["+", "%20"])
def test_both_spellings_of_a_space_are_one(space):
    assert Options.parse(f"tag=two{space}words").tags == ["two words"]
