"""Query strings of /v1/listen: support, values and warnings of every option."""

from __future__ import annotations

import pytest

from earshot_contract.documents.shards import RawAudio
from functions.errors import ApiError
from functions.options.options import Options
from functions.options.query_string import query_string
from functions.options.registry import IMPLEMENTED, OPTIONS
from functions.options.specification import OptionType, Support
from tests.fixtures.queries import error_of, warned_options
from tests.fixtures.rows import each_row

# Deepgram's whole table, its SDKs' legacy names, and ours.
CONTRACT = """model version language detect_language language_hint callback callback_method extra tag punctuate
smart_format paragraphs utterances utt_split diarize diarize_model multichannel numerals measurements dictation
filler_words profanity_filter redact replace search keywords keyterm summarize topics custom_topic
custom_topic_mode intents custom_intent custom_intent_mode sentiment detect_entities encoding mip_opt_out
alternatives tier ner detect_topics diarize_version sample_rate channels task prompt temperature
strict_models profile redact_audio audio_track num_speakers min_speakers max_speakers name"""


BOOLEANS = [s.name for s in IMPLEMENTED if s.type is OptionType.BOOLEAN]


def test_registry_has_every_option_of_the_contract():
    assert sorted(OPTIONS) == sorted(CONTRACT.split())


@pytest.mark.parametrize("name", [s.name for s in OPTIONS.values() if s.support is Support.REJECTED])
def test_rejected_option_returns_400_unless_false(name):
    code, message, status = error_of(f"{name}=true")

    assert (code, status) == ("INVALID_QUERY_PARAMETER", 400)
    assert name in message
    assert Options.from_query(f"{name}=false").warnings == []


@each_row("name", [s.name for s in OPTIONS.values() if s.support is Support.IGNORED])
def test_ignored_option_adds_warning_unless_false(name):
    (warning,) = Options.from_query(f"{name}=true").warnings

    assert warning["parameter"] == name
    assert warning["type"] == "unsupported_parameter"
    assert name in warning["message"]
    assert warned_options(f"{name}=false") == []


@each_row("name", [s.name for s in OPTIONS.values() if s.support is Support.IMPLEMENTED])
def test_implemented_option_adds_no_warning(name):
    spec = OPTIONS[name]
    plain = {
        OptionType.BOOLEAN: "true",
        OptionType.INTEGER: "16000" if name == "sample_rate" else "1",
        OptionType.NUMBER: "0.5",
    }
    special = {
        "language": "de",
        "audio_track": "2",
        "diarize_model": "v2",
        "diarize_version": "latest",
        "detect_language": "true",
        "version": "latest",
        "extra": "k:v",
        "encoding": "mulaw",
        "callback": "https://example.org/hook",
        "redact": "pci",
    }
    value = special.get(name) or (spec.choices or (plain.get(spec.type, "x"),))[0]

    needed = [("redact", "pci")] if name == "redact_audio" else []

    assert warned_options(query_string([*needed, (name, value)])) == []


@each_row(
    ("prompt", "used"),
    [
        ("A talk about null.", "A talk about null."),
        ("Your Honor", "Your Honor"),
        ("{Anna, Bob}", "{Anna, Bob}"),
        ("<laughs>", "<laughs>"),
        ("$AMZN", "$AMZN"),
        ("{prompt}", None),
        ("YOUR_PROMPT", None),
        ("undefined", None),
        ("null", None),
        ("{{ $json.prompt }}", None),
        ("${PROMPT}", None),
        ("[object Object]", None),
    ],
)
def test_prompt_for_a_missing_value_is_left_out(prompt, used):
    options = Options.from_query(query_string([("prompt", prompt)]))

    assert options.prompt == used
    assert [entry["parameter"] for entry in options.warnings] == ["prompt"] * (used is None)


def test_unknown_parameter_is_accepted():
    assert Options.from_query("some_addon=1&punctuate=true&=x&&").punctuate


@each_row(
    ("query", "parameter", "says"),
    [
        ("language=de&detect_language=true", "language", "language=de was ignored"),
        ("language=de&detect_language=fr&detect_language=es", "language", "language=de was ignored"),
        ("language=de&detect_language=fr&detect_language=false", "language", "language=de was ignored"),
        ("detect_language=true&detect_language=false", "detect_language", "the last one counts"),
        ("detect_language=de&detect_language=false", "detect_language", "the languages count"),
        ("language=de&language=en", "language", "the last one counts"),
        ("model=whisper-tiny&model=whisper-base", "model", "the last one counts"),
        ("punctuate=true&punctuate=FALSE", "punctuate", "the last one counts"),
        ("callback=https://a.example/x&callback=https://a.example/secret", "callback", "the last one counts"),
        ("encoding=amr-nb&sample_rate=16000", "sample_rate", "always has 8000 Hz"),
        ("paragraphs=TRUE&punctuate=False", "punctuate", "paragraphs means punctuate=true, too; punctuate=false was"),
        ("diarize=false&max_speakers=2", "diarize", "max_speakers tells speakers apart"),
    ],
)
def test_contradicting_options_are_warned_about(query, parameter, says):
    found = [w for w in Options.from_query(query).warnings if w["type"] == "contradicting_parameter"]

    assert [w["parameter"] for w in found if says in w["message"]] == [parameter]
    assert "secret" not in str(found)


