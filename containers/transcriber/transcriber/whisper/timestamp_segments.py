"""Segments: the model's tokens split at its timestamps, and what it left unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TIMESTAMP_SECONDS = 0.02  # seconds of one timestamp token
_END_MARGIN_SECONDS = 0.1  # seconds before a window's end in which nothing begins any more
_MIN_REMAINING_SPEECH_SECONDS = 0.6  # seconds of speech that are worth another pass
_MIN_ADVANCE_SECONDS = 0.5  # seconds that a pass must have got on by: otherwise it would not end
_RESUME_MARGIN_SECONDS = 0.2  # seconds kept before the speech that comes next


@dataclass(frozen=True)
class TokenSegment:
    """Times in seconds from the window's start; `tokens` without timestamps."""

    start: float
    end: float
    tokens: list[int]


def before_end_of_audio(tokens: Sequence[int], timestamp_begin: int, seconds: float) -> list[int]:
    """`tokens` up to the first piece that would begin after the audio's end.

    On a short encoder window the decoder may not find the end and say its sentences again; its own timestamps then
    run past the audio (9 of 10 loops seen). What nobody can have said is cut off there.
    """
    for position in range(1, len(tokens)):
        starts_segment = tokens[position] >= timestamp_begin and tokens[position - 1] >= timestamp_begin
        if starts_segment and (tokens[position] - timestamp_begin) * TIMESTAMP_SECONDS > seconds - _END_MARGIN_SECONDS:
            return list(tokens[:position])
    return list(tokens)


def without_repetition(tokens: Sequence[int], timestamp_begin: int) -> list[int]:
    """`tokens` up to where a run of them begins its third round on end: what every temperature left looping."""
    text_positions = [position for position, token in enumerate(tokens) if token < timestamp_begin]
    text = [tokens[position] for position in text_positions]
    for first in range(len(text)):
        for length in range(1, (len(text) - first) // 4 + 1):
            sequence = text[first : first + length]
            if all(text[first + n * length : first + (n + 1) * length] == sequence for n in (1, 2, 3)):
                return list(tokens[: text_positions[first + 2 * length]])
    return list(tokens)


def split_at_timestamps(tokens: Sequence[int], timestamp_begin: int, seconds: float) -> list[TokenSegment]:
    """Pieces between timestamps, in order. `timestamps` is the first timestamp token's id."""
    segments: list[TokenSegment] = []
    start, end, text = 0.0, None, []  # type: float, float | None, list[int]
    for token in tokens:
        if token < timestamp_begin:
            if end is not None:  # text after a single timestamp: it closed one piece and opens the next
                segments.append(TokenSegment(start, end, text))
                start, end, text = end, None, []
            text.append(token)
            continue
        time = min((token - timestamp_begin) * TIMESTAMP_SECONDS, seconds)
        if not text:
            start = time
        elif end is None:
            end = time
        else:
            segments.append(TokenSegment(start, max(start, end), text))
            start, end, text = time, None, []
    if text:
        segments.append(TokenSegment(start, seconds if end is None else max(start, end), text))
    return segments


def resume_position(
    tokens: Sequence[int], timestamp_begin: int, voiced: Sequence[tuple[float, float]], seconds: float
) -> float | None:
    """Where to go on, in seconds from the window's start, when the model stopped before the speech did.

    `voiced` are the stretches of speech in the window. None: all is said.
    """
    timestamps = [token for token in tokens if token >= timestamp_begin]
    if not timestamps or tokens[-1] < timestamp_begin:
        return None
    last = (timestamps[-1] - timestamp_begin) * TIMESTAMP_SECONDS
    remaining = [(max(start, last), end) for start, end in voiced if end > last]
    if last < _MIN_ADVANCE_SECONDS or sum(end - start for start, end in remaining) < _MIN_REMAINING_SPEECH_SECONDS:
        return None
    return max(last, remaining[0][0] - _RESUME_MARGIN_SECONDS) if last < seconds else None
