"""Caption cues keep their limits for any transcript, and break where a reader expects it."""

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

from earshot_contract.documents.shard_results import Segment, Word
from functions.rendering import captions
from functions.rendering.srt import srt
from functions.rendering.text import text as plain_text
from functions.rendering.vtt import vtt
from functions.transcripts.text_boundaries.printed_words import PrintedWord
from functions.transcripts.transcript import Transcript
from tests.fixtures.results.transcripts import timed_segment, transcript

times = st.floats(0, 100, allow_nan=False)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=90)
words = st.builds(Word, texts, times, times, st.just(0.5))
segments = st.builds(Segment, times, times, texts, st.lists(words, max_size=30))


@given(st.lists(st.lists(segments, max_size=4), max_size=3), st.sampled_from(["en", "ja"]))
def test_cues_of_any_transcript_keep_limits(channels: list[list[Segment]], language: str) -> None:
    document = transcript(*channels, language=language)
    found = captions.cues(document)
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(line.strip() and len(line) <= 42 for line in cue.lines), cue
        assert 0 < round(cue.end - cue.start, 3) <= 7.0
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert srt(document).count(" --> ") == len(found)
    assert vtt(document).count(" --> ") == len(found)


@given(st.lists(st.text("abc,.", min_size=1, max_size=42), min_size=1, max_size=60))
def test_cues_have_every_word_once(timed_words: list[str]) -> None:
    found = captions.cues(transcript([timed_segment(" ".join(timed_words))]))
    assert " ".join(line for cue in found for line in cue.lines).split() == timed_words


def test_captions_of_silence_are_empty() -> None:
    assert srt(transcript([])) == ""
    assert vtt(transcript([])) == "WEBVTT\n"
    assert plain_text(transcript([])) == ""
    assert captions.cues(transcript()) == []


def test_srt_and_vtt_have_exact_syntax() -> None:
    document = transcript([timed_segment("Ask not what <b & co. can do", start=3661.5)])
    assert srt(document) == "1\n01:01:01,500 --> 01:01:04,250\nAsk not what <b & co. can do\n"
    assert vtt(document).startswith("WEBVTT\n\n01:01:01.500 --> 01:01:0")
    assert "Ask not what &lt;b &amp; co. can do" in vtt(document)
    blocks = srt(transcript([timed_segment("One two. " * 30)])).split("\n\n")
    assert [block.strip().split("\n")[0] for block in blocks] == [str(n + 1) for n in range(len(blocks))]
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", b.strip().split("\n")[1]) for b in blocks)


Read = list[tuple[float, float, str]]  # start, end, text


def parsed(text: str, form: str) -> Read:
    """Return the cues as FFmpeg's own demuxer reads the file."""
    with av.open(io.BytesIO(text.encode()), format=form) as file:
        return [
            (float(p.pts * p.time_base), float((p.pts + p.duration) * p.time_base), bytes(p).decode().strip())
            for p in file.demux()
            if p.size and p.pts is not None and p.duration is not None
        ]


@pytest.mark.parametrize(("write", "form"), [(srt, "srt"), (vtt, "webvtt")])
@given(
    st.lists(st.lists(st.text("aé,.<&>-", min_size=1, max_size=30), min_size=1, max_size=30), min_size=1, max_size=4)
)
def test_ffmpeg_reads_every_cue_with_its_times(
    write: Callable[[Transcript], str], form: str, timed_words: list[list[str]]
) -> None:
    document = transcript([timed_segment(" ".join(words), start=20.0 * n) for n, words in enumerate(timed_words)])
    found = parsed(write(document), form)
    cues = captions.cues(document)
    assert [(start, end) for start, end, _ in found] == [
        (pytest.approx(cue.start, abs=0.001), pytest.approx(cue.end, abs=0.001)) for cue in cues
    ]
    unescaped = [html.unescape(text) if form == "webvtt" else text.replace("\u2060", "") for _, _, text in found]
    assert [text.splitlines() for text in unescaped] == [list(cue.lines) for cue in cues]


def test_cue_ends_at_sentence_end() -> None:
    text = "This is the first sentence. And this one goes on for longer than two lines can hold, as some do."
    found = captions.cues(transcript([timed_segment(text)]))
    assert found[0].lines == ("This is the first sentence.",)


@pytest.mark.parametrize("name", ["Mr. Smith", "3. Mai", "J. Smith"])
def test_cue_does_not_end_at_an_abbreviation(name: str) -> None:
    text = f"We then went over to the house of {name}, and he let us in at once because it had begun to rain."
    found = captions.cues(transcript([timed_segment(text, each=0.15)]))
    assert found[0].lines[-1].endswith(f"{name.split()[1]},") or name in " ".join(found[0].lines)


def test_cue_without_sentence_end_breaks_at_late_comma() -> None:
    text = "so we walked along the river for an hour or more, talking about the weather and the price of bread"
    found = captions.cues(transcript([timed_segment(text, each=0.2)]))
    assert found[0].lines[-1].endswith("more,")


def test_cue_lines_are_about_equally_long() -> None:
    found = captions.cues(transcript([timed_segment("she had never thought about it that way before", each=0.2)]))
    assert found[0].lines == ("she had never thought", "about it that way before")


def test_last_words_of_a_sentence_are_no_cue_of_their_own() -> None:
    text = "he had practised it again and again with many a danger to his life and limb until he was worn out."
    found = captions.cues(transcript([timed_segment(text, each=0.2)]))
    assert [len(" ".join(cue.lines).split()) for cue in found] == [11, 10]


