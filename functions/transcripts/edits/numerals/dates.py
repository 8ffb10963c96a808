"""Dates without a month's name: German ones of two ordinals, "am einundzwanzigsten dritten" → 21.3., and 9/11."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from functions.transcripts.edits.numerals.cardinals import Written
from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens
from functions.transcripts.edits.numerals.vocabulary import AFTER_YEARS

# Words that say the attacks of "nine eleven", and those that may stand behind it, too.
_ATTACKS = frozenset(
    ["attack", "attacks", "terrorist", "terrorists", "hijackers", "victims", "memorial", "commission", "changed"]
)
_AFTER_ATTACKS = _ATTACKS | frozenset(
    ["museum", "survivors", "families", "era", "report", "conspiracy", "happened", "was"]
)
_BEFORE_DATES = frozenset(["am", "vom", "zum", "den", "dem", "bis", "ab", "seit"])
_BEFORE_ATTACKS = frozenset(["of", "on", "since", "post", "pre"])
_BEFORE_TIMES = frozenset(["before", "after", "until", "till", "at", "by", "from", "around", "about"])
_CLOCKS = frozenset(["at", "by", "from", "around", "about"])  # "the train at nine eleven was late"
_NEAR = 6  # words behind "after nine eleven" that may say the attacks


def dates(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return the dates whose month is an ordinal, too, with the year if it follows; in English 9/11."""
    if tokens.language == "en":
        pairs = [pair for pair in pairwise(numbers) if _is_nine_eleven(tokens, *pair)]
        return [Written(nine.start, eleven.end, "9/11") for nine, eleven in pairs]
    if tokens.language != "de":
        return []
    years = {n.start: n for n in numbers if not n.is_ordinal and n.text.isdigit() and len(n.text) == 4}
    written = []
    for day, month in pairwise(numbers):
        if not _is_date(tokens, day, month):
            continue
        year = years.get(month.end) if tokens.word(month.end) else None
        text = f"{int(day.value)}.{int(month.value)}.{year.text if year else ''}"
        written.append(Written(day.start, year.end if year else month.end, text))
    return written


def _is_date(tokens: Tokens, day: Number, month: Number) -> bool:
    is_next = day.end == month.start and bool(tokens.word(month.start))
    is_possible = day.is_ordinal and month.is_ordinal and day.value <= 31 and month.value <= 12
    is_named = tokens[month.start].is_name and month.value > 1  # "der zweite Zweite", but also "am ersten Ersten"
    return is_next and is_possible and not is_named and tokens.word_before(day.start) in _BEFORE_DATES


def _is_nine_eleven(tokens: Tokens, nine: Number, eleven: Number) -> bool:
    """Return whether two numbers are the day of the attacks, and no time of day, car or verse."""
    is_pair = (nine.text, eleven.text) == ("9", "11") and nine.is_word and nine.end == eleven.start
    if not is_pair or not tokens.word(eleven.start):
        return False
    before, after = tokens.word_before(nine.start), tokens.word(eleven.end)
    if before and tokens[nine.start - 1].is_name:
        return False  # "a Porsche nine eleven"
    if before in _BEFORE_TIMES:
        says_attacks = any(token.lower in _ATTACKS for token in tokens[eleven.end : eleven.end + _NEAR])
        return says_attacks or (after in _AFTER_ATTACKS and before not in _CLOCKS)
    is_meant = before in _BEFORE_ATTACKS and (not after or after in AFTER_YEARS)
    return is_meant or after in _AFTER_ATTACKS
