"""Large numbers with a comma where a speaker breathes: "seven hundred and four thousand, two hundred and one"."""

from __future__ import annotations

from itertools import pairwise

from functions.transcripts.edits.numerals.numbers import Number, found_between
from functions.transcripts.edits.numerals.tokens import Tokens

_MIN_THOUSANDS = 10_000  # "in two thousand, three hundred people came" is a year and a count


def close_up_thousands(tokens: Tokens) -> None:
    """Let a number go on after a comma where its thousands or millions end and its hundreds follow.

    Numbers that are listed stay apart: "ten thousand, two hundred, and so on" has a comma behind the second, too.
    """
    for first, second in pairwise(found_between(tokens, 0, len(tokens))):
        if _goes_on(tokens, first, second):
            comma = tokens[first.end - 1]
            comma.ends_phrase = False
            whole = found_between(tokens, first.start, second.end)
            comma.ends_phrase = [number.value for number in whole] != [first.value + second.value]


def _goes_on(tokens: Tokens, first: Number, second: Number) -> bool:
    if first.end != second.start or first.is_ordinal or second.is_ordinal or first.value < _MIN_THOUSANDS:
        return False
    end, last = tokens[first.end - 1], tokens[second.end - 1]
    if not end.ends_phrase or end.ends_sentence or (last.ends_phrase and not last.ends_sentence):
        return False
    scale = 10**6 if first.value % 10**6 == 0 else 1000
    return first.value % scale == 0 and scale / 10 <= second.value < scale
