"""Word alignment: word times from the cross-attention that ctranslate2 aligns with the tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from faster_whisper.tokenizer import Tokenizer

from transcriber.whisper.windows.log_mel import FRAMES_PER_SECOND, FRAMES_PER_STEP

ENCODER_STEP_SECONDS = FRAMES_PER_STEP / FRAMES_PER_SECOND  # one step of the encoder's output
_PREPEND_PUNCTUATION = "\"'“¿([{-"  # joins the word after it
_APPEND_PUNCTUATION = "\"'.。,，!！?？:：”)]}、"  # joins the word before it
SENTENCE_ENDS = ".。!！?？"
MIN_WORD_SECONDS = 0.04  # two steps of the encoder's output; the alignment gives some words none
_DIGIT_LETTERS = 4  # letters of a digit when it is read aloud
_FIRST_SYLLABLE, _SYLLABLE_LETTERS = "\u3040", 3  # from Kana on (Chinese, Korean) a character is a syllable or more
# Upper limit of the median word length that the rules below use: above it the alignment itself is unreliable.
_MAX_MEDIAN_SECONDS = 0.7


@dataclass
class AlignedWord:
    """A word with its times.

    Attributes:
        text: as the model wrote it, with its leading space.
        tokens: number of tokens.
        start: seconds from the window's start.
        end: seconds from the window's start.
        probability: mean of the tokens' probabilities.
    """

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
    """Group aligned tokens into words.

    Args:
        tokenizer: tokenizer of the language, which decides whether words end at spaces.
        tokens: text tokens.
        alignments: (token index, encoder step) pairs from ctranslate2.
        probabilities: probabilities of the tokens.

    Returns:
        Words in order, with punctuation attached.
    """
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
    _limit_words_at_sentence_ends(words)
    return _attach_punctuation(words)


def _limit_words_at_sentence_ends(words: list[AlignedWord]) -> None:
    """Limit words next to the end of a sentence to twice the median length, in place (OpenAI's rule).

    The alignment adds the pause between two sentences to such words.
    """
    lengths = [word.end - word.start for word in words if word.end > word.start]
    if not lengths:
        return
    max_seconds = 2 * min(_MAX_MEDIAN_SECONDS, float(np.median(lengths)))
    for previous, word in pairwise(words):
        if word.end - word.start > max_seconds:
            if word.text in SENTENCE_ENDS:
                word.end = word.start + max_seconds
            elif previous.text in SENTENCE_ENDS:
                word.start = word.end - max_seconds


def _attach_punctuation(words: list[AlignedWord]) -> list[AlignedWord]:
    """Join punctuation to the word before or after it."""
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
    """Limit a segment's first and last word to the speech, in place: the alignment stretches them over pauses.

    Args:
        words: words of one segment.
        start: the segment's start by its timestamp token, in seconds from the window's start.
        end: its end, likewise.
        voiced: (start, end) of the regions of speech in the window, likewise.
    """
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


def give_length(words: list[AlignedWord], limit: float) -> None:
    """Give each word at least `MIN_WORD_SECONDS`, in place, at the cost of the words after it; words do not overlap.

    Args:
        words: words of one segment, in order.
        limit: end of the window's audio, in seconds from its start; the last words move before it.
    """
    earliest = 0.0
    for word in words:
        word.start = max(word.start, earliest)
        word.end = max(word.end, word.start + MIN_WORD_SECONDS)
        earliest = word.start + MIN_WORD_SECONDS
    latest = limit
    for word in reversed(words):
        word.end = min(word.end, latest)
        word.start = latest = max(0.0, min(word.start, word.end - MIN_WORD_SECONDS))


def letters_of(text: str) -> int:
    """Count the letters of a text as long as they take to be said: those of most alphabets take the same time."""
    return sum(_letters_of_character(character) for character in text)


def _letters_of_character(character: str) -> int:
    if character.isdigit():
        return _DIGIT_LETTERS
    if not character.isalpha():
        return 0
    return _SYLLABLE_LETTERS if character >= _FIRST_SYLLABLE else 1


def words_by_segment(words: list[AlignedWord], sizes: Sequence[int]) -> list[list[AlignedWord]]:
    """Distribute words over segments of `sizes` tokens; a word across a border belongs to the first."""
    by_segment: list[list[AlignedWord]] = [[] for _ in sizes]
    position, remaining_tokens = 0, sizes[0] if sizes else 0
    for word in words:
        while remaining_tokens <= 0 and position + 1 < len(sizes):
            position += 1
            remaining_tokens += sizes[position]
        by_segment[position].append(word)
        remaining_tokens -= word.tokens
    return by_segment


def alignment_groups(speech: Sequence[tuple[str, str]], device: str) -> list[list[int]]:
    """Group windows for alignment: on a GPU by language and task; on a CPU one by one.

    On a CPU a batch of alignments is slower (measured: 31 ms a window, 18 alone).

    Args:
        speech: language and task of each window.
        device: "cuda" or "cpu".

    Returns:
        Indices of windows.
    """
    if device != "cuda":
        return [[position] for position in range(len(speech))]
    groups: dict[tuple[str, str], list[int]] = {}
    for position, of_window in enumerate(speech):
        groups.setdefault(of_window, []).append(position)
    return list(groups.values())
