"""OpenAI's answers are complete for any transcript, and have the members of OpenAI's own."""

from __future__ import annotations

import json
from itertools import pairwise
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.shard_results import AudioInfo, ModelInfo, Segment, Word
from functions.errors import Failure
from functions.options.options import Options
from functions.rendering.formats import OPENAI_TEXT, SRT, VERBOSE_JSON, VTT
from functions.rendering.openai import text, verbose
from functions.rendering.openai_error import error_body
from functions.rendering.openai_response_format import BadField, OpenAIResponseFormat
from functions.rendering.srt import srt
from functions.rendering.vtt import vtt
from functions.transcripts.transcript import Channel, Transcript
from tests.fixtures.rows import each_row

HELLO = Segment(
    0.5,
    2.0,
    " Hello, world.",
    [Word("Hello,", 0.5, 1.0, 0.9), Word("world.", 1.2, 2.0, 0.8)],
    tokens=[50364, 2425],
    avg_logprob=-0.25,
    compression_ratio=1.1,
    no_speech_prob=0.01,
)
AGAIN = Segment(
    2.5,
    3.0,
    ' It\'s me—"Bob".',
    [Word("It's", 2.5, 2.6, 0.9), Word("me—", 2.6, 2.8, 0.9), Word('"Bob".', 2.8, 3.0, 0.9)],
)


def transcript(*segments: Segment, language: str = "en", task: str = "transcribe") -> Transcript:
    return Transcript(
        job_id="2bb9de24-6fb6-4b9b-8d76-2a6b1b0e0f3a",
        created="2026-11-22T12:00:00.000Z",
        options="model=whisper",
        task=task,
        audio=AudioInfo("0" * 64, 3.2, 1, 16000, "pcm_s16le"),
        model=ModelInfo("base", "0" * 64, True, "int8", "cpu"),
        channels=[Channel(0, language, 0.9, list(segments))],
        model_seconds=0.1,
    )


def answer(document: Transcript, response_format: OpenAIResponseFormat) -> tuple[str, str]:
    return response_format.render(document, Options())


times = st.floats(-1, 40, allow_nan=False)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
segments = st.builds(Segment, times, times, texts, st.lists(st.builds(Word, texts, times, times, st.just(0.5))))


@given(st.lists(segments, max_size=5), st.sampled_from(["en", "ja"]))
def test_verbose_json_of_any_segments_is_complete_and_ordered(found: list[Segment], language: str) -> None:
    document = verbose(transcript(*found, language=language), words=True)

    assert document["text"] == "".join(segment["text"] for segment in document["segments"]).strip()
    assert [segment["id"] for segment in document["segments"]] == list(range(len(document["segments"])))
    for timed in [*document["segments"], *document["words"]]:
        assert 0 <= timed["start"] <= timed["end"] <= document["duration"]
    assert all(a["start"] <= b["start"] for a, b in pairwise(document["words"]))
    assert all(word["word"].strip() for word in document["words"])
    json.dumps(document, allow_nan=False)


@given(st.lists(segments, max_size=5), st.sampled_from(["en", "zh"]))
def test_stream_deltas_add_up_to_text(found: list[Segment], language: str) -> None:
    kind, body = answer(transcript(*found, language=language), OpenAIResponseFormat(stream=True))

    blocks = body.removesuffix("\n\n").split("\n\n")
    events = [json.loads(block.removeprefix("data: ")) for block in blocks]
    *deltas, done = events
    assert kind.startswith("text/event-stream")
    assert {event["type"] for event in deltas} <= {"transcript.text.delta"}
    assert done["type"] == "transcript.text.done"
    assert "".join(event["delta"] for event in deltas).rstrip() == done["text"]


def test_segment_of_control_characters_leaves_no_space() -> None:
    found = [Segment(float(at), at + 1.0, text) for at, text in enumerate(["\b", "Yes.", "\b", "No."])]
    _, body = answer(transcript(*found, language="en"), OpenAIResponseFormat(stream=True))
    events = [json.loads(block.removeprefix("data: ")) for block in body.strip().split("\n\n")]
    assert [event.get("delta", event.get("text")) for event in events] == ["Yes.", " No.", "Yes. No."]


def test_verbose_json_has_openai_members() -> None:
    document = verbose(transcript(HELLO, AGAIN))

    assert document == {
        "task": "transcribe",
        "language": "english",
        "duration": 3.2,
        "text": 'Hello, world. It\'s me—"Bob".',
        "segments": [
            {
                "id": 0,
                "seek": 50,
                "start": 0.5,
                "end": 2.0,
                "text": " Hello, world.",
                "tokens": [50364, 2425],
                "temperature": 0.0,
                "avg_logprob": -0.25,
                "compression_ratio": 1.1,
                "no_speech_prob": 0.01,
            },
            {
                "id": 1,
                "seek": 250,
                "start": 2.5,
                "end": 3.0,
                "text": ' It\'s me—"Bob".',
                "tokens": [],
                "temperature": 0.0,
                "avg_logprob": 0.0,
                "compression_ratio": 0.0,
                "no_speech_prob": 0.0,
            },
        ],
        "usage": {"type": "duration", "seconds": 4},
    }


