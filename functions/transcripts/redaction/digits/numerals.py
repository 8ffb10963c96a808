"""Numerals: every word that is or contains digits, as a listener would write them down.

Unlike the edit `numerals`, which leaves uncertain words as they were, this reads every word that may be a digit: a
missed digit would be stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import text_to_num

from functions.transcripts.edits.numerals.tokens import Token
from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.words import TranscriptWord

_TIMES = {"double": 2, "triple": 3, "quadruple": 4, "doppel": 2, "double-": 2}
_HAN_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "幺": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, in lower case as `TranscriptWord.normalised` has them."""
    return frozenset(words.split())


_ZEROS = word_set("oh zero nought naught null nul zéro cero")
# Brazilians say "meia", half a dozen, for a 6 in numbers; alone, and after "e", it is a half: "três e meia".
_SIXES = {"pt": "meia"}
_MAX_SIXES = 4  # in a row
AND = word_set("and und et y e en og")
_FOREIGN = 4  # consecutive words that are numbers in another language than the text's


@dataclass(frozen=True)
class Numeral:
    """A number as one or more words.

    Attributes:
        first: Index of its first word.
        last: Index of its last word.
        digits: What it says, ASCII digits only; `text` has what is written around them.
        text: Its words without the punctuation around them.
        is_ordinal: Whether it is a rank ("twelfth"), which is part of dates only.
        is_ambiguous: Whether, alone, it is more often an article ("one", "un").
    """

    first: int
    last: int
    digits: str
    text: str
    is_ordinal: bool = False
    is_ambiguous: bool = False


def find_numerals(words: Sequence[TranscriptWord], languages: Sequence[str]) -> list[Numeral]:
    """Return all numerals in order.

    Args:
        words: Words in order of time.
        languages: Whisper's code for each word. Spoken numbers are read in the languages of the edit `numerals`, and
            in English within any; digits and Han digits in all.
    """
    found: list[Numeral] = []
    languages = _languages_of_numbers(words, languages)
    kinds = [_kind(word.normalised, language) for word, language in zip(words, languages, strict=True)]
    kinds = [_kind_between(kinds, words, languages, at) for at in range(len(words))]
    for (kind, language), group in groupby(range(len(words)), key=lambda at: (kinds[at], languages[at])):
        indices = list(group)
        if kind == "written":
            found += [_written(words[at], at) for at in indices]
        elif kind == "spoken":
            found += _from_number_words(words[indices[0] : indices[-1] + 1], indices[0], language)
    return found


def _kind_between(kinds: Sequence[str], words: Sequence[TranscriptWord], languages: Sequence[str], at: int) -> str:
    """Return a word's kind; an "and" inside one number ("quarante et un", "ochenta y cinco") is `spoken`."""
    if words[at].normalised == _SIXES.get(languages[at]):
        return "spoken" if _has_number_near(kinds, words, at) else ""
    around = kinds[at - 1 : at + 2] if at else []
    if kinds[at] or words[at].normalised not in AND or len(around) < 3 or {around[0], around[2]} != {"spoken"}:
        return kinds[at]
    joined = _numbers(tuple(word.normalised for word in words[at - 1 : at + 2]), languages[at])
    return "spoken" if [(first, last) for first, last, *_ in joined] == [(0, 3)] else ""


def _has_number_near(kinds: Sequence[str], words: Sequence[TranscriptWord], at: int) -> bool:
    """Return whether a number word is beside a word, perhaps behind the same word again: "meia meia um"."""
    before, after = max(0, at - 1), min(at + 1, len(words) - 1)
    while before > max(0, at - _MAX_SIXES) and words[before].normalised == words[at].normalised:
        before -= 1
    while after < min(at + _MAX_SIXES, len(words) - 1) and words[after].normalised == words[at].normalised:
        after += 1
    return "spoken" in (kinds[before], kinds[after])


