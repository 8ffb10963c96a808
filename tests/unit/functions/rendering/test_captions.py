"""Captions keep the rules whatever the model said, and read as a person would break them."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.shards import AudioInfo, ModelInfo, Segment, Word
from functions.rendering import captions
from functions.transcripts.transcript import Channel, Transcript


def transcript(*channels: list[Segment], language: str = "en", task: str = "transcribe") -> Transcript:
    return Transcript(
        job_id="j",
        created="2026-11-22T12:00:00.000Z",
        options="",
        task=task,
        audio=AudioInfo("0" * 64, 60.0, len(channels), 16000, "pcm_s16le"),
        model=ModelInfo("base", "0" * 64, True, "int8", "cpu"),
        channels=[Channel(n, language, 1.0, segments) for n, segments in enumerate(channels)],
        model_seconds=0.1,
    )


def spoken(text: str, start: float = 0.0, each: float = 0.3, gap: float = 0.05) -> Segment:
    words, at = [], start
    for token in text.split():
        words.append(Word(token, at, at + each, 0.9))
        at += each + gap
    return Segment(start, at - gap, text, words)


times = st.floats(0, 100, allow_nan=False)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=90)
words = st.builds(Word, texts, times, times, st.just(0.5))
segments = st.builds(Segment, times, times, texts, st.lists(words, max_size=30))


@given(st.lists(st.lists(segments, max_size=4), max_size=3), st.sampled_from(["en", "ja"]))
def test_whatever_was_said_every_caption_keeps_the_rules(channels: list[list[Segment]], language: str) -> None:
    document = transcript(*channels, language=language)
    found = captions.cues(document)
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(line.strip() and len(line) <= 42 for line in cue.lines), cue
        assert 0 < round(cue.end - cue.start, 3) <= 7.0
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert captions.srt(document).count(" --> ") == len(found)
    assert captions.vtt(document).count(" --> ") == len(found)


@given(st.lists(st.text("abc,.", min_size=1, max_size=42), min_size=1, max_size=60))
def test_no_word_is_lost_or_doubled(said: list[str]) -> None:
    found = captions.cues(transcript([spoken(" ".join(said))]))
    assert " ".join(line for cue in found for line in cue.lines).split() == said


def test_silence_has_no_captions() -> None:
    assert captions.srt(transcript([])) == ""
    assert captions.vtt(transcript([])) == "WEBVTT\n"
    assert captions.txt(transcript([])) == ""
    assert captions.cues(transcript()) == []


def test_srt_and_vtt_are_spelt_as_players_read_them() -> None:
    document = transcript([spoken("Ask not what <b> & co. can do", start=3661.5)])
    assert captions.srt(document) == "1\n01:01:01,500 --> 01:01:04,250\nAsk not what <b> & co. can do\n"
    assert captions.vtt(document).startswith("WEBVTT\n\n01:01:01.500 --> 01:01:0")
    assert "Ask not what &lt;b&gt; &amp; co. can do" in captions.vtt(document)
    blocks = captions.srt(transcript([spoken("One two. " * 30)])).split("\n\n")
    assert [block.strip().split("\n")[0] for block in blocks] == [str(n + 1) for n in range(len(blocks))]
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", b.strip().split("\n")[1]) for b in blocks)


Read = list[tuple[float, float, str]]  # start, end, text


def parsed(text: str, form: str) -> Read:
    """As FFmpeg's own demuxer reads the file."""
    with av.open(io.BytesIO(text.encode()), format=form) as file:
        return [
            (float(p.pts * p.time_base), float((p.pts + p.duration) * p.time_base), bytes(p).decode().strip())
            for p in file.demux()
            if p.size and p.pts is not None and p.duration is not None
        ]


@pytest.mark.parametrize(("write", "form"), [(captions.srt, "srt"), (captions.vtt, "webvtt")])
@given(
    st.lists(st.lists(st.text("aé,.<&>-", min_size=1, max_size=30), min_size=1, max_size=30), min_size=1, max_size=4)
)
def test_a_real_parser_reads_every_caption_with_its_times(
    write: Callable[[Transcript], str], form: str, said: list[list[str]]
) -> None:
    document = transcript([spoken(" ".join(words), start=20.0 * n) for n, words in enumerate(said)])
    found = parsed(write(document), form)
    cues = captions.cues(document)
    assert [(start, end) for start, end, _ in found] == [
        (pytest.approx(cue.start, abs=0.001), pytest.approx(cue.end, abs=0.001)) for cue in cues
    ]
    unescaped = [html.unescape(text) if form == "webvtt" else text for _, _, text in found]
    assert [text.splitlines() for text in unescaped] == [list(cue.lines) for cue in cues]


def test_a_caption_ends_with_its_sentence() -> None:
    text = "This is the first sentence. And this one goes on for longer than two lines can hold, as some do."
    found = captions.cues(transcript([spoken(text)]))
    assert found[0].lines == ("This is the first sentence.",)


def test_without_a_sentence_end_a_comma_in_the_second_half_breaks() -> None:
    text = "so we walked along the river for an hour or more, talking about the weather and the price of bread"
    found = captions.cues(transcript([spoken(text, each=0.2)]))
    assert found[0].lines[-1].endswith("more,")


def test_two_lines_are_about_even() -> None:
    found = captions.cues(transcript([spoken("she had never thought about it that way before", each=0.2)]))
    assert found[0].lines == ("she had never thought", "about it that way before")


def test_a_pause_ends_a_caption_and_the_short_one_stays_readable() -> None:
    found = captions.cues(transcript([spoken("Yes."), spoken("No.", start=5.0)]))
    assert [(cue.start, cue.end, cue.lines) for cue in found] == [(0.0, 1.0, ("Yes.",)), (5.0, 6.0, ("No.",))]


def test_languages_without_spaces_are_joined_and_counted_in_columns() -> None:
    text = "これはとても長い文章なので一行には収まりませんから二つに分けて表示することになります"
    segment = Segment(0.0, 6.0, text, [Word(c, n * 0.1, n * 0.1 + 0.1, 0.9) for n, c in enumerate(text)])
    found = captions.cues(transcript([segment], language="ja"))
    assert "".join(line for cue in found for line in cue.lines) == text
    assert all(len(line) <= 21 for cue in found for line in cue.lines)


def test_a_translation_has_spaces_whatever_was_spoken() -> None:
    document = transcript([spoken("Good morning")], language="ja", task="translate")
    assert captions.txt(document) == "Good morning\n"


def test_segments_without_word_times_share_their_segments_time() -> None:
    found = captions.cues(transcript([Segment(0.0, 20.0, "word " * 40)]))
    assert len(found) >= 3
    assert sum(len(line.split()) for cue in found for line in cue.lines) == 40
    assert found[-1].end == pytest.approx(20.0, abs=0.01)


def test_people_who_speak_at_once_take_turns() -> None:
    document = transcript([spoken("left left left left")], [spoken("right right right right")])
    found = captions.cues(document)
    assert [cue.lines[0].split()[0] for cue in found] == ["left", "right"]
    assert found[0].end == found[1].start


def test_text_says_the_channel_only_where_there_are_several() -> None:
    one = transcript([spoken("Hello there."), spoken("Later on.", start=10.0)])
    assert captions.txt(one) == "Hello there.\nLater on.\n"
    two = transcript([spoken("Hello?")], [spoken("Yes?", start=4.0)])
    assert captions.txt(two) == "[channel 0] Hello?\n[channel 1] Yes?\n"
