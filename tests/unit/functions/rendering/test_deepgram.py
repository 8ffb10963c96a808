"""Deepgram's answer for a transcript, with the members of recorded answers."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from functions.options.options import Options
from functions.rendering import deepgram
from functions.transcripts.edit import edit
from functions.transcripts.transcript import Transcript
from tests.fixtures.transcripts import SHA, listen_queries, segment, timed_words, transcript, transcripts

# What the strictest clients insist on: deepgram-sdk 5 for Python raises for a missing or null metadata field,
# Rust's for one of a word or an utterance; captions tools loop over `words`.
WORD = {
    "type": "object",
    "required": ["word", "start", "end", "confidence"],
    "additionalProperties": False,
    "properties": {
        "word": {"type": "string", "minLength": 1},
        "punctuated_word": {"type": "string", "minLength": 1},
        "start": {"type": "number", "minimum": 0},
        "end": {"type": "number", "minimum": 0},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
}
IDENTITY = ["transaction_key", "request_id", "sha256", "created"]
FACTS = ["duration", "channels", "models", "model_info"]
STRICTEST = {
    "type": "object",
    "required": ["metadata", "results"],
    "properties": {
        "metadata": {
            "type": "object",
            "required": [*IDENTITY, *FACTS],
            "properties": {
                "transaction_key": {"const": "deprecated"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "duration": {"type": "number", "minimum": 0},
                "channels": {"type": "integer", "minimum": 1},
                "models": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "model_info": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {"type": "object", "required": ["name", "version", "arch"]},
                },
            },
        },
        "results": {
            "type": "object",
            "required": ["channels"],
            "properties": {
                "channels": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["alternatives"],
                        "properties": {
                            "alternatives": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["transcript", "confidence", "words"],
                                    "properties": {
                                        "transcript": {"type": "string"},
                                        "words": {"type": "array", "items": WORD},
                                    },
                                },
                            }
                        },
                    },
                },
                "utterances": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["start", "end", "confidence", "channel", "transcript", "words", "id"],
                        "properties": {
                            "words": {"type": "array", "minItems": 1, "items": WORD},
                            "id": {"type": "string", "format": "uuid"},
                        },
                    },
                },
            },
        },
    },
}

SPEECH = timed_words("Life moves pretty fast.") + timed_words("If you don't stop, you could miss it.", start=5.0)


def answer(query: str = "", source: Transcript | None = None) -> dict[str, Any]:
    options = Options.from_query(query)
    return deepgram.listen_response(edit(source or transcript([segment(SPEECH)]), options), options)


def alternative(document: dict[str, Any], channel: int = 0) -> dict[str, Any]:
    return document["results"]["channels"][channel]["alternatives"][0]


def nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    return any(map(nulls, value)) if isinstance(value, list) else value is None


def test_metadata_has_required_members():
    metadata = answer()["metadata"]

    (model,) = metadata["models"]
    assert metadata == {
        "transaction_key": "deprecated",
        "request_id": "5f3f2bd5-6a6c-4b43-9a3e-9bd5d1a1c0de",
        "sha256": "ab" * 32,
        "created": "2026-11-22T12:00:00.123Z",
        "duration": 60.0,
        "channels": 1,
        "models": [model],
        "model_info": {model: {"name": "base-whisper", "version": SHA[:12], "arch": "whisper"}},
    }
    assert str(uuid.UUID(model)) == model
    assert datetime.fromisoformat(metadata["created"]).tzinfo


def test_metadata_has_tags_extra_and_warnings():
    source = transcript([segment(SPEECH)], warnings=Options.from_query("dictation=true").warnings)

    metadata = answer("tag=a&tag=b&extra=k:v&dictation=true", source)["metadata"]

    assert metadata["tags"] == ["a", "b"]
    assert metadata["extra"] == {"k": "v"}
    assert [warning["parameter"] for warning in metadata["warnings"]] == ["dictation"]


def test_words_without_punctuate_are_lower_case():
    best = alternative(answer())

    assert best["transcript"] == "life moves pretty fast if you don't stop you could miss it"
    assert best["transcript"] == " ".join(word["word"] for word in best["words"])
    assert best["words"][0] == {"word": "life", "start": 0.0, "end": 0.4, "confidence": 0.9}
    assert "paragraphs" not in best


@pytest.mark.parametrize("query", ["punctuate=true", "smart_format=true", "paragraphs=true"])
def test_words_with_punctuate_have_punctuated_word(query):
    best = alternative(answer(query))

    assert best["transcript"] == "Life moves pretty fast. If you don't stop, you could miss it."
    assert best["transcript"] == " ".join(word["punctuated_word"] for word in best["words"])
    assert [word["word"] for word in best["words"]][2:5] == ["pretty", "fast", "if"]


@pytest.mark.parametrize(("probabilities", "median"), [([0.2, 0.9, 0.5], 0.5), ([0.1, 0.2, 0.8, 0.9], 0.8)])
def test_confidence_is_upper_median_of_words(probabilities, median):
    words = [timed_words("word", start=index, probability=p)[0] for index, p in enumerate(probabilities)]

    assert alternative(answer("", transcript([segment(words)])))["confidence"] == median


def test_listen_response_of_silence_is_empty():
    document = answer("utterances=true&paragraphs=true&detect_language=true", transcript([]))

    best = alternative(document)
    assert (best["transcript"], best["confidence"], best["words"]) == ("", 0.0, [])
    assert best["paragraphs"] == {"transcript": "\n", "paragraphs": []}
    assert document["results"]["utterances"] == []
    jsonschema.validate(document, STRICTEST)


def test_paragraph_begins_after_pause_and_has_sentences():
    paragraphs = alternative(answer("paragraphs=true"))["paragraphs"]

    assert paragraphs["transcript"] == "\nLife moves pretty fast.\n\nIf you don't stop, you could miss it."
    first, second = paragraphs["paragraphs"]
    assert first == {
        "sentences": [{"text": "Life moves pretty fast.", "start": 0.0, "end": 1.9}],
        "num_words": 4,
        "start": 0.0,
        "end": 1.9,
    }
    assert (second["num_words"], second["start"]) == (8, 5.0)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith met J. R. Tolkien. They talked.", ["Dr. Smith met J. R. Tolkien.", "They talked."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It costs 3.50 at 5 p.m. on Mondays.", ["It costs 3.50 at 5 p.m. on Mondays."]),
        ("No end at all", ["No end at all"]),
        ("So did I. We left.", ["So did I.", "We left."]),
        ("He said no. See no. 5 there.", ["He said no.", "See no. 5 there."]),
        ("Das war am 3. Mai. Im Jahr 2024. Ja.", ["Das war am 3. Mai.", "Im Jahr 2024.", "Ja."]),
    ],
)
def test_sentence_ends_at_marks_but_not_abbreviations(text, sentences):
    document = answer("paragraphs=true", transcript([segment(timed_words(text))]))

    found = alternative(document)["paragraphs"]["paragraphs"][0]["sentences"]
    assert [sentence["text"] for sentence in found] == sentences


def test_utterances_end_at_silences_and_ids_are_stable():
    document = answer("utterances=true&punctuate=true")

    first, second = document["results"]["utterances"]
    assert (first["transcript"], first["start"], first["end"]) == ("Life moves pretty fast.", 0.0, 1.9)
    assert (first["channel"], first["confidence"], len(first["words"])) == (0, 0.9, 4)
    assert first["words"] == alternative(document)["words"][:4]
    assert first["id"] != second["id"]
    assert document == answer("utterances=true&punctuate=true")
    assert len(answer("utterances=true&utt_split=4")["results"]["utterances"]) == 1
    assert len(answer("utterances=true&utt_split=0.05")["results"]["utterances"]) == 12
    assert "utterances" not in answer()["results"]


def test_channels_are_separate_and_utterances_sorted_by_time():
    both = transcript(
        [segment(timed_words("left one", start=0)), segment(timed_words("left two", start=20))],
        [segment(timed_words("right", start=10))],
    )

    document = answer("multichannel=true&utterances=true", both)

    assert document["metadata"]["channels"] == 2
    assert [alternative(document, channel)["transcript"] for channel in (0, 1)] == ["left one left two", "right"]
    order = [(found["channel"], found["transcript"]) for found in document["results"]["utterances"]]
    assert order == [(0, "left one"), (1, "right"), (0, "left two")]


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


def test_replace_prefers_capitalised_find():
    source = transcript([segment(timed_words("Will you will it"))])

    best = alternative(answer("replace=will:want&replace=Will:William", source))

    assert best["transcript"] == "William you want it"


def test_word_times_are_ordered_and_inside_audio():
    words = [
        *timed_words("a", start=-1),
        *timed_words("b", start=3),
        *timed_words("c", start=2),
        *timed_words("d", start=99),
    ]

    best = alternative(answer("", transcript([segment(words)], duration=10.0)))

    times = [(word["start"], word["end"]) for word in best["words"]]
    assert times == [(0.0, 0.0), (3.0, 3.0), (3.0, 3.0), (10.0, 10.0)]


def test_segment_without_words_shares_its_time():
    bare = transcript([segment(timed_words("Hello big world."))])
    segments = [type(bare.channels[0].segments[0])(2.0, 4.0, "Hello big world.")]

    best = alternative(answer("", transcript(segments)))

    assert [word["word"] for word in best["words"]] == ["hello", "big", "world"]
    assert best["words"][0]["start"] == 2.0
    assert best["words"][-1]["end"] == 4.0


@given(transcripts(), listen_queries())
def test_any_transcript_satisfies_strictest_client(any_transcript, query):
    options = Options.from_query(query)

    document = json.loads(json.dumps(deepgram.listen_response(edit(any_transcript, options), options), allow_nan=False))

    jsonschema.validate(document, STRICTEST)
    assert not nulls(document)
    duration = document["metadata"]["duration"]
    assert document["metadata"]["channels"] == len(document["results"]["channels"])
    for channel, answered in zip(any_transcript.channels, document["results"]["channels"], strict=True):
        best = answered["alternatives"][0]
        times = [time for word in best["words"] for time in (word["start"], word["end"])]
        assert times == sorted(times)
        assert all(0 <= time <= duration for time in times)
        assert all(("punctuated_word" in word) == options.punctuate for word in best["words"])
        texts = [word["punctuated_word" if options.punctuate else "word"] for word in best["words"]]
        spaced = any_transcript.text_language(channel) not in ("zh", "ja")
        assert best["transcript"].replace(" ", "") == "".join(texts).replace(" ", "")
        assert not spaced or best["transcript"] == " ".join(texts)
        assert ("paragraphs" in best) == options.paragraphs
        if options.paragraphs:
            shaped = best["paragraphs"]
            assert sum(paragraph["num_words"] for paragraph in shaped["paragraphs"]) == len(texts)
            assert shaped["transcript"].startswith("\n")
            assert shaped["transcript"].replace("\n", "").replace(" ", "") == "".join(texts).replace(" ", "")
    assert ("utterances" in document["results"]) == options.utterances
    if options.utterances:
        found = document["results"]["utterances"]
        assert [u["start"] for u in found] == sorted(u["start"] for u in found)
        assert len({u["id"] for u in found}) == len(found)
        words = sum(len(c["alternatives"][0]["words"]) for c in document["results"]["channels"])
        assert sum(len(u["words"]) for u in found) == words
        assert all(u["start"] == u["words"][0]["start"] and u["end"] == u["words"][-1]["end"] for u in found)


def test_metadata_names_the_track_of_several() -> None:
    def metadata(**audio: Any) -> dict[str, Any]:
        one = transcript([segment(timed_words("Hello."))])
        return deepgram.listen_response(replace(one, audio=replace(one.audio, **audio)), Options())["metadata"]

    assert "audio_track" not in metadata()
    assert metadata(track=2, tracks=3)["audio_track"] == {"number": 2, "of": 3}
    german = metadata(track=1, tracks=2, track_language="deu")["audio_track"]
    assert german == {"number": 1, "of": 2, "language": "deu"}


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
