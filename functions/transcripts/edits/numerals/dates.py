"""German dates of two ordinals, "am einundzwanzigsten dritten" → 21.3., with the year if it follows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from functions.transcripts.edits.numerals.cardinals import Written
from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens

_BEFORE_DATES = frozenset(["am", "vom", "zum", "den", "dem", "bis", "ab", "seit"])


def dates(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return the dates whose month is an ordinal, too."""
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
