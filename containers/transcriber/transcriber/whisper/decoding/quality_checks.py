"""Checks on a hypothesis: accept it, decode the window again, or drop it as silence.

Whisper on a short encoder window, or on audio without speech, repeats itself and hallucinates. Every rule errs
towards rejection: a needless rejection costs one more model call, an invented sentence costs the user.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

# OpenAI's thresholds. A text that zlib compresses better than the first repeats itself; a mean log-probability of a
# token below the second means guessing; above the third the model sees no speech.
MAX_COMPRESSION_RATIO = 2.4
MIN_AVG_LOGPROB = -1.0
NO_SPEECH_THRESHOLD = 0.6
# Below half a second of speech "Thank you." has a mean log-probability of -0.7 to -1.0, a real "yes" of -0.4 and more.
_SHORT_SPEECH_SECONDS, MIN_AVG_LOGPROB_SHORT = 0.5, -0.5
# Audio cut out of a window begins inside speech, where the model sees less of it: a sentence said again for 12 s
# had 0.68 for no speech and a mean log-probability of -0.3. A short phrase is as probable where nothing is said.
_LONG_SPEECH_SECONDS = 3.0
# Speech decoded in its own language was 0.35 to 1.3 more probable than in another (log-probability of a token), but
# a short sentence that Whisper translates is as probable: where detection is sure of the rival, it may have a bit less.
_MIN_RIVAL_ADVANTAGE, _MIN_SURE_RIVAL_ADVANTAGE = 0.1, -0.1
_SURE_PROBABILITY = 0.95
# A text that is more probable than this was in the right language, however unsure detection was.
_MIN_RIGHT_LANGUAGE_LOGPROB = -0.3
# A text of fewer tokens says little about its language ("next" was more probable as Hindi). Instead of a loop, which
# another attempt may mend, the runner-up's text needs the second: in a wrong language it had -0.9, in the right -0.5.
_MIN_COMPARED_TOKENS, _MIN_LOGPROB_INSTEAD_OF_LOOP = 3, -0.7
# Token limit for decoding: 15 tokens and 9 more a second, faster than anyone speaks.
TOKEN_LIMIT_PER_SECOND = 9.0
TOKEN_LIMIT_BASE = 15
_MAX_TOKENS_PER_SECOND = 11.0  # text tokens: a faster hypothesis is not speech
# Shortest repeated sequence that counts as repetition: in words, or in characters for scripts without spaces.
_MIN_REPEATED_WORDS, _MIN_REPEATED_CHARACTERS = 3, 5
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_PUNCTUATION = re.compile(r"[^\w\s']|_")


@dataclass(frozen=True)
class Hypothesis:
    """The model's decoding of one window.

    Attributes:
        tokens: text and timestamp tokens, without the end-of-text token.
        text: decoded and stripped.
        avg_logprob: mean log-probability of a token.
        no_speech_prob: probability of the no-speech token.
        compression_ratio: UTF-8 bytes of the text divided by their zlib size.
        temperature: 0 for beam search.
        text_tokens: number of tokens without timestamps.
        hit_token_limit: decoding ended at the token limit, not at an end-of-text token.
    """

    tokens: list[int]
    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    temperature: float
    text_tokens: int
    hit_token_limit: bool


def compression_ratio(text: str) -> float:
    """Compute UTF-8 bytes divided by their zlib size; 0 for an empty text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def has_repetition(text: str) -> bool:
    """Return whether a sequence of at least three words (five characters without spaces) is followed by itself.

    Two words count when they stand three times in a row: people say "thank you, thank you".
    """
    items = _PUNCTUATION.sub("", text.lower()).split()
    min_length = _MIN_REPEATED_WORDS
    if len(items) < 4 and len(text) > 16:
        items, min_length = list(_PUNCTUATION.sub("", text.lower())), _MIN_REPEATED_CHARACTERS
    pairs_repeat = min_length == _MIN_REPEATED_WORDS and any(
        items[i : i + 2] == items[i + 2 : i + 4] == items[i + 4 : i + 6] for i in range(len(items) - 5)
    )
    return pairs_repeat or any(
        items[i : i + n] == items[i + n : i + 2 * n]
        for n in range(min_length, len(items) // 2 + 1)
        for i in range(len(items) - 2 * n + 1)
    )


def is_plausible(hypothesis: Hypothesis) -> bool:
    """Return True unless the text repeats, hit the token limit, or has no letters or digits.

    The rule for full windows. OpenAI's fallback also samples for a low probability and takes the most probable
    sample, which is what beam search had found before; so a low probability is accepted here.
    """
    return (
        hypothesis.compression_ratio <= MAX_COMPRESSION_RATIO
        and not hypothesis.hit_token_limit
        and not has_no_words(hypothesis)
    )


def is_plausible_attempt(hypothesis: Hypothesis, temperature: float) -> bool:
    """Return whether the hypothesis of a full window is accepted.

    Args:
        hypothesis: the hypothesis.
        temperature: temperature of the attempt, 0 for beam search. Beam search may repeat what was said twice, unless
            it guesses. A sample is decoded because beam search failed, mostly in a loop, and one that repeats itself
            is that loop, cut short.
    """
    guesses = bool(temperature) or hypothesis.avg_logprob < MIN_AVG_LOGPROB
    return is_plausible(hypothesis) and not (guesses and has_repetition(hypothesis.text))


def has_no_words(hypothesis: Hypothesis) -> bool:
    """Return whether the text is punctuation only, such as "♪" or a row of dashes."""
    return bool(hypothesis.text) and not _LETTER_OR_DIGIT.search(hypothesis.text)


def is_plausible_short_window(hypothesis: Hypothesis, seconds: float, *, retried: bool = False) -> bool:
    """Return whether the hypothesis of a window with fewer frames than Whisper's own is accepted.

    Args:
        hypothesis: the hypothesis.
        seconds: audio in the window.
        retried: the window was already decoded with more frames. Then a low log-probability alone is accepted: more
            frames did not improve such windows.
    """
    fluent = (
        retried or hypothesis.avg_logprob >= MIN_AVG_LOGPROB
    ) and hypothesis.text_tokens <= _MAX_TOKENS_PER_SECOND * max(seconds, 1.0)
    return fluent and is_plausible(hypothesis) and not has_repetition(hypothesis.text)


def best_hypothesis(hypotheses: list[Hypothesis]) -> Hypothesis:
    """Return the most probable hypothesis with words; one with repetition only if all others repeat, too."""
    with_words = [hypothesis for hypothesis in hypotheses if _LETTER_OR_DIGIT.search(hypothesis.text)] or hypotheses
    without_repetition = [
        hypothesis
        for hypothesis in with_words
        if hypothesis.compression_ratio <= MAX_COMPRESSION_RATIO and not has_repetition(hypothesis.text)
    ] or with_words
    return max(without_repetition, key=lambda hypothesis: hypothesis.avg_logprob)


def may_be_in_wrong_language(hypothesis: Hypothesis) -> bool:
    """Return whether a text, whose language was detected with doubt, is worth comparing with another language's."""
    return (
        not is_plausible(hypothesis)
        or hypothesis.avg_logprob < _MIN_RIGHT_LANGUAGE_LOGPROB
        or has_repetition(hypothesis.text)
    )


def is_better_in_rival_language(hypothesis: Hypothesis, rival: Hypothesis, probability: float) -> bool:
    """Return whether the rival hypothesis wins against the one in the shard's language.

    A loop is probable in any language: where one of the two is a loop, their probabilities say nothing.

    Args:
        hypothesis: in the shard's language.
        rival: the hypothesis of the same window in another language.
        probability: probability of that language, by detection on this window alone; 0 where it was not asked.
    """
    if is_plausible(rival) != is_plausible(hypothesis):
        return is_plausible(rival) and rival.avg_logprob >= MIN_AVG_LOGPROB
    advantage = _MIN_SURE_RIVAL_ADVANTAGE if probability >= _SURE_PROBABILITY else _MIN_RIVAL_ADVANTAGE
    return rival.avg_logprob > hypothesis.avg_logprob + advantage


def is_better_in_runner_up_language(hypothesis: Hypothesis, runner_up: Hypothesis) -> bool:
    """Return whether the hypothesis in the runner-up's language wins against the one in the detected language."""
    if min(hypothesis.text_tokens, runner_up.text_tokens) < _MIN_COMPARED_TOKENS:
        return False
    if not is_plausible(hypothesis) and runner_up.avg_logprob < _MIN_LOGPROB_INSTEAD_OF_LOOP:
        return False
    return is_better_in_rival_language(hypothesis, runner_up, 0.0)


def is_rejected_for_repetition(hypothesis: Hypothesis) -> bool:
    """Return whether nothing but repetition speaks against the text: it may have been said so."""
    return (
        not hypothesis.hit_token_limit and hypothesis.avg_logprob >= MIN_AVG_LOGPROB and has_repetition(hypothesis.text)
    )


def is_silence(hypothesis: Hypothesis, voiced_seconds: float, *, doubtful: bool = False) -> bool:
    """Return whether the text has no words, or the model sees no speech and guesses.

    Args:
        hypothesis: the hypothesis.
        voiced_seconds: speech in its window; in less than half a second the model has little to go by.
        doubtful: the model left this speech out when it saw more of the audio.
    """
    short = doubtful or voiced_seconds < _SHORT_SPEECH_SECONDS
    min_logprob = MIN_AVG_LOGPROB_SHORT if short else MIN_AVG_LOGPROB
    no_speech = hypothesis.no_speech_prob > NO_SPEECH_THRESHOLD
    no_long_speech = no_speech and voiced_seconds < _LONG_SPEECH_SECONDS
    return (
        not _LETTER_OR_DIGIT.search(hypothesis.text)
        or (no_speech and hypothesis.avg_logprob < min_logprob)
        or (doubtful and (no_long_speech or hypothesis.avg_logprob < MIN_AVG_LOGPROB or not is_plausible(hypothesis)))
    )


def max_tokens(seconds: float) -> int:
    """Compute the token limit for `seconds` of audio; at most 224, Whisper's own limit."""
    return min(224, int(TOKEN_LIMIT_BASE + TOKEN_LIMIT_PER_SECOND * seconds))
