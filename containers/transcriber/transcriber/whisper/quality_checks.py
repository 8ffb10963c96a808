"""Guards: is what the model said to be believed, said again with more care, or dropped?

Whisper on a short encoder window, or on what is no speech, repeats itself and invents. Every rule errs towards
doubt: doubt costs one more pass, an invented sentence costs the user.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

MAX_COMPRESSION_RATIO = 2.4  # text that packs better repeats itself (OpenAI's threshold, as are the next two)
MIN_AVG_LOGPROB = -1.0  # mean log-probability of a token under which the model guesses
NO_SPEECH_THRESHOLD = 0.6
TOKEN_LIMIT_PER_SECOND = 9.0  # of speech, and 15 more: what anybody can say; the cap for decoding
TOKEN_LIMIT_BASE = 15
_MAX_TOKENS_PER_SECOND = 11.0  # tokens a second: faster than that is not speech
_MIN_REPEATED_WORDS, _MIN_REPEATED_CHARACTERS = (
    3,
    5,
)  # a run of so many words (or signs, where words are not spaced), said twice on end
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_PUNCTUATION = re.compile(r"[^\w\s']|_")


@dataclass(frozen=True)
class Hypothesis:
    """What the model said of one window."""

    tokens: list[int]  # with timestamps, without the end
    text: str
    avg_logprob: float  # mean, a token
    no_speech_prob: float
    compression_ratio: float
    temperature: float
    text_tokens: int  # tokens of text
    hit_token_limit: bool  # it would have gone on


def compression_ratio(text: str) -> float:
    """How many times smaller zlib makes it; 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def has_repetition(text: str) -> bool:
    """Whether a run of at least three words stands twice on end, as the decoder's loops do."""
    items = _PUNCTUATION.sub("", text.lower()).split()
    min_length = _MIN_REPEATED_WORDS
    if len(items) < 4 and len(text) > 16:
        items, min_length = list(_PUNCTUATION.sub("", text.lower())), _MIN_REPEATED_CHARACTERS
    return any(
        items[i : i + n] == items[i + n : i + 2 * n]
        for n in range(min_length, len(items) // 2 + 1)
        for i in range(len(items) - 2 * n + 1)
    )


def is_plausible(hypothesis: Hypothesis) -> bool:
    """Neither a loop nor signs alone; otherwise the full window is sampled at the next temperature.

    Whisper's own fallback samples for a low probability too, and then takes the likeliest: what the search at
    temperature zero had found before.
    """
    return (
        hypothesis.compression_ratio <= MAX_COMPRESSION_RATIO
        and not hypothesis.hit_token_limit
        and not has_no_words(hypothesis)
    )


def has_no_words(hypothesis: Hypothesis) -> bool:
    """Signs alone, as "♪" or a row of dashes."""
    return bool(hypothesis.text) and not _LETTER_OR_DIGIT.search(hypothesis.text)


def is_plausible_short_window(hypothesis: Hypothesis, seconds: float, *, retried: bool = False) -> bool:
    """Of a short window of `seconds` of audio; otherwise a longer window is asked.

    `guessing`: a low probability alone is let pass, where a longer window was asked already: what mumbles there
    mumbles everywhere.
    """
    fluent = (
        retried or hypothesis.avg_logprob >= MIN_AVG_LOGPROB
    ) and hypothesis.text_tokens <= _MAX_TOKENS_PER_SECOND * max(seconds, 1.0)
    return fluent and is_plausible(hypothesis) and not has_repetition(hypothesis.text)


def best_hypothesis(hypotheses: list[Hypothesis]) -> Hypothesis:
    """The most probable with words; one that loops only when all do."""
    with_words = [hypothesis for hypothesis in hypotheses if _LETTER_OR_DIGIT.search(hypothesis.text)] or hypotheses
    without_repetition = [
        hypothesis
        for hypothesis in with_words
        if hypothesis.compression_ratio <= MAX_COMPRESSION_RATIO and not has_repetition(hypothesis.text)
    ] or with_words
    return max(without_repetition, key=lambda hypothesis: hypothesis.avg_logprob)


def is_silence(hypothesis: Hypothesis) -> bool:
    """Whether the model itself says that nobody spoke."""
    return not _LETTER_OR_DIGIT.search(hypothesis.text) or (
        hypothesis.no_speech_prob > NO_SPEECH_THRESHOLD and hypothesis.avg_logprob < MIN_AVG_LOGPROB
    )


def max_tokens(seconds: float) -> int:
    """Most tokens to decode for `seconds` of audio; 224 is Whisper's own limit."""
    return min(224, int(TOKEN_LIMIT_BASE + TOKEN_LIMIT_PER_SECOND * seconds))
