"""Edit `numerals`: write English number words in digits, "nine hundred and twelve" → "912", "twenty first" → "21st"."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from math import fsum

from functions.transcripts.words import TranscriptWord

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEEN = "seventeen eighteen nineteen"
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: number for number, word in enumerate(f"{_SMALL} {_TEEN}".split())}
_TENS = {word: 20 + 10 * number for number, word in enumerate(_ROUND.split())}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_IRREGULAR = {
    "first": "one",
    "second": "two",
    "third": "three",
    "fifth": "five",
    "eighth": "eight",
    "ninth": "nine",
    "twelfth": "twelve",
}
# Alone, these are a pronoun, an adverb or a moment more often than a number.
_AMBIGUOUS_ALONE = frozenset({"one", "first", "second", "third"})
_STOPS = ",;:.?!…"


def write_numerals(words: list[TranscriptWord]) -> list[TranscriptWord]:
    """Return the words with each number as one word in digits, which lasts as long as the words it replaces."""
    result: list[TranscriptWord] = []
    at = 0
    while at < len(words):
        length, digits = _parse_number(words, at)
        if length == 0 or (length == 1 and words[at].normalised in _AMBIGUOUS_ALONE):
            result.append(words[at])
            at += 1
            continue
        result.append(_merge(words[at : at + length], digits))
        at += length
    return result


def _parse_number(words: list[TranscriptWord], at: int) -> tuple[int, str]:
    """Return how many words from index `at` on are one number, and its digits; (0, "") if there is none."""
    number = _NumberParser()
    length = 0
    for offset, word in enumerate(words[at:], 1):
        parts = word.normalised.split("-")
        if parts == ["and"]:
            # "hundred and five" is one number, "five and six" are two.
            if not number.after_hundred:
                break
            number.pending_and = True
            continue
        extended = copy(number)
        if not all(extended.accept(part) for part in parts):
            break
        number, length = extended, offset
        if number.ordinal or word.text[-1:] in _STOPS:
            break
    return (length, number.digits()) if length else (0, "")


class _NumberParser:
    """Number made of the words accepted so far."""

    def __init__(self) -> None:
        self.total = self.group = 0  # up to the last scale word, and since then
        self.smallest_scale = 10**15
        self.limit = 10**3  # the next word must be smaller: "twenty five", not "five twenty"
        self.ordinal = self.pending_and = self.after_hundred = self.has_words = False

    def accept(self, word: str) -> bool:
        """Append a word; return False, and change nothing, if it does not continue the number."""
        if self.ordinal:
            return False
        cardinal = _cardinal(word)
        if not self._add(cardinal or word):
            return False
        self.ordinal = cardinal is not None
        self.pending_and = False
        self.has_words = True
        return True

    def _add(self, word: str) -> bool:
        if word in _ONES or word in _TENS:
            value = _ONES.get(word, _TENS.get(word, 0))
            if value >= self.limit or (value == 0 and self.has_words):
                return False
            self.group += value
            # After "twenty" only one to nine, after anything else nothing.
            self.limit = 10 if word in _TENS else 0
            self.after_hundred = False
            return True
        if word == "hundred" and 0 < self.group < 100 and not self.pending_and:
            self.group *= 100
            self.limit, self.after_hundred = 100, True
            return True
        if word in _SCALES and self.group and _SCALES[word] < self.smallest_scale and not self.pending_and:
            self.total += self.group * _SCALES[word]
            self.group, self.smallest_scale = 0, _SCALES[word]
            self.limit, self.after_hundred = 10**3, True
            return True
        return False

    def digits(self) -> str:
        """Return the number in digits, an ordinal with its suffix."""
        number = self.total + self.group
        return f"{number}{_suffix(number)}" if self.ordinal else str(number)


def _cardinal(word: str) -> str | None:
    """Return the cardinal of an ordinal ("fifth" → "five"), None for any other word."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ieth"):
        word, ending = word.removesuffix("ieth") + "y", True
    else:
        ending = word.endswith("th")
        word = word.removesuffix("th")
    known = word in _ONES or word in _TENS or word in _SCALES or word == "hundred"
    return word if ending and known else None


def _suffix(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _merge(words: list[TranscriptWord], digits: str) -> TranscriptWord:
    first, last = words[0].text, words[-1].text
    before = first[: len(first) - len(first.lstrip("\"'“‘¿([{"))]
    after = last[len(last.rstrip("\"'”’)]}" + _STOPS)) :]
    return replace(
        words[0],
        text=f"{before}{digits}{after}",
        normalised=digits,
        end=words[-1].end,
        confidence=fsum(word.confidence for word in words) / len(words),
    )
