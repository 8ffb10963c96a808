"""Two numbers that are one because of a word beside them: "flight two forty-five", "one sixty pounds"."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.oven_heat import is_oven_heat
from functions.transcripts.edits.numerals.streets import is_before_street
from functions.transcripts.edits.numerals.tokens import Tokens, is_number

_LETTERS = frozenset("bcdefghjklmnpqrstuvwxyz")  # that a code begins with: "F one fifty"; "a" and "I" are words


def are_designation(tokens: Tokens, run: Sequence[Number]) -> bool:
    """Return whether the numbers are one in parts: that of a flight, a code, a house, or without the word "hundred"."""
    return len(run) == 2 and (_is_designator(tokens, run) or _is_hundreds(tokens, run) or _is_house(tokens, run))


def is_after_letters(tokens: Tokens, at: int) -> bool:
    """Return whether an English letter, or an airline's initials, stand before an index, as in codes: "IB tres"."""
    if tokens.language == "en" and tokens.word_before(at) in _LETTERS:
        return True
    return bool(tokens.word_before(at)) and tokens[at - 1].is_initials


def _is_designator(tokens: Tokens, run: Sequence[Number]) -> bool:
    first, second = run
    is_named = tokens.word_before(first.start) in tokens.vocabulary.designators or is_after_letters(tokens, first.start)
    if not (is_named and first.text.isdigit() and second.text.isdigit()):
        return False
    after = tokens.word(second.end)
    is_code = len(first.text) == len(second.text) == 1 and (not after or after in _LETTERS)  # "A B seven nine C three"
    return len(second.text) == 2 or (is_code and is_after_letters(tokens, first.start))


def _is_house(tokens: Tokens, run: Sequence[Number]) -> bool:
    """Return whether two numbers are that of a house: "twelve twenty-one Oak Street"."""
    is_pair = len(run[1].text) == 2 and all(n.text.isdigit() and n.value < 100 for n in run)
    return is_pair and is_before_street(tokens, run[1].end)


def _is_hundreds(tokens: Tokens, run: Sequence[Number]) -> bool:
    """Return whether two numbers are one without the word "hundred": "one twenty over eighty", "one sixty pounds"."""
    if not (0 < run[0].value < 10 and len(run[0].text) == 1 and run[1].text.isdigit()):
        return False
    end = run[1].end
    is_oven = is_oven_heat(tokens, run[0].start, end)
    below = tokens.word(end + 1)
    is_pressure = tokens.word(end) == "over" and (below.isdigit() or (bool(below) and is_number(below, "en")))
    is_measured = is_pressure or is_oven or tokens.word(end) in tokens.vocabulary.hundreds_of
    return tokens.language == "en" and len(run[1].text) == 2 and is_measured