@each_row(
    "query",
    [
        "language=de&detect_language=false",
        "language=auto&detect_language=true",
        "language=de&language=DE",
        "punctuate=true&punctuate=true",
        "tag=a&tag=b&keyterm=x&keyterm=y&replace=a:b&replace=c:d&extra=a:1&extra=b:2",
        "detect_language=de&detect_language=en",
        "encoding=amr-nb&sample_rate=8000",
        "encoding=mulaw&sample_rate=16000&channels=2&multichannel=true",
        "smart_format=true&punctuate=true&paragraphs=true&utterances=true",
    ],
)
def test_agreeing_options_are_not_warned_about(query):
    assert [w for w in Options.from_query(query).warnings if w["type"] == "contradicting_parameter"] == []


@each_row("name", BOOLEANS)
@each_row("raw", ["maybe", "1", "yes", ""])
def test_boolean_option_with_other_value_returns_400(name, raw):
    code, message, status = error_of(f"{name}={raw}")

    assert (code, status) == ("INVALID_QUERY_PARAMETER", 400)
    assert message.startswith(f"Failed to deserialize query parameters: {name}:")


@each_row(
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
        "diarize=perhaps",
        "diarize_model=v9",
        "num_speakers=0",
        "num_speakers=2&max_speakers=3",
        "min_speakers=4&max_speakers=3",
    ],
)
def test_invalid_value_returns_400(query):
    assert error_of(query)[::2] == ("INVALID_QUERY_PARAMETER", 400)


@pytest.mark.parametrize(
    "spelling", ["punctuate=true", "Punctuate=TRUE", "PUNCTUATE=True", "punctuate=false&punctuate=true"]
)
def test_boolean_option_ignores_case_and_takes_last_value(spelling):
    assert Options.from_query(spelling).punctuate


def test_smart_format_and_paragraphs_imply_punctuate():
    smart = Options.from_query("smart_format=true")
    paragraphs = Options.from_query("paragraphs=true")

    assert (smart.punctuate, smart.paragraphs) == (True, True)
    assert (paragraphs.punctuate, paragraphs.paragraphs) == (True, True)
    assert not Options.from_query("").punctuate


def test_raw_audio_format_is_set_for_headerless_encodings_only():
    assert Options.from_query("encoding=linear16&sample_rate=16000&channels=2").raw_audio_format == RawAudio(
        "linear16", 16000, 2
    )
    assert Options.from_query("encoding=mulaw").raw_audio_format == RawAudio("mulaw", 8000, 1)
    assert Options.from_query("encoding=alaw").raw_audio_format == RawAudio("alaw", 8000, 1)
    assert Options.from_query("encoding=linear32&sample_rate=48000").raw_audio_format == RawAudio("linear32", 48000)
    assert Options.from_query("encoding=amr-wb&sample_rate=8000").raw_audio_format == RawAudio("amr-wb", 16000, 1)
    assert Options.from_query("encoding=opus&sample_rate=48000").raw_audio_format is None
    assert Options.from_query("sample_rate=16000").raw_audio_format is None


def test_keyterm_and_keywords_become_hotwords():
    options = Options.from_query(
        "keyterm=Earshot&keywords=Deepgram:2&keywords=noise:-3&keyterm=Earshot&keywords=Whisper"
    )

    assert options.hotwords == "Earshot, Deepgram, Whisper"
    assert warned_options("keywords=noise:-3") == ["keywords"]


def test_tag_and_extra_keep_values_and_last_key_wins():
    options = Options.from_query("tag=a&tag=b+c&extra=k:1&extra=k:2:3&extra=other:x")

    assert options.tag == ["a", "b c"]
    assert options.extra == {"k": "2:3", "other": "x"}


def test_alternatives_above_one_adds_warning():
    assert warned_options("alternatives=1") == []
    assert warned_options("alternatives=3") == ["alternatives"]


@pytest.mark.parametrize("space", ["+", "%20"])
def test_plus_and_percent_20_are_spaces(space):
    assert Options.from_query(f"tag=two{space}words").tag == ["two words"]


@pytest.mark.parametrize("value", ["null", "None", "undefined"])
@pytest.mark.parametrize("name", ["language", "detect_language"])
def test_missing_value_as_text_is_named(name, value):
    with pytest.raises(ApiError, match=f"missing value as text. Leave {name} out"):
        Options.from_query(f"{name}={value}")
