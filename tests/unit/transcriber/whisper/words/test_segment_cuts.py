"""Segment cuts: text of speech that was left out comes between the words around it, and no token is lost."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_contract.documents.engine_profile import EngineProfile
from earshot_contract.documents.s3_object import S3Object
from earshot_contract.documents.shard_results import Segment, Word
from earshot_contract.documents.shards import Shard
from transcriber.whisper.decoding.quality_checks import Hypothesis
from transcriber.whisper.outcomes import OutcomeMaker
from transcriber.whisper.shard_state import ShardState
from transcriber.whisper.window import Window
from transcriber.whisper.windows.profile import PROFILES
from transcriber.whisper.words.segment_cuts import SegmentWithWords, first_words, split_at_regions, without_word_before
from transcriber.whisper.words.timestamp_segments import TokenSegment
from transcriber.whisper.words.word_alignment import AlignedWord

START_SECONDS = 10.0  # of the window, in the file
WORD_SECONDS = 0.4
TIMESTAMP_BEGIN = 1000  # token n below it is the word " n"


def window_of(voiced: list[tuple[float, float]]) -> Window:
    stored = S3Object("bucket", "key")
    shard = Shard("job", 0, 1, stored, stored, "base", word_timestamps=True, start=START_SECONDS)
    state: ShardState[Window] = ShardState(shard, Path("a.wav"), (), "en", PROFILES[EngineProfile.ACCURATE])
    mel = np.zeros((80, round(100 * (voiced[-1][1] + 0.5))), np.float32)
    return Window(state, START_SECONDS, mel, tuple(voiced))


def words_in(region: tuple[float, float]) -> list[AlignedWord]:
    """Return words that fill a region, each named by its tenth of a second."""
    count = round((region[1] - region[0]) / WORD_SECONDS)
    starts = [region[0] + WORD_SECONDS * i for i in range(count)]
    return [AlignedWord(f" {round(10 * start)}", 1, start, start + WORD_SECONDS, 0.9) for start in starts]


def decoded(window: Window, segments: list[list[AlignedWord]], *, timestamps: bool) -> list[Window]:
    """Give the window's shard the outcome of a text; return the windows of the speech that it leaves out."""
    model: Any = SimpleNamespace(timestamp_begin=TIMESTAMP_BEGIN, text=lambda tokens: "".join(f" {t}" for t in tokens))
    tokens = [[int(word.text) for word in words] for words in segments]
    # Without a timestamp the text is one segment, which is split after sentences and at long pauses.
    times = [(words[0].start, words[-1].end) for words in segments] if timestamps else [(0.0, window.seconds)]
    if not timestamps:
        tokens, segments = [list(chain(*tokens))], [list(chain(*segments))]
    first = [TIMESTAMP_BEGIN] if timestamps else []
    text = model.text(chain(*tokens))
    hypothesis = Hypothesis([*first, *chain(*tokens)], text, -0.1, 0.1, 1.0, 0.0, len(text), hit_token_limit=False)
    token_segments = [TokenSegment(*time, part) for time, part in zip(times, tokens, strict=True)]
    outcome = OutcomeMaker(model)._outcome(window, hypothesis, token_segments, segments, was_repeated=False)
    window.shard_state.window_done(outcome.segments, outcome.unwritten_speech)
    return outcome.remainders


def fill(part: Window) -> None:
    """Give the shard the words of a window that another one left out."""
    words = [
        Word(word.text.strip(), round(part.start + word.start, 3), round(part.start + word.end, 3), 0.9)
        for region in part.voiced
        for word in words_in(region)
    ]
    part.shard_state.window_done([Segment(words[0].start, words[-1].end, " ".join(w.text for w in words), words)])


@pytest.mark.parametrize("timestamps", [True, False])
def test_left_out_sentence_comes_between_its_neighbours(timestamps: bool) -> None:
    """One segment has the words before it and those behind it."""
    regions = [(0.0, 2.0), (2.4, 6.4), (6.8, 8.8)]
    window = window_of(regions)

    (part,) = decoded(window, [[*words_in(regions[0]), *words_in(regions[2])]], timestamps=timestamps)
    part.shard_state.window_done([Segment(12.4, 16.4, "left out", [Word("left", 12.4, 13, 0.9)])])

    texts = [segment.text for segment in window.shard_state.ordered_segments()]
    assert " ".join(texts) == "0 4 8 12 16 left out 68 72 76 80 84"


