"""Scores of speaker labels: diarization error rate, count of speakers, words with the wrong speaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.recordings.conversations import Turn

_STEPS = 100  # a second


@dataclass(frozen=True)
class SpeakerErrors:
    """Seconds of a recording's speech, by what was found of it."""

    speech: float
    missed: float
    false_alarm: float
    wrong: float

    @property
    def rate(self) -> float:
        """Diarization error rate, as a share."""
        return (self.missed + self.false_alarm + self.wrong) / max(self.speech, 1e-9)


def speaker_errors(truth: Sequence[Turn], found: Sequence[Turn], collar: float = 0.0) -> SpeakerErrors:
    """Compare turns as NIST's md-eval does, overlaps included; names are mapped so that most time is right.

    Args:
        truth: reference turns.
        found: turns to be scored.
        collar: seconds on each side of a reference turn's start and end that are not scored.
    """
    end = int(max((turn.end for turn in [*truth, *found]), default=0.0) * _STEPS) + 1
    reference, hypothesis = _activity(truth, end), _activity(found, end)
    scored = np.ones(end, bool)
    for turn in truth:
        for edge in (turn.start, turn.end):
            scored[max(0, round((edge - collar) * _STEPS)) : round((edge + collar) * _STEPS)] = False
    reference, hypothesis = reference[:, scored], hypothesis[:, scored]
    both = best_mapping(reference.astype(float) @ hypothesis.T.astype(float))
    right = sum((reference[a] & hypothesis[b]).astype(int) for a, b in both) if both else np.zeros(scored.sum(), int)
    talking, claimed = reference.sum(0), hypothesis.sum(0)
    return SpeakerErrors(
        float(talking.sum()) / _STEPS,
        float(np.maximum(0, talking - claimed).sum()) / _STEPS,
        float(np.maximum(0, claimed - talking).sum()) / _STEPS,
        float((np.minimum(talking, claimed) - right).sum()) / _STEPS,
    )


def short_turns_right(truth: Sequence[Turn], found: Sequence[Turn], longest: float = 1.0) -> tuple[int, int]:
    """Return how many short turns have their speaker for half of their time and more, and how many there are.

    Args:
        truth: reference turns.
        found: turns to be scored; names are mapped as in `speaker_errors`.
        longest: seconds of a short turn: "yes", "mhm".
    """
    end = int(max((turn.end for turn in [*truth, *found]), default=0.0) * _STEPS) + 1
    reference, hypothesis = _activity(truth, end), _activity(found, end)
    names = sorted({turn.speaker for turn in truth})
    mapped = {names[a]: b for a, b in best_mapping(reference.astype(float) @ hypothesis.T.astype(float))}
    short = [turn for turn in truth if turn.end - turn.start <= longest]
    spans = [(turn.speaker, round(turn.start * _STEPS), round(turn.end * _STEPS)) for turn in short]
    right = [who in mapped and hypothesis[mapped[who], start:stop].mean() >= 0.5 for who, start, stop in spans]
    return sum(right), len(right)


def best_mapping(table: np.ndarray) -> list[tuple[int, int]]:
    """Return the (row, column) pairs with the greatest sum, each row and column used once.

    By dynamic programming over the sets of rows, so rows, or columns, must be fewer than about 14.
    """
    if table.shape[0] > table.shape[1]:
        return [(row, column) for column, row in best_mapping(table.T)]
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for column in range(table.shape[1]):
        for rows, (total, pairs) in list(best.items()):
            for row in range(table.shape[0]):
                with_row = rows | 1 << row
                value = total + float(table[row, column])
                if not rows >> row & 1 and value > best.get(with_row, (-1.0, []))[0]:
                    best[with_row] = (value, [*pairs, (row, column)])
    return max(best.values(), key=lambda entry: entry[0])[1]


def wrong_words(truth: Sequence[Turn], words: Sequence[tuple[float, float, int]]) -> tuple[int, int]:
    """Return how many words have the wrong speaker, and how many there are.

    Args:
        truth: reference turns; a word's speaker is who talks at its middle, or next to it within 0.3 s. Words
            further away are in no turn, and do not count.
        words: start, end and speaker of each.
    """
    names = sorted({turn.speaker for turn in truth})
    labelled = [(speaker, right) for start, end, speaker in words if (right := _speakers_at(truth, (start + end) / 2))]
    if not labelled:
        return 0, 0
    speakers = sorted({speaker for speaker, _ in labelled})
    table = np.zeros((len(names), len(speakers)))
    for speaker, right in labelled:
        for name in right:
            table[names.index(name), speakers.index(speaker)] += 1
    mapped = {speakers[column]: names[row] for row, column in best_mapping(table)}
    return sum(mapped.get(speaker) not in right for speaker, right in labelled), len(labelled)


def _speakers_at(truth: Sequence[Turn], time: float) -> set[str]:
    distances = [(max(turn.start - time, time - turn.end, 0.0), turn.speaker) for turn in truth]
    nearest = min(distances)[0]
    return {speaker for distance, speaker in distances if distance <= nearest + 1e-9} if nearest <= 0.3 else set()


def _activity(turns: Sequence[Turn], length: int) -> np.ndarray:
    """Return who speaks at each step, shape (speakers, length)."""
    names = sorted({turn.speaker for turn in turns})
    active = np.zeros((len(names), length), bool)
    for turn in turns:
        active[names.index(turn.speaker), round(turn.start * _STEPS) : round(turn.end * _STEPS)] = True
    return active
