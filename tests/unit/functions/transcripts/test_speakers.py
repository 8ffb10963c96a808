"""Speakers of words, and how every format shows them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from earshot_contract.documents.shard_results import SpeakerTurn
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.rendering.openai import diarized_json, speaker_letters
from functions.rendering.openai_response_format import BadField, OpenAIResponseFormat
from functions.rendering.srt import srt
from functions.rendering.text import text
from functions.rendering.vtt import vtt
from functions.transcripts.corrections import Corrections, correct
from functions.transcripts.edit import edit
from functions.transcripts.speakers import word_speakers
from functions.transcripts.transcript import Channel, SpeakerModelInfo, SpeakerName, Transcript
from tests.fixtures.results.transcripts import SHA, segment, timed_words, transcript
from tests.fixtures.rows import each_row

TURNS = [
    SpeakerTurn(0.0, 2.0, 0, 0.9),
    SpeakerTurn(2.0, 4.0, 1, 0.8),
    SpeakerTurn(6.0, 8.0, 0, 0.7),
    SpeakerTurn(7.5, 8.0, 1, 0.6, overlap=True),
]
ALL = "punctuate=true&paragraphs=true&utterances=true&diarize=true"


@each_row(
    ("start", "end", "speaker"),
    [
        (0.5, 1.0, 0),
        (1.8, 2.1, 0),  # most of it
        (1.9, 2.4, 1),
        (4.2, 4.4, 1),  # in no turn: the nearest
        (5.6, 5.8, 0),
        (7.6, 7.9, 0),  # two at once: the speaker who has the turn
        (2.0, 2.0, 1),  # no length
        (9.0, 9.5, 0),  # after all turns
    ],
)
def test_word_takes_speaker_that_covers_most_of_it(start: float, end: float, speaker: int) -> None:
    assert word_speakers([(start, end)], TURNS)[0].number == speaker


def test_confidence_is_that_of_the_turns() -> None:
    inside, across, outside = word_speakers([(0.5, 1.0), (1.6, 2.1), (4.2, 4.4)], TURNS)

    assert inside.confidence == pytest.approx(0.9)
    assert across.confidence == pytest.approx(0.9 * 0.8)
    assert outside.confidence == pytest.approx(0.4)


def test_words_without_any_turn_are_one_speakers() -> None:
    assert [(w.number, w.confidence) for w in word_speakers([(0, 1), (5, 6)], [])] == [(0, 0.0), (0, 0.0)]


def dialogue(*channels: str) -> Transcript:
    """Words of half a second, and turns of two seconds: four words each."""
    made = transcript(*([segment(timed_words(words))] for words in channels or ["Who are you? I am Bob. Fine, Bob."]))
    return Transcript(
        **{
            **vars(made),
            "speaker_model": SpeakerModelInfo("speakers", SHA),
            "channels": [
                Channel(c.index, c.language, c.language_probability, c.segments, turns) for c in made.channels
                for turns in [[SpeakerTurn(0, 1.5, 0, 0.9), SpeakerTurn(1.5, 3, 1, 0.8), SpeakerTurn(3, 5, 0, 0.7)]]
            ],
        }
    )  # fmt: skip


def answer(query: str = ALL, *channels: str) -> dict[str, Any]:
    options = Options.from_query(query)
    return listen_response(edit(dialogue(*channels), options), options)


def test_words_have_speakers_in_deepgrams_shape() -> None:
    words = answer("diarize=true")["results"]["channels"][0]["alternatives"][0]["words"]

    assert [word["speaker"] for word in words] == [0, 0, 0, 1, 1, 1, 0, 0]
    assert words[3]["speaker_confidence"] == 0.8


def test_paragraphs_and_utterances_end_where_speakers_change() -> None:
    results = answer()["results"]
    paragraphs = results["channels"][0]["alternatives"][0]["paragraphs"]

    assert paragraphs["transcript"] == "\nSpeaker 0: Who are you?\n\nSpeaker 1: I am Bob.\n\nSpeaker 0: Fine, Bob."
    assert [paragraph["speaker"] for paragraph in paragraphs["paragraphs"]] == [0, 1, 0]
    assert [u["speaker"] for u in results["utterances"]] == [0, 1, 0]
    assert [u["transcript"] for u in results["utterances"]] == ["Who are you?", "I am Bob.", "Fine, Bob."]


def test_metadata_names_the_model_of_the_speakers() -> None:
    info = answer()["metadata"]["diarize_info"]

    assert info["arch"] == "speakers"
    assert len(info["model_uuid"]) == 36


def test_answer_without_speakers_has_no_speaker_anywhere() -> None:
    options = Options.from_query(ALL)
    plain = listen_response(transcript([segment(timed_words("Who are you?"))]), options)

    assert "speaker" not in json.dumps(plain).lower()
    assert "diarize_info" not in plain["metadata"]


def test_edited_words_keep_their_speakers() -> None:
    words = answer("diarize=true&replace=bob:Robert+Smith")["results"]["channels"][0]["alternatives"][0]["words"]

    assert [(word["word"], word["speaker"]) for word in words[5:]] == [
        ("Robert", 1),
        ("Smith", 1),
        ("fine", 0),
        ("Robert", 0),
        ("Smith", 0),
    ]


def test_captions_and_text_name_speakers() -> None:
    assert "<v Speaker 0>Who are you?" in vtt(dialogue())
    assert "<v Speaker 1>I am Bob." in vtt(dialogue())
    assert [line for line in srt(dialogue()).splitlines() if line.startswith("- ")] == [
        "- Who are you?",
        "- I am Bob.",
        "- Fine, Bob.",
    ]
    assert text(dialogue()) == "Speaker 0: Who are you?\nSpeaker 1: I am Bob.\nSpeaker 0: Fine, Bob.\n"


def test_srt_names_who_has_a_name_and_keeps_lines_short() -> None:
    named = correct(dialogue(" ".join(["word"] * 60)), Corrections(speakers=[SpeakerName(0, 0, "Elinor Marianne")]))
    lines = srt(named).splitlines()

    assert [line for line in lines if "word" in line and not line.startswith("word")] == [
        "Elinor Marianne: word word word",
        "- word word word",  # a speaker without a name
        "Elinor Marianne: word word word word word",
    ]
    assert max(map(len, lines)) <= 42


def test_dash_stands_only_where_another_speaker_begins() -> None:
    long = " ".join(["word"] * 60)  # 30 s: several cues of speaker 0 after the last turn

    assert srt(dialogue(long)).count("\n- ") == 3


def test_speakers_of_channels_are_their_own() -> None:
    two = dialogue("Who are you? I am Bob.", "Left or right? Right, I think.")

    assert "<v Channel 1, Speaker 1>" in vtt(two)
    assert "[Channel 1] - " in srt(two)
    assert "[Channel 1] Speaker 1: " in text(two)
    channels = answer(ALL, "Who are you? I am Bob.", "Left or right? Right, I think.")["results"]["channels"]
    assert [{w["speaker"] for w in c["alternatives"][0]["words"]} for c in channels] == [{0, 1}, {0, 1}]


def test_diarized_json_has_openais_segments() -> None:
    document = json.loads(diarized_json(dialogue()))

    assert [(s["speaker"], s["text"]) for s in document["segments"]] == [
        ("A", "Who are you?"),
        ("B", "I am Bob."),
        ("A", "Fine, Bob."),
    ]
    assert {s["type"] for s in document["segments"]} == {"transcript.text.segment"}
    assert document["text"] == "Who are you? I am Bob. Fine, Bob."
    assert document["duration"] == 60.0


def test_diarized_stream_has_openais_events() -> None:
    """The last event has the whole text, and each delta names the segment that follows it."""
    form = OpenAIResponseFormat.from_fields({"response_format": ["diarized_json"], "stream": ["true"]})
    kind, body = form.render(dialogue(), Options())

    *events, done = [json.loads(block.removeprefix("data: ")) for block in body.removesuffix("\n\n").split("\n\n")]
    deltas, segments = events[::2], events[1::2]
    assert kind.startswith("text/event-stream")
    assert segments == json.loads(diarized_json(dialogue()))["segments"]
    assert [delta["segment_id"] for delta in deltas] == [segment["id"] for segment in segments]
    assert "".join(delta["delta"] for delta in deltas) == done["text"] == "Who are you? I am Bob. Fine, Bob."
    assert [event["type"] for event in (*deltas, done)] == ["transcript.text.delta"] * 3 + ["transcript.text.done"]


@pytest.mark.parametrize(
    ("recognised", "corrected", "labels"),
    [
        ({0: "Ann"}, {}, ["Ann", "A", "Ann"]),
        ({1: "Bob"}, {}, ["A", "Bob", "A"]),
        ({0: "Ann"}, {0: "Anna"}, ["Anna", "A", "Anna"]),
        ({}, {0: "Ann"}, ["Ann", "B", "Ann"]),  # a correction leaves the others' letters as they were
    ],
)
def test_names_reach_every_format(recognised: dict[int, str], corrected: dict[int, str], labels: list[str]) -> None:
    named = replace(dialogue(), recognised=[SpeakerName(0, *pair) for pair in recognised.items()])
    named = correct(named, Corrections(speakers=[SpeakerName(0, *pair) for pair in corrected.items()]))

    called = {0: "Speaker 0", 1: "Speaker 1", **recognised, **corrected}
    alternative = listen_response(named, Options.from_query(ALL))["results"]["channels"][0]["alternatives"][0]
    assert [s["speaker"] for s in json.loads(diarized_json(named))["segments"]] == labels
    for shown in (text(named).splitlines(), alternative["paragraphs"]["transcript"].strip().split("\n\n")):
        assert [line.partition(":")[0] for line in shown] == [called[0], called[1], called[0]]
    assert all(f"<v {name}>" in vtt(named) for name in called.values())
    begins = [f"{name}: " if number in recognised | corrected else "- " for number, name in called.items()]
    turns = [line for line in srt(named).splitlines() if re.match(r"- |\w+: ", line)]
    assert [re.split(r"(?<=[-:] )", line)[0] for line in turns] == [begins[0], begins[1], begins[0]]


@pytest.mark.parametrize("stream", ["false", "true"])
def test_diarized_json_of_a_job_without_speakers_is_refused(stream: str) -> None:
    form = OpenAIResponseFormat.from_fields({"response_format": ["diarized_json"], "stream": [stream]})

    with pytest.raises(BadField, match="no speakers"):
        form.render(transcript([]), Options())
    assert form.render(dialogue(), Options())[0].startswith(("application/json", "text/event-stream"))


def test_letters_go_on_after_z() -> None:
    assert [speaker_letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def test_stored_transcript_keeps_speakers_apart_from_text() -> None:
    stored = json.loads(dialogue().to_json())["channels"][0]

    assert "speaker" not in json.dumps(stored["segments"])
    assert [turn["speaker"] for turn in stored["turns"]] == [0, 1, 0]
    assert Transcript.from_json(dialogue().to_json()) == dialogue()
