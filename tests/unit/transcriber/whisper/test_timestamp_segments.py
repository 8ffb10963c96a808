"""Segments: tokens split at their timestamps; ends that nobody can have said; what was left unsaid."""

from __future__ import annotations

from transcriber.whisper.timestamp_segments import Piece, heard, split, unlooped, unsaid

T = 1000  # the first timestamp


def at(seconds: float) -> int:
    return T + round(seconds / 0.02)


def test_pieces_stand_between_timestamps() -> None:
    tokens = [at(0), 1, 2, at(2.5), at(3), 3, at(5)]

    assert split(tokens, T, 6.0) == [Piece(0.0, 2.5, [1, 2]), Piece(3.0, 5.0, [3])]


def test_text_without_an_end_lasts_to_the_end_of_the_window() -> None:
    assert split([at(1), 1], T, 6.0) == [Piece(1.0, 6.0, [1])]
    assert split([1, 2], T, 6.0) == [Piece(0.0, 6.0, [1, 2])]


def test_a_dangling_start_is_no_piece_and_times_stay_in_the_window() -> None:
    assert split([at(0), 1, at(4), at(4)], T, 6.0) == [Piece(0.0, 4.0, [1])]
    assert split([at(0), 1, at(9)], T, 6.0) == [Piece(0.0, 6.0, [1])]


def test_sentences_said_again_behind_the_end_are_not_heard() -> None:
    looped = [at(0), 1, 2, at(7), at(7), 1, 2, at(13), at(13), 1, 2]

    assert heard(looped, T, 6.3) == [at(0), 1, 2, at(7)]
    assert heard(looped, T, 30.0) == looped


def test_the_rest_of_the_speech_is_left_unsaid() -> None:
    tokens = [at(0), 1, at(4)]

    assert unsaid(tokens, T, [(0.3, 3.9), (5.0, 8.0)], 8.3) == 4.8
    assert unsaid(tokens, T, [(0.3, 4.4)], 5.0) is None  # too little of it
    assert unsaid([at(0), 1, at(0.3)], T, [(0.3, 8.0)], 8.3) is None  # it would not get on
    assert unsaid([at(0), 1], T, [(0.3, 8.0)], 8.3) is None  # the text goes to the end


def test_a_loop_ends_with_its_second_round() -> None:
    assert unlooped([at(0), 7, 1, 2, 1, 2, 1, 2, 1, 2, 1], T) == [at(0), 7, 1, 2, 1, 2]
    assert unlooped([at(0), 7, 1, 2, 1, 2, 8, at(3)], T) == [at(0), 7, 1, 2, 1, 2, 8, at(3)]
    assert unlooped([at(0), 5, 5, 5, at(2), at(2), 5, 5], T) == [at(0), 5, 5]