def test_line_breaks_after_sentence_rather_than_evenly() -> None:
    text = "She saw a cat in the neighbor's house. A pink shell was found on the sandy beach."
    (cue,) = captions.cues(transcript([timed_segment(text, each=0.2)]))
    assert cue.lines[0] == "She saw a cat in the neighbor's house."


def test_pause_ends_cue_and_short_cue_is_extended() -> None:
    found = captions.cues(transcript([timed_segment("Yes."), timed_segment("No.", start=5.0)]))
    assert [(cue.start, cue.end, cue.lines) for cue in found] == [(0.0, 1.0, ("Yes.",)), (5.0, 6.0, ("No.",))]


def test_cues_of_segment_without_words_share_its_time() -> None:
    found = captions.cues(transcript([Segment(0.0, 20.0, "word " * 40)]))
    assert len(found) >= 3
    assert sum(len(line.split()) for cue in found for line in cue.lines) == 40
    assert found[-1].end == pytest.approx(20.0, abs=0.01)


def test_overlapping_channels_become_separate_cues() -> None:
    document = transcript([timed_segment("left left left left")], [timed_segment("right right right right")])
    found = captions.cues(document)
    assert [cue.lines[0].split()[0] for cue in found] == ["left", "right"]
    assert found[0].end == found[1].start


def test_text_names_channel_only_if_several() -> None:
    one = transcript([timed_segment("Hello there."), timed_segment("Later on.", start=10.0)])
    assert plain_text(one) == "Hello there.\nLater on.\n"
    two = transcript([timed_segment("Hello?")], [timed_segment("Yes?", start=4.0)])
    assert plain_text(two) == "[Channel 0] Hello?\n[Channel 1] Yes?\n"


def test_cues_of_several_channels_name_theirs() -> None:
    document = transcript([timed_segment("Hello <there?")], [timed_segment("Yes?", start=0.2)])
    assert re.findall(r"^\[Channel (\d)\] (.+)$", srt(document), re.M) == [("0", "Hello <there?"), ("1", "Yes?")]
    assert re.findall(r"^<v Channel (\d)>(.+)$", vtt(document), re.M) == [("0", "Hello &lt;there?"), ("1", "Yes?")]
    assert "Channel" not in srt(transcript([timed_segment("Hello")]))


@given(st.lists(st.lists(st.tuples(st.floats(0, 20), st.floats(0.01, 3)), max_size=6), min_size=1, max_size=3))
def test_no_cue_is_too_short_to_be_read(channels: list[list[tuple[float, float]]]) -> None:
    document = transcript(*[[Segment(s, s + d, "Yes.", [Word("Yes.", s, s + d, 1)]) for s, d in c] for c in channels])
    found = captions.cues(document)
    assert all(cue.end - cue.start >= 0.499 for cue in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(
    st.lists(
        st.tuples(st.floats(0, 2), st.text("abc ", min_size=1, max_size=60), st.floats(0.1, 3)), min_size=1, max_size=6
    ),
    st.sampled_from(["en", "ja"]),
)
def test_cue_lasts_as_long_as_reading_takes_if_it_can(parts: list[tuple[float, str, float]], language: str) -> None:
    source, at = [], 0.0
    for gap, text, seconds in parts:
        source.append(Segment(at + gap, at + gap + seconds, text))
        at += gap + seconds
    found = captions.cues(transcript(source, language=language))
    ends = [*(cue.start for cue in found[1:]), 60.0]
    for cue, limit in zip(found, ends, strict=False):
        assert cue.end - cue.start >= min(cue.read_seconds, 7.0, limit - cue.start) - 0.002
        assert cue.read_seconds == min(sum(map(len, cue.lines)) / (8 if language == "ja" else 17), 7.0)


def test_interrupted_cue_can_be_read() -> None:
    long = timed_segment("she had never thought about it that way before", each=0.4)
    found = captions.cues(transcript([long], [timed_segment("Yes.", start=1.0)]))
    assert [round(cue.start, 3) for cue in found[:2]] == [0.0, 2.0]
    assert found[0].end == 2.0


def test_short_answer_over_a_long_sentence_takes_a_short_time() -> None:
    long = timed_segment("she had never thought about it that way before", each=0.4)
    found = captions.cues(transcript([long], [timed_segment("Yes.", each=0.3)]))
    assert [(cue.channel, cue.start) for cue in found] == [("Channel 1", 0.0), ("Channel 0", 0.5)]


def test_last_cue_begins_before_the_audio_ends() -> None:
    last = Segment(60.0, 60.0, "Bye.", [Word("Bye.", 60.0, 60.0, 0.9)])
    found = captions.cues(transcript([timed_segment("Hello there."), last], duration=60.0))
    assert [round(cue.end - cue.start, 3) for cue in found] == [1.0, 1.0]


_WORDS = ("a", "the", "meeting", "Donaudampfschiffkapitän", "東京の字幕", "mañana,", "é", "www.example.org/one/two")


@given(
    texts=st.lists(st.tuples(st.sampled_from(_WORDS), st.booleans()), min_size=1, max_size=14),
    columns=st.sampled_from([8, 12, 20, 42]),
)
def test_words_fit_a_cue_where_they_can_be_wrapped(texts: list[tuple[str, bool]], columns: int) -> None:
    words = [PrintedWord(text, 0.0, 1.0, 0.9, text, space) for text, space in texts]

    assert captions._fit(words, columns) == (captions._wrap(words, columns) is not None)
