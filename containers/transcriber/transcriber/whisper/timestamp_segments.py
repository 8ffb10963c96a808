"""Segments: the model's tokens split at its timestamps, and what it left unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TICK = 0.02  # seconds of one timestamp token
_EDGE = 0.1  # seconds before a window's end in which nothing begins any more
_LEAST_VOICED = 0.6  # seconds of speech that are worth another pass
_LEAST_STEP = 0.5  # seconds that a pass must have got on by: otherwise it would not end
_LEAD = 0.2  # seconds kept before the speech that comes next


@dataclass(frozen=True)
class Piece:
    """Times in seconds from the window's start; `tokens` without timestamps."""

    start: float
    end: float
    tokens: list[int]


def heard(tokens: Sequence[int], timestamps: int, seconds: float) -> list[int]:
    """`tokens` up to the first piece that would begin after the audio's end.

    On a short encoder window the decoder may not find the end and say its sentences again; its own timestamps then
    run past the audio (9 of 10 loops seen). What nobody can have said is cut off there.
    """
    for place in range(1, len(tokens)):
        opens = tokens[place] >= timestamps and tokens[place - 1] >= timestamps
        if opens and (tokens[place] - timestamps) * TICK > seconds - _EDGE:
            return list(tokens[:place])
    return list(tokens)


def unlooped(tokens: Sequence[int], timestamps: int) -> list[int]:
    """`tokens` up to where a run of them begins its third round on end: what every temperature left looping."""
    words = [place for place, token in enumerate(tokens) if token < timestamps]
    texts = [tokens[place] for place in words]
    for begin in range(len(texts)):
        for run in range(1, (len(texts) - begin) // 4 + 1):
            round_ = texts[begin : begin + run]
            if all(texts[begin + n * run : begin + (n + 1) * run] == round_ for n in (1, 2, 3)):
                return list(tokens[: words[begin + 2 * run]])
    return list(tokens)


def split(tokens: Sequence[int], timestamps: int, seconds: float) -> list[Piece]:
    """Pieces between timestamps, in order. `timestamps` is the first timestamp token's id."""
    pieces: list[Piece] = []
    start, end, text = 0.0, None, []  # type: float, float | None, list[int]
    for token in tokens:
        if token < timestamps:
            if end is not None:  # text after a single timestamp: it closed one piece and opens the next
                pieces.append(Piece(start, end, text))
                start, end, text = end, None, []
            text.append(token)
            continue
        moment = min((token - timestamps) * TICK, seconds)
        if not text:
            start = moment
        elif end is None:
            end = moment
        else:
            pieces.append(Piece(start, max(start, end), text))
            start, end, text = moment, None, []
    if text:
        pieces.append(Piece(start, seconds if end is None else max(start, end), text))
    return pieces


def unsaid(
    tokens: Sequence[int], timestamps: int, voiced: Sequence[tuple[float, float]], seconds: float
) -> float | None:
    """Where to go on, in seconds from the window's start, when the model stopped before the speech did.

    `voiced` are the stretches of speech in the window. None: all is said.
    """
    marks = [token for token in tokens if token >= timestamps]
    if not marks or tokens[-1] < timestamps:
        return None
    last = (marks[-1] - timestamps) * TICK
    rest = [(max(start, last), end) for start, end in voiced if end > last]
    if last < _LEAST_STEP or sum(end - start for start, end in rest) < _LEAST_VOICED:
        return None
    return max(last, rest[0][0] - _LEAD) if last < seconds else None
