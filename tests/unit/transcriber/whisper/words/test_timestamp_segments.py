"""Timestamp segments: splitting, text after the end of the audio, repetition, and speech left out."""

from __future__ import annotations

import pytest

from transcriber.whisper.words.timestamp_segments import (
    TokenSegment,
    before_end_of_audio,
    keep_words_whole,
    resume_position,
    split_at_timestamps,
    without_repetition,
)

TIMESTAMP_BEGIN = 1000  # the first timestamp


def timestamp(seconds: float) -> int:
    return TIMESTAMP_BEGIN + round(seconds / 0.02)


def test_split_at_timestamps_returns_closed_segments() -> None:
    tokens = [timestamp(0), 1, 2, timestamp(2.5), timestamp(3), 3, timestamp(5)]

    assert split_at_timestamps(tokens, TIMESTAMP_BEGIN, 6.0) == [
        TokenSegment(0.0, 2.5, [1, 2]),
        TokenSegment(3.0, 5.0, [3]),
    ]


def test_split_without_end_timestamp_ends_at_window_end() -> None:
    assert split_at_timestamps([timestamp(1), 1], TIMESTAMP_BEGIN, 6.0) == [TokenSegment(1.0, 6.0, [1])]
    assert split_at_timestamps([1, 2], TIMESTAMP_BEGIN, 6.0) == [TokenSegment(0.0, 6.0, [1, 2])]


def test_split_ignores_dangling_start_and_clamps_times() -> None:
    assert split_at_timestamps([timestamp(0), 1, timestamp(4), timestamp(4)], TIMESTAMP_BEGIN, 6.0) == [
        TokenSegment(0.0, 4.0, [1])
    ]
    assert split_at_timestamps([timestamp(0), 1, timestamp(9)], TIMESTAMP_BEGIN, 6.0) == [TokenSegment(0.0, 6.0, [1])]


def test_segments_starting_after_end_of_audio_are_removed() -> None:
    repetitive = [timestamp(0), 1, 2, timestamp(7), timestamp(7), 1, 2, timestamp(13), timestamp(13), 1, 2]

    assert before_end_of_audio(repetitive, TIMESTAMP_BEGIN, 6.3) == [timestamp(0), 1, 2, timestamp(7)]
    assert before_end_of_audio(repetitive, TIMESTAMP_BEGIN, 30.0) == repetitive


def test_resume_position_needs_enough_remaining_speech() -> None:
    tokens = [timestamp(0), 1, timestamp(4)]

    assert resume_position(tokens, TIMESTAMP_BEGIN, [(0.3, 3.9), (5.0, 8.0)], 8.3) == 4.8
    assert resume_position(tokens, TIMESTAMP_BEGIN, [(0.3, 4.4)], 5.0) is None  # less than 0.6 s
    assert (
        resume_position([timestamp(0), 1, timestamp(0.3)], TIMESTAMP_BEGIN, [(0.3, 8.0)], 8.3) is None
    )  # it would not advance
    assert (
        resume_position([timestamp(0), 1], TIMESTAMP_BEGIN, [(0.3, 8.0)], 8.3) is None
    )  # no end timestamp: the text goes to the end


def test_without_repetition_keeps_two_rounds() -> None:
    assert without_repetition([timestamp(0), 7, 1, 2, 1, 2, 1, 2, 1, 2, 1], TIMESTAMP_BEGIN) == [
        timestamp(0),
        7,
        1,
        2,
        1,
        2,
    ]
    assert without_repetition([timestamp(0), 7, 1, 2, 1, 2, 8, timestamp(3)], TIMESTAMP_BEGIN) == [
        timestamp(0),
        7,
        1,
        2,
        1,
        2,
        8,
        timestamp(3),
    ]
    assert without_repetition([timestamp(0), 5, 5, 5, timestamp(2), timestamp(2), 5, 5], TIMESTAMP_BEGIN) == [
        timestamp(0),
        5,
        5,
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([" My", " sister"], ["-", "in", "-", "law", " left"], [" My sister-in-law", " left"]),
        ([" It", " costs", " 3"], [".", "50", "."], [" It costs 3.50."]),
        ([" Don"], ["'", "t", " go"], [" Don't", " go"]),
        ([" Yes"], [",", " but"], [" Yes,", " but"]),
        ([" Open"], ["ing", " soon"], [" Opening", " soon"]),
        (["很", "好"], ["，", "但是"], ["很好，", "但是"]),
        (["很", "好"], ["但是"], ["很好", "但是"]),
        (["用", "Open"], ["ai", "的", "很好"], ["用Openai", "的很好"]),
        ([" Hello"], [" there"], [" Hello", " there"]),
        ([" Hello"], ["-", "Yes", "."], [" Hello", "-Yes."]),
        ([" Hello"], ["- ", "yes"], [" Hello", "- yes"]),
        ([" Hello."], ["And", " so"], [" Hello.", "And so"]),
        ([" Hello"], ['"', "yes"], [" Hello", '"yes']),
    ],
)
def test_word_cut_by_timestamp_stays_whole(before: list[str], after: list[str], expected: list[str]) -> None:
    token_texts = [*before, *after]
    first, second = [*range(len(before))], [*range(len(before), len(token_texts))]

    def text(tokens: list[int]) -> str:
        return "".join(token_texts[token] for token in tokens)

    whole = keep_words_whole([TokenSegment(0.0, 2.0, first), TokenSegment(2.0, 5.0, second)], text)

    assert [text(segment.tokens) for segment in whole] == expected
    assert (whole[0].end, whole[-1].end) == (5.0 if len(whole) == 1 else 2.0, 5.0)
