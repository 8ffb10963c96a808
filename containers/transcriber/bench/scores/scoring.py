"""Word error rates, and the confidence interval of the difference between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

_ENGLISH, _OTHER = EnglishTextNormalizer(), BasicTextNormalizer()


@dataclass(frozen=True)
class Errors:
    """Word errors of one text."""

    wrong: int  # words substituted, deleted and inserted
    words: int  # of the reference


def normalized(text: str, language: str) -> str:
    """Normalise a text with Whisper's own normaliser: words in lower case without signs, English spelling unified."""
    return str((_ENGLISH if language == "en" else _OTHER)(text))


def errors(reference: str, hypothesis: str, language: str) -> Errors:
    """Count the word errors of `hypothesis`.

    Both texts are normalised by Whisper's own normaliser: spelling, punctuation and case for English, otherwise
    punctuation and case only.
    """
    alignment = jiwer.process_words(normalized(reference, language), normalized(hypothesis, language))
    return Errors(
        alignment.substitutions + alignment.deletions + alignment.insertions,
        alignment.hits + alignment.substitutions + alignment.deletions,
    )


def rate(all_of: Sequence[Errors]) -> float:
    """Return the word error rate over all texts, in per cent."""
    return 100 * sum(e.wrong for e in all_of) / max(1, sum(e.words for e in all_of))


def difference(first: Sequence[Errors], second: Sequence[Errors], draws: int = 2000) -> tuple[float, float, float]:
    """Compare two contestants on the same texts.

    Args:
        first: errors of one contestant.
        second: errors of the other, in the same order.
        draws: bootstrap samples.

    Returns:
        Percentage points by which `first` is worse (negative: better), and the ends of the bootstrap's 95 % interval.
    """
    wrong = np.array([a.wrong - b.wrong for a, b in zip(first, second, strict=True)])
    words = np.array([e.words for e in second])
    samples = np.random.default_rng(0).integers(0, len(words), (draws, len(words)))
    differences = 100 * wrong[samples].sum(1) / words[samples].sum(1)
    low, high = np.percentile(differences, [2.5, 97.5])
    return 100 * float(wrong.sum()) / float(words.sum()), float(low), float(high)
