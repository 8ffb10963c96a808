"""Spoken English numbers as digits: "nine hundred and twelve" → "912", "twenty first" → "21st"."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from statistics import fmean

from functions.transcripts.words import Spoken

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
# Alone they are a pronoun, an adverb or a moment more often than a number.
_LONE = frozenset({"one", "first", "second", "third"})
_STOPS = ",;:.?!…"


def with_digits(words: list[Spoken]) -> list[Spoken]:
    """Runs of number words, each as one word in digits that lasts as long as the run."""
    result: list[Spoken] = []
    at = 0
    while at < len(words):
        length, digits = _number(words, at)
        if length == 0 or (length == 1 and words[at].bare in _LONE):
            result.append(words[at])
            at += 1
            continue
        result.append(_merged(words[at : at + length], digits))
        at += length
    return result


def _number(words: list[Spoken], at: int) -> tuple[int, str]:
    """How many words from `at` on are one number, and its digits; (0, "") for none."""
    reading = _Reading()
    length = 0
    for offset, word in enumerate(words[at:], 1):
        parts = word.bare.split("-")
        if parts == ["and"]:
            # "hundred and five" is one number, "five and six" are two.
            if not reading.after_hundred:
                break
            reading.pending_and = True
            continue
        further = copy(reading)
        if not all(further.take(part) for part in parts):
            break
        reading, length = further, offset
        if reading.ordinal or word.text[-1:] in _STOPS:
            break
    return (length, reading.digits()) if length else (0, "")


class _Reading:
    """A number as far as it has been read."""

    def __init__(self) -> None:
        self.total = self.group = 0  # what is before the last scale, and what came after it
        self.smallest_scale = 10**15
        self.room = 10**3  # the next word must be smaller than this: "twenty five", not "five twenty"
        self.ordinal = self.pending_and = self.after_hundred = self.any = False

    def take(self, word: str) -> bool:
        """Whether `word` goes on with the number; unchanged when it does not."""
        if self.ordinal:
            return False
        cardinal = _cardinal(word)
        if not self._add(cardinal or word):
            return False
        self.ordinal = cardinal is not None
        self.pending_and = False
        self.any = True
        return True

    def _add(self, word: str) -> bool:
        if word in _ONES or word in _TENS:
            value = _ONES.get(word, _TENS.get(word, 0))
            if value >= self.room or (value == 0 and self.any):
                return False
            self.group += value
            # After "twenty" only one to nine, after anything else nothing.
            self.room = 10 if word in _TENS else 0
            self.after_hundred = False
            return True
        if word == "hundred" and 0 < self.group < 100 and not self.pending_and:
            self.group *= 100
            self.room, self.after_hundred = 100, True
            return True
        if word in _SCALES and self.group and _SCALES[word] < self.smallest_scale and not self.pending_and:
            self.total += self.group * _SCALES[word]
            self.group, self.smallest_scale = 0, _SCALES[word]
            self.room, self.after_hundred = 10**3, True
            return True
        return False

    def digits(self) -> str:
        number = self.total + self.group
        return f"{number}{_suffix(number)}" if self.ordinal else str(number)


def _cardinal(word: str) -> str | None:
    """The cardinal of an ordinal ("fifth" → "five"), None for any other word."""
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


def _merged(run: list[Spoken], digits: str) -> Spoken:
    first, last = run[0].text, run[-1].text
    before = first[: len(first) - len(first.lstrip("\"'“‘¿([{"))]
    after = last[len(last.rstrip("\"'”’)]}" + _STOPS)) :]
    return replace(
        run[0],
        text=f"{before}{digits}{after}",
        bare=digits,
        end=run[-1].end,
        confidence=fmean(word.confidence for word in run),
    )
