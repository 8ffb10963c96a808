"""Guards: is what the model said to be believed, said again with more care, or dropped?

Whisper on a short encoder window, or on what is no speech, repeats itself and invents. Every rule errs towards
doubt: doubt costs one more pass, an invented sentence costs the user.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

COMPRESSION = 2.4  # text that packs better repeats itself (OpenAI's threshold, as are the next two)
LOGPROB = -1.0  # mean log-probability of a token under which the model guesses
NO_SPEECH = 0.6
TOKENS_A_SECOND = 9.0  # of speech, and 15 more: what anybody can say; the cap for decoding
TOKENS_FIXED = 15
_FASTEST = 11.0  # tokens a second: faster than that is not speech
_RUN_WORDS, _RUN_SIGNS = 3, 5  # a run of so many words (or signs, where words are not spaced), said twice on end
_WORD = re.compile(r"[^\W_]")
_NOT_WORDS = re.compile(r"[^\w\s']|_")


@dataclass(frozen=True)
class Hypothesis:
    """What the model said of one window."""

    tokens: list[int]  # with timestamps, without the end
    text: str
    logprob: float  # mean, a token
    no_speech: float
    compression: float
    temperature: float
    spoken: int  # tokens of text
    capped: bool  # it would have gone on


def compression(text: str) -> float:
    """How many times smaller zlib makes it; 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def repeats(text: str) -> bool:
    """Whether a run of at least three words stands twice on end, as the decoder's loops do."""
    items = _NOT_WORDS.sub("", text.lower()).split()
    least = _RUN_WORDS
    if len(items) < 4 and len(text) > 16:
        items, least = list(_NOT_WORDS.sub("", text.lower())), _RUN_SIGNS
    return any(
        items[i : i + n] == items[i + n : i + 2 * n]
        for n in range(least, len(items) // 2 + 1)
        for i in range(len(items) - 2 * n + 1)
    )


def straight(said: Hypothesis) -> bool:
    """Neither a loop nor signs alone; otherwise the full window is sampled at the next temperature.

    Whisper's own fallback samples for a low probability too, and then takes the likeliest: what the search at
    temperature zero had found before.
    """
    return said.compression <= COMPRESSION and not said.capped and not wordless(said)


def wordless(said: Hypothesis) -> bool:
    """Signs alone, as "♪" or a row of dashes."""
    return bool(said.text) and not _WORD.search(said.text)


def safe(said: Hypothesis, seconds: float, *, guessing: bool = False) -> bool:
    """Of a short window of `seconds` of audio; otherwise a longer window is asked.

    `guessing`: a low probability alone is let pass, where a longer window was asked already: what mumbles there
    mumbles everywhere.
    """
    fluent = (guessing or said.logprob >= LOGPROB) and said.spoken <= _FASTEST * max(seconds, 1.0)
    return fluent and straight(said) and not repeats(said.text)


def best(tried: list[Hypothesis]) -> Hypothesis:
    """The most probable with words; one that loops only when all do."""
    worded = [said for said in tried if _WORD.search(said.text)] or tried
    unlooped = [said for said in worded if said.compression <= COMPRESSION and not repeats(said.text)] or worded
    return max(unlooped, key=lambda said: said.logprob)


def silent(said: Hypothesis) -> bool:
    """Whether the model itself says that nobody spoke."""
    return not _WORD.search(said.text) or (said.no_speech > NO_SPEECH and said.logprob < LOGPROB)


def cap(seconds: float) -> int:
    """Most tokens to decode for `seconds` of audio; 224 is Whisper's own limit."""
    return min(224, int(TOKENS_FIXED + TOKENS_A_SECOND * seconds))
