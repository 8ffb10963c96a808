"""Shard results become one transcript, whatever order they came in."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.shard_results import (
    AudioInfo,
    KnownVoice,
    ModelInfo,
    SectionSpeaker,
    Segment,
    ShardResult,
    ShardSpeakers,
    ShardWarning,
    SpeakerSection,
    SpeakerTurn,
    Word,
)
from functions.jobs.job import Job, Source, SourceKind
from functions.options.options import Options
from functions.rendering.deepgram import listen_response
from functions.transcripts.assembly import assemble
from functions.transcripts.transcript import SpeakerModelInfo, SpeakerName, Transcript


def result(index: int, channel: int | None, text: str, start: float = 0.0, language: str = "en") -> ShardResult:
    return ShardResult(
        job_id="j1",
        index=index,
        channel=channel,
        language=language,
        language_probability=0.9,
        segments=[Segment(start, start + 1.0, text)] if text else [],
        audio=AudioInfo("a" * 64, 60.0, 2, 16000, "flac"),
        model=ModelInfo("base", "b" * 64, True, "int8", "cpu"),
        seconds={"model": 0.25, "total": 0.5},
        engine={"windows": 2, "name": "earshot"},
    )


def assembled(results: list[ShardResult], query: str = "") -> Transcript:
    job = Job("j1", Source(SourceKind.BODY), query, shards=len(results))
    return assemble(job, Options.from_query(query), results)


def test_single_shard_becomes_the_whole_transcript() -> None:
    found = assembled([result(0, None, "Hello.")], "model=whisper")
    assert [(c.index, c.language, [s.text for s in c.segments]) for c in found.channels] == [(0, "en", ["Hello."])]
    assert (found.job_id, found.options, found.model.name) == ("j1", "model=whisper", "base")
    assert found.model_seconds == 0.25
    assert found.warnings == []
    assert Transcript.from_json(found.to_json()) == found


def test_assemble_keeps_channels_separate_and_ordered() -> None:
    found = assembled([result(1, 1, "right"), result(0, 0, "left", language="de")], "multichannel=true")
    assert [(c.index, c.language, c.segments[0].text) for c in found.channels] == [
        (0, "de", "left"),
        (1, "en", "right"),
    ]
    assert found.model_seconds == 0.5
    assert found.engine == {"windows": 4, "name": "earshot"}


def test_assemble_joins_shards_of_channel_in_order() -> None:
    found = assembled([result(1, None, "And longer than before.", 30.0, "de"), result(0, None, "Hm.")])
    assert [s.start for s in found.channels[0].segments] == [0.0, 30.0]
    assert found.channels[0].language == "de"  # where more was said


def speech(part: ShardResult, seconds: float) -> ShardResult:
    return replace(part, engine={**part.engine, "speech": seconds})


def test_language_is_that_of_most_seconds_of_speech() -> None:
    parts = [
        speech(result(0, None, "Ein langer Satz mit vielen, vielen Wörtern.", 0.0, "de"), 20.0),
        speech(result(1, None, "Short.", 30.0, "en"), 300.0),
        speech(result(2, None, "Short, too.", 60.0, "en"), 400.0),
    ]

    (channel,) = assembled(parts).channels

    assert (channel.language, channel.language_probability) == ("en", 0.9)
    assert [segment.language for segment in channel.segments] == ["de", None, None]


def test_segment_in_the_file_s_language_does_not_name_it() -> None:
    german = result(0, None, "Ja.", 0.0, "de")
    german = replace(german, segments=[*german.segments, Segment(2.0, 3.0, "Yes.", language="en")])
    parts = [speech(german, 5.0), speech(result(1, None, "More.", 30.0, "en"), 90.0)]

    assert [segment.language for segment in assembled(parts).channels[0].segments] == ["de", None, None]


def test_audio_is_as_long_and_as_whole_as_its_last_shard_says() -> None:
    head, tail = result(0, None, "a"), result(1, None, "b", 30.0)
    tail = replace(tail, audio=replace(tail.audio, duration=61.5, truncated=True))

    found = assembled([head, tail])

    assert (found.audio.duration, found.audio.truncated) == (61.5, True)
    assert [warning["type"] for warning in found.warnings] == ["truncated"]


WORDS = st.lists(st.tuples(st.floats(0.05, 2), st.booleans()), min_size=1, max_size=40)


@given(WORDS, st.randoms())
def test_words_of_shards_are_the_words_of_the_whole(words: list[tuple[float, bool]], random: Random) -> None:
    """Wherever it is cut between segments: words, utterances and paragraphs are those of the uncut file."""
    at, segments = 0.0, []
    for number, (pause, ends_sentence) in enumerate(words):
        start = round(at + pause, 3)
        at = round(start + 0.3, 3)
        text = f"word{number}" + "." * ends_sentence
        segments.append(Segment(start, at, text, [Word(text, start, at, 0.9)]))
    whole = replace(result(0, None, ""), segments=segments)
    bounds = sorted(random.sample(range(len(segments) + 1), min(3, len(segments))))
    parts = [segments[a:b] for a, b in pairwise([0, *bounds, len(segments)])]
    shards = [replace(result(n, None, ""), segments=part) for n, part in enumerate(parts)]
    random.shuffle(shards)
    query = "utterances=true&paragraphs=true&smart_format=true"

    answers = [listen_response(assembled(found, query), Options.from_query(query)) for found in ([whole], shards)]

    assert answers[0]["results"] == answers[1]["results"]


def test_assemble_silence_has_no_segments() -> None:
    found = assembled([result(0, None, "")])
    assert found.channels[0].segments == []


@pytest.mark.parametrize("present", [[], [0], [1], [0, 0]])
def test_assemble_missing_result_raises(present: list[int]) -> None:
    job = Job("j1", Source(SourceKind.BODY), "", shards=2)
    with pytest.raises(ValueError, match="split into 2 shards"):
        assemble(job, Options.from_query(""), [result(n, n, "x") for n in present])


def test_assemble_adds_audio_warnings() -> None:
    whole = result(0, None, "x")
    cut_off = replace(whole, audio=replace(whole.audio, truncated=True))
    assert [w["type"] for w in assembled([cut_off]).warnings] == ["truncated"]
    assert [w["type"] for w in assembled([whole], "multichannel=true").warnings] == ["unknown_channels"]
    assert [w["parameter"] for w in assembled([whole], "alternatives=3").warnings] == ["alternatives"]


def test_assemble_leaves_out_channels_the_file_has_not() -> None:
    left, right = result(0, 0, "left"), result(1, 1, "")
    assert (
        len(assembled([replace(part, audio=replace(part.audio, channels=2)) for part in (left, right)]).channels) == 2
    )
    mono = assembled([replace(part, audio=replace(part.audio, channels=1)) for part in (left, right)])
    assert [[segment.text for segment in channel.segments] for channel in mono.channels] == [["left"]]


def test_assemble_keeps_each_shard_warning_once() -> None:
    silent, other = (ShardWarning("audio", type, "…") for type in ("silent_track", "undecodable"))
    left = replace(result(0, 0, "x"), warnings=[silent])
    right = replace(result(1, 1, "y"), warnings=[silent, other])
    assert assembled([left, right], "multichannel=true").warnings == [silent.to_dict(), other.to_dict()]


@pytest.mark.parametrize(("query", "warned"), [("multichannel=true", True), ("", False)])
def test_more_channels_are_warned_about_with_multichannel(query: str, warned: bool) -> None:
    part = replace(result(0, None, "x"), warnings=[ShardWarning("multichannel", "more_channels", "…")])
    part = replace(part, audio=replace(part.audio, channels=1))

    assert [entry["type"] for entry in assembled([part], query).warnings] == ["more_channels"] * warned


@pytest.mark.parametrize(("model", "warned"), [("nova-3", True), ("gpt-4o-transcribe", True), ("whisper", False)])
def test_vendor_model_name_warns_with_model_that_ran(model: str, warned: bool) -> None:
    warnings = assembled([result(0, None, "Hello.")], f"model={model}").warnings

    assert [warning["parameter"] for warning in warnings] == ["model"] * warned
    assert all(model in warning["message"] and "base-whisper" in warning["message"] for warning in warnings)


@pytest.mark.parametrize(
    ("query", "warned"),
    [
        ("model=nova-3&version=2024-12-18.12186", ["model", "version"]),
        ("model=nova-3&version=latest", ["model"]),
        ("model=whisper&version=latest", []),
    ],
)
def test_vendor_model_version_warns(query: str, warned: list[str]) -> None:
    warnings = assembled([result(0, None, "Hello.")], query).warnings

    assert [warning["parameter"] for warning in warnings] == warned


def axis(who: int) -> str:
    return base64.b64encode(bytes(127 * (n == who) for n in range(192))).decode()


def speaking(index: int, channel: int | None, *speakers: int) -> ShardResult:
    """A shard in which these speakers of its own talk, each a second; equal numbers have equal voices."""
    own = sorted(set(speakers))
    voices = [axis(who) for who in own]
    times = enumerate(speakers, 10 * index)
    turns = [SpeakerTurn(second, second + 1, own.index(who), 0.9) for second, who in times]
    section = SpeakerSection([SectionSpeaker(1.0, voice) for voice in voices], turns)
    return replace(result(index, channel, "Hm."), speakers=ShardSpeakers("speakers", "c" * 64, [section]))


def test_assemble_numbers_speakers_over_all_shards_of_a_channel() -> None:
    found = assembled([speaking(0, None, 8, 5), speaking(1, None, 5, 3, 8)], "diarize=true")

    assert [turn.speaker for turn in found.channels[0].turns] == [0, 1, 1, 2, 0]
    assert found.speaker_model == SpeakerModelInfo("speakers", "c" * 64)
    assert found.warnings == []


def test_assemble_numbers_speakers_of_each_channel_on_their_own() -> None:
    found = assembled([speaking(0, 0, 5), speaking(1, 1, 5, 3)], "diarize=true&multichannel=true")

    assert [[turn.speaker for turn in channel.turns] for channel in found.channels] == [[0], [0, 1]]


def test_assemble_names_known_speakers_of_each_channel() -> None:
    first = speaking(0, 0, 8, 5)
    assert first.speakers
    voices = [KnownVoice(name, [axis(who)]) for name, who in (("Ann", 5), ("Ben", 3), ("Nobody", 9))]
    first = replace(first, speakers=replace(first.speakers, known=voices))

    found = assembled([first, speaking(1, 1, 3, 5)], "diarize=true&multichannel=true")

    assert found.recognised == [SpeakerName(0, 1, "Ann"), SpeakerName(1, 0, "Ben"), SpeakerName(1, 1, "Ann")]
    assert Transcript.from_json(found.to_json()) == found


def test_assemble_warns_when_a_worker_labels_no_speakers() -> None:
    found = assembled([speaking(0, None, 1), result(1, None, "Hm.")], "diarize=true")

    assert found.speaker_model is None
    assert found.channels[0].turns == []
    assert [warning["parameter"] for warning in found.warnings] == ["diarize"]