@st.composite
def speech_and_text(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[list[AlignedWord]]]:
    """Draw regions of speech, and the words of some of them in segments that may begin and end anywhere."""
    regions, time = [], 0.0
    for count, pause in draw(
        st.lists(st.tuples(st.integers(2, 8), st.sampled_from([0.6, 0.8, 1.6])), min_size=2, max_size=6)
    ):
        regions.append((time, round(time + WORD_SECONDS * count, 3)))
        time = round(regions[-1][1] + pause, 3)
    written = draw(st.lists(st.booleans(), min_size=len(regions), max_size=len(regions)).filter(any))
    words = list(chain(*(words_in(region) for region, is_written in zip(regions, written, strict=True) if is_written)))
    borders = sorted({0, len(words), *draw(st.lists(st.integers(1, len(words)), max_size=3))})
    return regions, [words[first:end] for first, end in pairwise(borders)]


@given(speech_and_text(), st.booleans())
def test_words_are_written_in_the_order_of_their_starts(
    speech: tuple[list[tuple[float, float]], list[list[AlignedWord]]], timestamps: bool
) -> None:
    regions, segments = speech
    expected = [word.text.strip() for region in regions for word in words_in(region)]
    window = window_of(regions)

    for part in decoded(window, segments, timestamps=timestamps):
        fill(part)

    ordered = window.shard_state.ordered_segments()
    words = list(chain(*(segment.words for segment in ordered)))
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert len(words) == len(expected)
    assert " ".join(segment.text for segment in ordered).split() == [word.text for word in words]


def segments_of(*parts: tuple[list[int], list[AlignedWord]]) -> list[SegmentWithWords]:
    return [(TokenSegment(0.0, 9.0, tokens), words) for tokens, words in parts]


@pytest.mark.parametrize("second", [[3, 4, 5], [3, 4, 5, 6]])  # the last token may belong to no word
def test_cuts_leave_a_word_across_a_border_whole(second: list[int]) -> None:
    """The first segment's last word has the second one's first token."""
    before = [AlignedWord(" a", 1, 0.0, 1.0, 0.9), AlignedWord(' b,"', 2, 1.0, 2.0, 0.9)]
    after = [AlignedWord(" c", 1, 2.0, 3.0, 0.9), AlignedWord(" d", 1, 6.0, 7.0, 0.9)]
    segments = segments_of(([1, 2], before), (second, after))

    split = split_at_regions(segments, [(3.5, 5.5)])

    assert [segment.tokens for segment, _ in split] == [[1, 2], [3, 4], second[2:]]
    assert [(segment.start, segment.end) for segment, _ in split[1:]] == [(0.0, 3.5), (5.5, 9.0)]
    assert [segment.tokens for segment, _ in first_words(segments, 3)] == [[1, 2], [3, 4]]


@pytest.mark.parametrize("region", [(0.0, 0.5), (2.5, 3.5), (6.5, 8.0)])
def test_speech_outside_a_segment_does_not_split_it(region: tuple[float, float]) -> None:
    segments = segments_of(
        ([1, 2], [AlignedWord(" a", 1, 1.0, 1.5, 0.9), AlignedWord(" b", 1, 1.5, 2.0, 0.9)]),
        ([3, 4], [AlignedWord(" c", 1, 4.0, 5.0, 0.9), AlignedWord(" d", 1, 5.0, 6.0, 0.9)]),
        ([5], []),
    )
    assert split_at_regions(segments, [region]) == segments


@pytest.mark.parametrize(
    ("first", "start", "expected"),
    [
        (" details", 0.05, ["and", "no"]),
        (" detail", 0.05, ["detail", "and", "no"]),
        (" details", 0.4, ["details", "and", "no"]),
    ],
)
def test_word_before_a_cut_in_speech_is_not_repeated(first: str, start: float, expected: list[str]) -> None:
    words = [AlignedWord(first, 2, start, start + 0.2, 0.2), AlignedWord(" and", 1, 0.7, 0.8, 0.9)]
    words.append(AlignedWord(" no", 1, 0.8, 1.0, 0.9))

    [(segment, kept)] = without_word_before([(TokenSegment(0.0, 1.0, [7, 8, 9, 10]), words)], "Details.")

    assert [word.text.strip() for word in kept] == expected
    assert len(segment.tokens) == sum(word.tokens for word in kept)


@pytest.mark.parametrize(("probability", "expected"), [(0.09, []), (0.9, ["Italy."])], ids=["guessed", "said again"])
def test_word_before_as_the_whole_text(probability: float, expected: list[str]) -> None:
    words = [AlignedWord(" Italy.", 2, 0.0, 0.28, probability)]

    found = without_word_before([(TokenSegment(0.0, 2.9, [7, 8]), words)], "Italy.")

    assert [word.text.strip() for _, kept in found for word in kept] == expected
