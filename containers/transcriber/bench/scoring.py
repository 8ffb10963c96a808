"""Word error rates, and how far a difference between two of them can be trusted."""

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
    """Of one text."""

    wrong: int  # words substituted, deleted and inserted
    words: int  # of the reference


def errors(reference: str, heard: str, language: str) -> Errors:
    """By Whisper's own normalizer: English spelling for English, otherwise only signs and case."""
    normal = _ENGLISH if language == "en" else _OTHER
    found = jiwer.process_words(normal(reference), normal(heard))
    return Errors(
        found.substitutions + found.deletions + found.insertions,
        found.hits + found.substitutions + found.deletions,
    )


def rate(all_of: Sequence[Errors]) -> float:
    """Per cent."""
    return 100 * sum(e.wrong for e in all_of) / max(1, sum(e.words for e in all_of))


def difference(ours: Sequence[Errors], theirs: Sequence[Errors], draws: int = 2000) -> tuple[float, float, float]:
    """Points by which ours is worse (negative: better), and the bootstrap's 95 % interval over the texts."""
    wrong = np.array([a.wrong - b.wrong for a, b in zip(ours, theirs, strict=True)])
    words = np.array([e.words for e in theirs])
    picks = np.random.default_rng(0).integers(0, len(words), (draws, len(words)))
    spread = 100 * wrong[picks].sum(1) / words[picks].sum(1)
    low, high = np.percentile(spread, [2.5, 97.5])
    return 100 * float(wrong.sum()) / float(words.sum()), float(low), float(high)