def test_verbose_json_words_have_no_punctuation() -> None:
    document = verbose(transcript(HELLO, AGAIN), words=True, segments=False)

    assert [word["word"] for word in document["words"]] == ["Hello", "world", "It's", "me", "Bob"]
    assert document["words"][0] == {"word": "Hello", "start": 0.5, "end": 1.0}
    assert "segments" not in document


def test_verbose_json_of_translation_is_english() -> None:
    assert verbose(transcript(HELLO, language="de", task="translate"))["language"] == "english"
    assert verbose(transcript(HELLO, language="de"))["language"] == "german"


def test_languages_without_spaces_get_none() -> None:
    first, second = Segment(0, 1, "你好。"), Segment(1, 2, "再见。")

    assert text(transcript(first, second, language="zh")) == "你好。再见。"


def test_openai_format_has_body_and_content_type() -> None:
    document = transcript(HELLO)

    assert answer(document, OpenAIResponseFormat()) == (
        "application/json",
        '{"text":"Hello, world.","usage":{"type":"duration","seconds":4}}',
    )
    assert answer(document, OpenAIResponseFormat(OPENAI_TEXT)) == ("text/plain; charset=utf-8", "Hello, world.\n")
    assert answer(document, OpenAIResponseFormat(SRT)) == ("text/plain; charset=utf-8", srt(document))
    assert answer(document, OpenAIResponseFormat(VTT)) == ("text/plain; charset=utf-8", vtt(document))
    kind, body = answer(document, OpenAIResponseFormat(VERBOSE_JSON, words=True, segments=False))
    assert kind == "application/json"
    assert {"words", "text"} <= json.loads(body).keys()


def test_openai_answers_of_silence_are_empty() -> None:
    assert verbose(transcript())["segments"] == []
    assert json.loads(answer(transcript(), OpenAIResponseFormat())[1])["text"] == ""
    assert answer(transcript(), OpenAIResponseFormat(stream=True))[1].count("data: ") == 1


@pytest.mark.parametrize(
    "response_format",
    [
        OpenAIResponseFormat(),
        OpenAIResponseFormat(SRT),
        OpenAIResponseFormat(OPENAI_TEXT, stream=True),
        OpenAIResponseFormat(VERBOSE_JSON, words=True),
        OpenAIResponseFormat(VERBOSE_JSON, words=True, segments=False),
    ],
)
def test_response_format_fields_round_trip(response_format: OpenAIResponseFormat) -> None:
    query = urlencode(response_format.fields(), doseq=True)
    assert OpenAIResponseFormat.from_fields(parse_qs(query)) == response_format


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"response_format": ["xml"]}, "response_format"),
        ({"timestamp_granularities[]": ["word"]}, "timestamp_granularities[]"),
        (
            {"response_format": ["verbose_json"], "timestamp_granularities[]": ["syllable"]},
            "timestamp_granularities[]",
        ),
        ({"response_format": ["srt"], "stream": ["true"]}, "stream"),
        ({"stream": ["maybe"]}, "stream"),
    ],
)
def test_invalid_response_format_raises_bad_field(fields: dict[str, list[str]], param: str) -> None:
    with pytest.raises(BadField) as refused:
        OpenAIResponseFormat.from_fields(fields)

    assert error_body(refused.value.failure, refused.value.param)["error"]["param"] == param


@each_row(
    ("name", "values", "words", "segments"),
    [
        ("timestamp_granularities[]", ["word", "segment"], True, True),
        ("timestamp_granularities[]", ["word"], True, False),
        ("timestamp_granularities", ["word"], True, False),
        ("timestamp_granularities[0]", ["word"], True, False),
        ("timestamp_granularities[]", ["word,segment"], True, True),
        ("timestamp_granularities[]", ['["word"]'], True, False),
        ("timestamp_granularities[]", [""], False, True),
        ("timestamp_granularities[]", ["", " word "], True, False),
        ("timestamp_granularities[]", [], False, True),
    ],
)
def test_granularities_are_read_as_clients_spell_them(
    name: str, values: list[str], words: bool, segments: bool
) -> None:
    found = OpenAIResponseFormat.from_fields({"response_format": ["verbose_json"], name: values})

    assert (found.words, found.segments) == (words, segments)


def test_segment_granularity_needs_no_verbose_json() -> None:
    assert OpenAIResponseFormat.from_fields({"timestamp_granularities[]": ["segment"]}) == OpenAIResponseFormat()


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", None),
        (401, "invalid_request_error", "invalid_api_key"),
        (413, "invalid_request_error", None),
        (429, "requests", "rate_limit_exceeded"),
        (503, "server_error", None),
    ],
)
def test_openai_error_has_four_members(status: int, kind: str, code: str | None) -> None:
    assert error_body(Failure("X", "A sentence.", status)) == {
        "error": {"message": "A sentence.", "type": kind, "param": None, "code": code}
    }
