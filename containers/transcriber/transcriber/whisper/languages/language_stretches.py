"""Language stretches: which parts of a window are spoken in another language than the shard's.

Each stretch between two pauses has its own ranking of languages, and its neighbours have a say: a change must explain
more than it costs. Whisper is sometimes sure of a wrong language for a second or two, seldom for longer. What an
assignment says is tried by texts: each part is decoded in the shard's language, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from transcriber.whisper.languages.language_detection import vote

MIN_STRETCH_SECONDS = 1.5  # speech in a stretch; shorter ones are joined to their nearest neighbour
_MIN_PROBABILITY = 1e-3  # below this a ranking says nothing
_CANDIDATE_PROBABILITY = 0.5  # a language is considered if one stretch has at least this
# In log-probability: a change must be e¹·⁵ = 4.5 times as likely, a window wholly in another language e²·⁵ = 12 times.
_CHANGE_COST, _OTHER_WINDOW_COST = 1.5, 2.5
_FULL_WEIGHT_SECONDS, _MAX_WEIGHT = 4.0, 2.0  # a stretch of 4 s counts once, of 8 s and more twice

Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Part:
    """Neighbouring stretches of one language.

    Attributes:
        start: seconds, of the first one's speech.
        end: seconds, of the last one's.
        language: code.
        ranking: (language code, probability) by detection on them alone, most probable first.
    """

    start: float
    end: float
    language: str
    ranking: Ranking


def stretches_of(voiced: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join regions of speech to stretches of at least 1.5 s, in seconds like `voiced`; the shortest pauses go first."""
    stretches = list(voiced)
    while len(stretches) > 1:
        # A short stretch is joined over the shorter of the pauses beside it.
        pauses = [
            (after[0] - before[1], i)
            for i, (before, after) in enumerate(pairwise(stretches))
            if min(_seconds(before), _seconds(after)) < MIN_STRETCH_SECONDS
        ]
        if not pauses:
            break
        _, i = min(pauses)
        stretches[i : i + 2] = [(stretches[i][0], stretches[i + 1][1])]
    return stretches


def assign(rankings: Sequence[Ranking], seconds: Sequence[float], main: str, allowed: Sequence[str] = ()) -> list[str]:
    """Assign a language to each stretch: the most likely sequence (Viterbi).

    A sequence pays for each change, and more if no stretch of it is in the shard's language.

    Args:
        rankings: per stretch, (language code, probability).
        seconds: per stretch, its length.
        main: the shard's language.
        allowed: language codes; empty means all.

    Returns:
        One language code for each stretch.
    """
    found = {code for ranking in rankings for code, p in ranking if p >= _CANDIDATE_PROBABILITY}
    candidates = [main, *sorted(code for code in found - {main} if not allowed or code in allowed)]
    scores = dict.fromkeys(candidates, 0.0)
    paths: dict[str, list[str]] = {code: [] for code in candidates}
    for number, (ranking, length) in enumerate(zip(rankings, seconds, strict=True)):
        probabilities = dict(ranking)
        weight = min(_MAX_WEIGHT, length / _FULL_WEIGHT_SECONDS)
        best = max(candidates, key=lambda code: scores[code])
        previous, previous_paths = dict(scores), dict(paths)
        for code in candidates:
            changes = number > 0 and previous[best] - _CHANGE_COST > previous[code]
            before = best if changes else code
            evidence = math.log(max(_MIN_PROBABILITY, probabilities.get(code, 0.0)))
            scores[code] = previous[before] - (_CHANGE_COST if changes else 0.0) + weight * evidence
            paths[code] = [*previous_paths[before], code]
    return paths[max(candidates, key=lambda code: scores[code] - _OTHER_WINDOW_COST * (main not in paths[code]))]


def joined(
    stretches: Sequence[tuple[float, float]], languages: Sequence[str], rankings: Sequence[Ranking]
) -> list[Part]:
    """Join neighbouring stretches of one language; their rankings are averaged."""
    parts: list[Part] = []
    for language, group in groupby(zip(languages, stretches, rankings, strict=True), key=itemgetter(0)):
        _, spans, ranked = zip(*group, strict=True)
        ranking = vote(ranked, [_seconds(span) for span in spans])
        parts.append(Part(spans[0][0], spans[-1][1], language, ranking))
    return parts


def _seconds(stretch: tuple[float, float]) -> float:
    return stretch[1] - stretch[0]
