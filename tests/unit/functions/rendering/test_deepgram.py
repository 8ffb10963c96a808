"""Deepgram's answer: members, words, paragraphs and utterances."""

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
from tests.fixtures.results.deepgram_answer import (
    SPEECH,
    STRICTEST,
    alternative,
    answer,
)
from tests.fixtures.results.transcripts import SHA, listen_queries, segment, timed_words, transcript, transcripts
from tests.fixtures.rows import each_row


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


@each_row(
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
        ("„z. B. Nr. 5“, Hr. Meier. Ja.", ["„z. B. Nr. 5“, Hr. Meier.", "Ja."]),
        ("Viz č. 5 a p. 12. Ano.", ["Viz č. 5 a p. 12.", "Ano."]),
        ("“J. Smith and Sgt. Pepper,” e.g. Mt. Etna.", ["“J. Smith and Sgt. Pepper,” e.g. Mt. Etna."]),
        ("네. 5개 있어요.", ["네.", "5개 있어요."]),
        ("She works in HR. He lives in L. A., CA. Yes.", ["She works in HR.", "He lives in L. A., CA.", "Yes."]),
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
