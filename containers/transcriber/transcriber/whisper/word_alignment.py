"""Words: when each was said, from the cross-attention that ctranslate2 aligns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from faster_whisper.tokenizer import Tokenizer

ENCODER_STEP_SECONDS = 0.02  # of one step of the encoder's output
_PREPEND_PUNCTUATION, _APPEND_PUNCTUATION = (
    "\"'“¿([{-",
    "\"'.。,，!！?？:：”)]}、",
)  # signs that belong to the next word, to the one before
_SENTENCE_ENDS = ".。!！?？"
_MAX_MEDIAN_SECONDS = 0.7  # seconds: where most words are longer than this, the alignment is no measure


@dataclass
class AlignedWord:
    """A word as the model wrote it, with its space; times in seconds from the window's start."""

    text: str
    tokens: int
    start: float
    end: float
    probability: float


def align_words(
    tokenizer: Tokenizer,
    tokens: Sequence[int],
    alignments: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
) -> list[AlignedWord]:
    """Words of `tokens` (text only) by ctranslate2's alignment of them."""
    texts, token_groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    if len(token_groups) < 2:
        return []
    bounds = np.concatenate([[0], np.cumsum([len(part) for part in token_groups[:-1]])])
    path = np.array(alignments)
    first = np.concatenate([[True], np.diff(path[:, 0]) > 0])
    times = path[first, 1] * ENCODER_STEP_SECONDS
    words = [
        AlignedWord(text, len(part), float(times[a]), float(times[b]), float(np.mean(probabilities[a:b])))
        for text, part, a, b in zip(texts, token_groups, bounds[:-1], bounds[1:], strict=False)
    ]
    _shorten(words)
    return _attach_punctuation(words)


def _shorten(words: list[AlignedWord]) -> None:
    """A word beside the end of a sentence swallows the pause: no longer than twice the median (OpenAI's rule)."""
    lengths = [word.end - word.start for word in words if word.end > word.start]
    if not lengths:
        return
    max_seconds = 2 * min(_MAX_MEDIAN_SECONDS, float(np.median(lengths)))
    for previous, word in pairwise(words):
        if word.end - word.start > max_seconds:
            if word.text in _SENTENCE_ENDS:
                word.end = word.start + max_seconds
            elif previous.text in _SENTENCE_ENDS:
                word.start = word.end - max_seconds


def _attach_punctuation(words: list[AlignedWord]) -> list[AlignedWord]:
    """Signs join their words."""
    merged: list[AlignedWord] = []
    for word in words:
        if merged and word.text in _APPEND_PUNCTUATION and not merged[-1].text.endswith(" "):
            merged[-1].text += word.text
            merged[-1].tokens += word.tokens
        elif merged and merged[-1].text.startswith(" ") and merged[-1].text.strip() in _PREPEND_PUNCTUATION:
            previous = merged.pop()
            merged.append(
                AlignedWord(
                    previous.text + word.text, previous.tokens + word.tokens, word.start, word.end, word.probability
                )
            )
        else:
            merged.append(word)
    return merged


def clamp_to_speech(words: list[AlignedWord], start: float, end: float, voiced: Sequence[tuple[float, float]]) -> None:
    """Hold a piece's outer words to where there is speech, in place: alignment stretches them over pauses."""
    if not words:
        return
    lengths = [word.end - word.start for word in words if word.end > word.start]
    median = min(_MAX_MEDIAN_SECONDS, float(np.median(lengths))) if lengths else 0.0
    first, last = words[0], words[-1]
    if first.end - first.start > 2 * median:
        first.start = first.end - 2 * median
    if start < first.end and start - 0.5 > first.start:
        first.start = max(0.0, min(first.end - median, start))
    if end > last.start and end + 0.5 < last.end:
        last.end = max(last.start + median, end)
    for voiced_start, voiced_end in voiced:
        if voiced_start < first.end <= voiced_end and first.start < voiced_start:
            first.start = voiced_start
