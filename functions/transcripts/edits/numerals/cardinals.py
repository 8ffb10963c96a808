"""Cardinal numbers of a text by their place, and what is written in place of words; used by `times` and `measures`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens


@dataclass(frozen=True)
class Written:
    """Tokens from `start` to before `end` as one word; an empty text leaves the first word's own."""

    start: int
    end: int
    text: str


def unchanged(start: int, end: int) -> list[Written]:
    """Return tokens as they are."""
    return [Written(at, at + 1, "") for at in range(start, end)]


class Cardinals:
    """Cardinal numbers of one text by their place."""

    def __init__(self, tokens: Tokens, numbers: Sequence[Number]) -> None:
        self.tokens, self.vocabulary = tokens, tokens.vocabulary
        self.by_start = {number.start: number for number in numbers if not number.is_ordinal}
        self.ends = {number.end for number in self.by_start.values()}

    def written(self, write: Callable[[Cardinals, Number], list[Written]]) -> list[Written]:
        """Return the words of all measures that `write` finds, in order."""
        found: list[Written] = []
        for start in sorted(self.by_start):
            if not found or found[-1].end <= start:
                found += write(self, self.by_start[start])
        return found

    def two_digits(self, at: int) -> Number | None:
        """Return the number at an index if it is written with two digits and less than sixty, as minutes are."""
        number = self.by_start.get(at) if self.tokens.word(at) else None
        return number if number and number.text.isdigit() and len(number.text) == 2 and number.value < 60 else None

    def is_clock_joiner(self, at: int) -> bool:
        """Return whether the word at an index joins an hour and its minutes; the end of a phrase is none."""
        return bool(self.tokens.word(at)) and self.tokens.word(at) in self.vocabulary.clock_joiners

    def last_digit(self, at: int) -> Number | None:
        """Return the number at an index if it is a digit that ends its phrase: minutes of "um sieben Uhr fünf"."""
        number = self.by_start.get(at) if self.tokens.word(at) else None
        is_last = number and not self.tokens.word(number.end)
        return number if number and is_last and number.text.isdigit() and 0 < number.value < 10 else None
