"""Names of options that almost are one's: warned about, and refused where an absence would mislead."""

from __future__ import annotations

import pytest

from functions.errors import ApiError
from functions.options.options import Options
from functions.options.other_names import ADVICE
from functions.options.query_string import upload_query
from functions.options.registry import OPTIONS


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("smart-format", "smart_format"),
        ("smartFormat", "smart_format"),
        ("languages", "language"),
        ("tags[]", "tag"),
        ("punctuation", "punctuate"),
        ("samplerate", "sample_rate"),
        ("callback_url", "callback"),
    ],
)
def test_misspelt_option_is_warned_about(name, meant):
    (found,) = Options.from_query(f"punctuate=true&{name}=x").warnings

    assert (found["parameter"], found["type"]) == (name, "unknown_parameter")
    assert f"{meant} was probably meant" in found["message"]


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("lang=de", "language was probably meant"),
        ("speaker_labels=true", "diarize was probably meant"),
        ("Webhook=https%3A%2F%2Fexample.org", "callback was probably meant"),
        ("initial_prompt=Earshot", "prompt was probably meant"),
        ("hints[]=Earshot", "keyterm was probably meant"),
        ("translate=true", "task=translate translates"),
        ("response_format=srt", "/result?format=srt"),
        ("url=https%3A%2F%2Fexample.org", '{"url": "https://…"}'),
    ],
)
def test_name_of_another_service_is_warned_about(query, advice):
    (found,) = Options.from_query(f"punctuate=true&{query}").warnings

    assert (found["parameter"], found["type"]) == (query.partition("=")[0], "unknown_parameter")
    assert advice in found["message"]


def test_name_of_another_service_for_nothing_is_passed_over():
    assert Options.from_query("speaker_labels=false&lang=").warnings == []


def test_names_of_other_services_are_no_options_here():
    meant = {advice.partition(" ")[0] for advice in ADVICE.values() if "probably" in advice}

    assert not ADVICE.keys() & OPTIONS.keys()
    assert meant <= OPTIONS.keys()


@pytest.mark.parametrize(
    "name",
    [
        "interim_results",
        "endpointing",
        "vad_events",
        "utterance_end_ms",
        "no_delay",
        "container",
        "token",
        "foo",
        "x" * 99,
    ],
)
def test_unknown_name_like_no_option_is_passed_over(name):
    assert Options.from_query(f"{name}=1").warnings == []


@pytest.mark.parametrize("name", ["redaction", "redacted", "reDact-", "redact_pci", "redactAudio"])
def test_misspelt_redaction_is_refused(name):
    with pytest.raises(ApiError, match="redact"):
        Options.from_query(f"{name}=pci")

    assert Options.from_stored(None, f"{name}=pci").redact == []  # of an earlier version: it breaks nothing


@pytest.mark.parametrize("query", ["redaction=false", "redacted=", "redact_pci=FALSE", "redactAudio=false"])
def test_misspelt_redaction_for_nothing_is_warned_about(query):
    (found,) = Options.from_query(query).warnings

    assert found["type"] == "unknown_parameter"
    with pytest.raises(ApiError, match="redact"):
        Options.from_query(f"{query}&{query.partition('=')[0]}=pci")


@pytest.mark.parametrize("query", ["redact=", "redact", "redact=,", "redact=%20&redact="])
def test_redaction_of_an_empty_variable_is_refused(query):
    with pytest.raises(ApiError, match="redact names nothing"):
        Options.from_query(query)


@pytest.mark.parametrize(
    "metadata",
    [
        {"listen": "redact=pci"},
        {"redact": "pci"},
        {"listen": "language=de", "redact": "pci"},
        {"options": "language=de&redact=pci"},
        {"query": "Redact[]=pci"},
    ],
)
def test_upload_is_redacted_wherever_its_metadata_ask_for_it(metadata):
    assert Options.from_query(upload_query(metadata)).redact == ["pci"]


@pytest.mark.parametrize("metadata", [{"redact-pii": "pci"}, {"listen": "redatc=pci"}, {"options": "redatc=pci"}])
def test_upload_with_misspelt_redaction_is_refused(metadata):
    with pytest.raises(ApiError, match="redact was probably meant"):
        Options.from_query(upload_query(metadata))


def test_other_metadata_of_an_upload_change_nothing():
    metadata = {"name": "x", "language": "de", "mtime": "1764360000.5", "s3cmd-attrs": "atime:1/md5:ab", "a": "b=c"}

    assert upload_query(metadata) == "detect_language=true"
