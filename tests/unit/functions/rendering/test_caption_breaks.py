"""Captions end where a phrase ends, can be read in the last moment too, and print what looks like markup."""

from __future__ import annotations

import io
from itertools import pairwise

import av
import pytest
from av.subtitles.subtitle import AssSubtitle
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.shard_results import Segment, Word
from functions.rendering import captions
from functions.rendering.phrase_breaks import belongs_to_next
from functions.rendering.srt import srt
from tests.fixtures.results.transcripts import timed_segment, transcript
from tests.fixtures.rows import each_row


def shown(text: str) -> str:
    """Return the text of an SRT file's first cue as FFmpeg's decoder prints it, without markup."""
    with av.open(io.BytesIO(text.encode()), format="srt") as file:
        packet = next(packet for packet in file.demux() if packet.size)
        return " ".join(line.dialogue.decode() for line in packet.decode() if isinstance(line, AssSubtitle))


CODE = ("Write <b> and </b>.", "Use Vec<T> or Map<K, V>.", "if a < b and c > d", "I <3 <i>you</i>.", "<font color=red>")


@each_row(
    ("text", "printed"),
    [*((text, text) for text in CODE), ("Put {b} and {\\an8} here.", "Put ｛b｝ and ｛\\an8｝ here.")],
)
def test_players_print_what_looks_like_markup(text: str, printed: str) -> None:
    assert shown(srt(transcript([timed_segment(text)]))).replace("\u2060", "") == printed


@each_row(
    "text",
    [
        "He went to the shop in the morning and he came back in the evening with the bread and the milk for us all",
        "Wir gehen am Abend ins Kino und danach essen wir noch etwas in der Stadt weil der Film so lange dauert",
        "Nous allons au cinéma ce soir et nous mangerons ensuite dans la ville parce que le film dure des heures",
        "Vamos al cine por la tarde y luego cenamos algo en la ciudad porque la película dura muchas horas seguidas",
    ],
)
def test_no_cue_ends_before_its_phrase(text: str) -> None:
    ends = [cue.lines[-1].split()[-1] for cue in captions.cues(transcript([timed_segment(text, each=0.2)]))]
    assert len(ends) > 1
    assert [word for word in ends if belongs_to_next(word)] == []


@each_row(
    ("text", "first"),
    [
        ("she had to decide about it because of what was said", "she had to decide about it"),
        ("er war der Mann der nie in seinem ganzen Leben etwas sah", "er war der Mann der nie"),
        ("sobrevivió la guerra civil pero posteriormente", "sobrevivió la guerra civil"),
        ("we zullen de uitkomsten op deze weg te reinen afwachten", "we zullen de uitkomsten"),
    ],
)
def test_first_line_ends_before_the_next_phrase(text: str, first: str) -> None:
    (cue,) = captions.cues(transcript([timed_segment(text, each=0.2)]))
    assert cue.lines[0] == first


@each_row(
    ("text", "second"),
    [
        ("they are the immediate predecessors of the true printed book the invention of movable metal letters", "of"),
        ("block books which were the immediate predecessors of the true printed book the invention of letters", "of"),
    ],
)
def test_full_cue_ends_before_the_next_phrase(text: str, second: str) -> None:
    after = captions.cues(transcript([timed_segment(text, each=0.2)]))[1]
    assert after.lines[0].split()[0] == second


@pytest.mark.parametrize("duration", [0.1, 2.0, 60.0])
def test_cues_of_the_last_moment_can_be_read(duration: float) -> None:
    at = duration - 0.1
    answer = Segment(at, duration, "Bye.", [Word("Bye.", at, duration, 0.9)])
    found = captions.cues(transcript([answer], [answer], [answer], duration=duration))
    assert all(cue.end - cue.start >= 0.499 for cue in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert found[-1].end == max(duration, 1.5)


FRENCH = "Tu viens avec nous au cinéma ce soir ? Oui ! « Bien sûr » ; 25 % de plus : 1 € ; ça va ? Très bien ! À 10 € !"


@each_row(("text", "language"), [(FRENCH, "fr"), ("♪ La la ♪ – nein – « doch » ( leise ) 5 %, 3 € .", "de")])
@each_row("pause", [0.05, 0.6, 1.6])
def test_no_line_begins_or_ends_with_a_mark_of_another(text: str, language: str, pause: float) -> None:
    """The words come with every pause between them, and so with every length of cues."""
    segment = timed_segment(text, each=0.3, gap=pause)
    lines = [line for cue in captions.cues(transcript([segment], language=language)) for line in cue.lines]
    assert " ".join(lines) == text
    assert [line for line in lines if line[0] in "?!;:»%€)." or line[-1] in "«("] == []


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.2, 9)), min_size=2, max_size=8))
def test_no_moment_without_caption_is_a_flash(parts: list[tuple[float, float]]) -> None:
    """Sentences with any pauses between them: a caption stays until the next one, or is gone for half a second."""
    source, at = [], 0.0
    for pause, seconds in parts:
        source.append(Segment(at + pause, at + pause + seconds, "We met her there."))
        at += pause + seconds
    found = captions.cues(transcript(source, duration=at + 5))
    for before, after in pairwise(found):
        gap = round(after.start - before.end, 3)
        assert gap == 0 or gap >= 0.499 or after.start - before.start > 7, (before, after)
