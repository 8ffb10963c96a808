"""Language detection: a vote of the windows in a shard's first seconds of speech."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

# Below this probability the language is detected again on the encoder output padded with silence to 30 s. Measured on
# 75 clips in four variants each (gain, noise, shift): 52 of 300 are detected again, 7 of them wrongly, none of the
# others. No new encoder run is needed: padded output is right more often than 1,250 encoded frames, for a quarter of
# the time.
MIN_CONFIDENCE = 0.7
# Below this the text may be compared with one in the next language (docs/explanation/fallback.md#language).
UNSURE_PROBABILITY = 0.8
VOTING_SECONDS = 30.0  # of speech, from the shard's first window on


def vote(rankings: Sequence[Sequence[tuple[str, float]]], seconds: Sequence[float]) -> list[tuple[str, float]]:
    """Average the language probabilities of several windows, weighted by their lengths.

    Args:
        rankings: per window, (language code, probability).
        seconds: per window, its length.

    Returns:
        (language code, probability), most probable first.
    """
    sums: dict[str, float] = defaultdict(float)
    for ranking, weight in zip(rankings, seconds, strict=True):
        for language, probability in ranking:
            sums[language] += probability * weight
    whole = sum(seconds)
    return sorted(((code, total / whole) for code, total in sums.items()), key=lambda pair: -pair[1])
