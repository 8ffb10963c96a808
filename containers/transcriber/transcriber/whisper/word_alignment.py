"""Words: when each was said, from the cross-attention that ctranslate2 aligns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from faster_whisper.tokenizer import Tokenizer

TOKEN_SECONDS = 0.02  # of one step of the encoder's output
_BEFORE, _AFTER = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # signs that belong to the next word, to the one before
_ENDS = ".。!！?？"
_LONGEST_MEDIAN = 0.7  # seconds: where most words are longer than this, the alignment is no measure


@dataclass
class Timed:
    """A word as the model wrote it, with its space; times in seconds from the window's start."""

    text: str
    tokens: int
    start: float
    end: float
    probability: float


def timed(
    tokenizer: Tokenizer,
    tokens: Sequence[int],
    alignments: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
) -> list[Timed]:
    """Words of `tokens` (text only) by ctranslate2's alignment of them."""
    texts, parts = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    if len(parts) < 2:
        return []
    bounds = np.concatenate([[0], np.cumsum([len(part) for part in parts[:-1]])])
    path = np.array(alignments)
    first = np.concatenate([[True], np.diff(path[:, 0]) > 0])
    moments = path[first, 1] * TOKEN_SECONDS
    found = [
        Timed(text, len(part), float(moments[a]), float(moments[b]), float(np.mean(probabilities[a:b])))
        for text, part, a, b in zip(texts, parts, bounds[:-1], bounds[1:], strict=False)
    ]
    _shorten(found)
    return _punctuated(found)


def _shorten(words: list[Timed]) -> None:
    """A word beside the end of a sentence swallows the pause: no longer than twice the median (OpenAI's rule)."""
    lengths = [word.end - word.start for word in words if word.end > word.start]
    if not lengths:
        return
    longest = 2 * min(_LONGEST_MEDIAN, float(np.median(lengths)))
    for before, word in pairwise(words):
        if word.end - word.start > longest:
            if word.text in _ENDS:
                word.end = word.start + longest
            elif before.text in _ENDS:
                word.start = word.end - longest


def _punctuated(words: list[Timed]) -> list[Timed]:
    """Signs join their words."""
    joined: list[Timed] = []
    for word in words:
        if joined and word.text in _AFTER and not joined[-1].text.endswith(" "):
            joined[-1].text += word.text
            joined[-1].tokens += word.tokens
        elif joined and joined[-1].text.startswith(" ") and joined[-1].text.strip() in _BEFORE:
            before = joined.pop()
            joined.append(
                Timed(before.text + word.text, before.tokens + word.tokens, word.start, word.end, word.probability)
            )
        else:
            joined.append(word)
    return joined


def anchored(words: list[Timed], start: float, end: float, voiced: Sequence[tuple[float, float]]) -> None:
    """Hold a piece's outer words to where there is speech, in place: alignment stretches them over pauses."""
    if not words:
        return
    lengths = [word.end - word.start for word in words if word.end > word.start]
    median = min(_LONGEST_MEDIAN, float(np.median(lengths))) if lengths else 0.0
    first, last = words[0], words[-1]
    if first.end - first.start > 2 * median:
        first.start = first.end - 2 * median
    if start < first.end and start - 0.5 > first.start:
        first.start = max(0.0, min(first.end - median, start))
    if end > last.start and end + 0.5 < last.end:
        last.end = max(last.start + median, end)
    for low, high in voiced:
        if low < first.end <= high and first.start < low:
            first.start = low
