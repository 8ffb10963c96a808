"""Speakers of words: a word takes the speaker whose turns cover most of it, with the confidence of these turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol, TypeVar

from earshot_contract.documents.shard_results import SpeakerTurn

_SECOND_VOICE = 0.5  # weight of a turn where another speaker has the turn
_INSTANT = 0.02  # seconds that a word of no length is taken to last


class HasSpeaker(Protocol):
    """Anything that has a speaker."""

    @property
    def speaker(self) -> int | None:
        """Its speaker's number; None: speakers were not told apart."""


_Word = TypeVar("_Word", bound=HasSpeaker)


@dataclass(frozen=True)
class WordSpeaker:
    """Speaker of a word, numbered from 0 within its channel, and how sure that is (0..1)."""

    number: int
    confidence: float


UNKNOWN_SPEAKER = WordSpeaker(0, 0.0)  # of words without detected speech: music, whispers


def word_speakers(times: Sequence[tuple[float, float]], turns: Sequence[SpeakerTurn]) -> list[WordSpeaker]:
    """Return the speaker of each word.

    A word outside all turns takes the nearest one. Without any turn all words are one speaker's, with confidence 0.

    Args:
        times: start and end of each word, in seconds.
        turns: in order of time.
    """
    if not turns:
        return [UNKNOWN_SPEAKER] * len(times)
    starts = [turn.start for turn in turns]
    ends = list(accumulate((turn.end for turn in turns), max))  # the latest end so far
    return [_word_speaker(start, max(end, start + _INSTANT), turns, starts, ends) for start, end in times]


def speaker_runs(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """Yield the words between two changes of speaker."""
    run: list[_Word] = []
    for word, following in pairwise([*words, None]):
        assert word is not None
        run.append(word)
        if following is None or following.speaker != word.speaker:
            yield run
            run = []


def _word_speaker(
    start: float, end: float, turns: Sequence[SpeakerTurn], starts: list[float], ends: list[float]
) -> WordSpeaker:
    after = bisect_left(starts, end)  # the first turn that begins after the word
    weights: dict[int, float] = {}
    sure: dict[int, float] = {}
    index = after - 1
    while index >= 0 and ends[index] > start:
        turn = turns[index]
        shared = min(end, turn.end) - max(start, turn.start)
        if shared > 0:
            weight = shared * (_SECOND_VOICE if turn.overlap else 1.0)
            weights[turn.speaker] = weights.get(turn.speaker, 0.0) + weight
            sure[turn.speaker] = sure.get(turn.speaker, 0.0) + weight * turn.confidence
        index -= 1
    if weights:
        speaker = max(weights, key=lambda number: weights[number])
        return WordSpeaker(speaker, sure[speaker] / sum(weights.values()))
    middle = (start + end) / 2
    near = turns[max(0, index - 1) : after + 1]
    nearest = min(near, key=lambda turn: (max(turn.start - middle, middle - turn.end), turn.overlap))
    return WordSpeaker(nearest.speaker, nearest.confidence * _SECOND_VOICE)
