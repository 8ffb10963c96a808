"""Which language a shard is in: a vote over its first speech."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

SURE = 0.65  # probability under which a short window's answer is asked again of a longer one
# Frames of that longer one. At half of Whisper's own window the answers are the full one's, for a quarter of its
# time (seen: English taken for Afrikaans with 0.62 at 5 s becomes 0.92 English at 15 s, 0.96 at 30 s).
ASKING = 1500
VOTING = 30.0  # seconds of speech, from the first on, that vote


def vote(rankings: Sequence[Sequence[tuple[str, float]]], seconds: Sequence[float]) -> list[tuple[str, float]]:
    """The mean of windows' `rankings`, each weighted by its length; likeliest first."""
    sums: dict[str, float] = defaultdict(float)
    for ranking, weight in zip(rankings, seconds, strict=True):
        for language, probability in ranking:
            sums[language] += probability * weight
    whole = sum(seconds)
    return sorted(((code, total / whole) for code, total in sums.items()), key=lambda pair: -pair[1])