def _languages_of_numbers(words: Sequence[TranscriptWord], languages: Sequence[str]) -> list[str]:
    """Return the language in which each word is read: its own, or another of which it says a number of some words.

    Callers may speak two languages, and Whisper takes some languages for their neighbours.
    """
    read = [*languages]
    own = {language for language in languages if language in VOCABULARIES}
    for other in ("en",) if own == set(languages) else VOCABULARIES:
        foreign = [
            read[at] == languages[at] != other and _kind(word.normalised, other) == "spoken"
            for at, word in enumerate(words)
        ]
        for is_foreign, group in groupby(range(len(words)), key=lambda at: foreign[at]):
            indices = list(group)
            own_numbers = sum(bool(_kind(words[at].normalised, languages[at])) for at in indices)
            if is_foreign and len(indices) >= _FOREIGN and own_numbers <= len(indices) // 2:
                for at in indices:
                    read[at] = other
    return read


@lru_cache(maxsize=32768)
def _kind(word: str, language: str) -> str:
    """Return `written` for a word with digits in it, `spoken` for a number word, else nothing."""
    if any(letter.isdecimal() or letter in _HAN_DIGITS for letter in word):
        return "written"
    if word in _ZEROS or word in _TIMES or (word == "o" and language == "en"):
        return "spoken" if language in VOCABULARIES else ""
    if language not in VOCABULARIES or not word:
        return ""
    return "spoken" if all(_numbers((part,), language) for part in word.split("-") if part) else ""


def _written(word: TranscriptWord, at: int) -> Numeral:
    letters = [_HAN_DIGITS.get(letter, unicodedata.decimal(letter, None)) for letter in word.normalised]
    digits = "".join(str(letter) for letter in letters if letter is not None)
    # "+" begins a telephone number, but `normalised` has dropped it as punctuation.
    text = "+" * ("+" in word.text) + word.normalised
    return Numeral(at, at, digits, text, is_ordinal=bool(re.fullmatch(r"\d{1,2}(st|nd|rd|th|er|º|ª|\.)", text)))


def _from_number_words(words: Sequence[TranscriptWord], start: int, language: str) -> Iterator[Numeral]:
    """Yield the numerals of adjacent number words: what text2num joins ("twenty seven" → 27), others one by one."""
    parts = [(part, start + at) for at, word in enumerate(words) for part in word.normalised.split("-") if part]
    # "eight hundred, five five five" is no 805: who reads digits aloud pauses where Whisper writes a comma or a stop.
    ends = frozenset(
        at
        for at, (_, word) in enumerate(parts)
        if words[word - start].text[-1] in ",.;:?!…" and word not in (each for _, each in parts[at + 1 : at + 2])
    )
    numbers = {first: (last, digits, ordinal) for first, last, digits, ordinal in _numbers_of(parts, ends, language)}
    ambiguous, times, at = VOCABULARIES[language].ambiguous, 1, 0
    while at < len(parts):
        part, word = parts[at]
        if part in _TIMES:
            times, at = _TIMES[part], at + 1
            continue
        digit = "0" if part in _ZEROS or part == "o" else "6" if part == _SIXES.get(language) else ""
        end, digits, is_ordinal = numbers.get(at, (at + 1, digit, False))
        if digits:
            first = word - (times > 1)
            text = " ".join(text for text, _ in parts[at:end])
            yield Numeral(
                max(first, start),
                parts[end - 1][1],
                digits[:1] * (times - 1) + digits,
                text,
                is_ordinal,
                end == at + 1 and part in ambiguous,
            )
        times, at = 1, end


def _numbers_of(
    parts: Sequence[tuple[str, int]], ends: frozenset[int], language: str
) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the numbers among parts of words; none goes on behind a part whose index is in `ends`."""
    separated = tuple(at in ends for at in range(len(parts))) if ends else ()
    for first, last, text, is_ordinal in _numbers(tuple(part for part, _ in parts), language, separated):
        yield first, last, re.sub(r"\D", "", text), is_ordinal


@lru_cache(maxsize=8192)
def _numbers(
    texts: tuple[str, ...], language: str, separated: tuple[bool, ...] = ()
) -> tuple[tuple[int, int, str, bool], ...]:
    tokens = [Token("o" if text == "oh" and language == "en" else text) for text in texts]
    for token, ends in zip(tokens, separated, strict=False):
        token.ends_phrase = ends
    return tuple((n.start, n.end, n.text, n.is_ordinal) for n in text_to_num.find_numbers(tokens, language, 0.0))
