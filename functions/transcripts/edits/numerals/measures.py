"""Percentages, amounts of money and lengths, as they are printed."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.edits.numerals.cardinals import Cardinals, Written, unchanged
from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens

_AMOUNT_JOINERS = frozenset({"and", "et", "und", "y", "con", "e", "en", "og"})
_MILLION = 10**6
_RANGE_JOINERS = frozenset({"to", "or"})
_ENGLISH_SCALES = ("million", "billion", "trillion")


def amounts(tokens: Tokens, numbers: Sequence[Number]) -> list[Written]:
    """Return percentages and amounts: "five per cent" → 5%, "three dollars and fifty cents" → $3.50."""
    return Cardinals(tokens, numbers).written(
        lambda found, number: _percentage(found, number) or _money(found, number) or _length(found, number)
    )


def below_zero(tokens: Tokens, written: Sequence[Written]) -> list[Written]:
    """Return the words with "minus" as a sign before a percentage and a temperature: "minus five degrees" → -5."""
    result = []
    ends = {part.end for part in written}
    for part in written:
        after = tokens.word(part.end)
        is_percentage = part.text.endswith("%") or (bool(after) and tokens[part.end].is_percent)
        measured = is_percentage or after in tokens.vocabulary.degrees
        is_negative = tokens.word_before(part.start) in tokens.vocabulary.minus
        is_difference = is_negative and tokens.word_before(part.start - 1)[-1:].isdigit()
        is_difference = is_difference or (part.start - 1 in ends and bool(tokens.word_before(part.start - 1)))
        is_sign = is_negative and measured and not is_difference and part.text[:1].isdigit()
        result.append(Written(part.start - 1, part.end, f"-{part.text}") if is_sign else part)
    return result


def _length(found: Cardinals, number: Number) -> list[Written]:
    """Return both numbers of "un mètre quatre-vingts", of which the first alone may be an article."""
    if not number.text.isdigit() or found.tokens.word(number.end) not in found.vocabulary.lengths:
        return []
    is_joined = found.tokens.word(number.end + 1) in ("e", "y", "et", "og")
    parts = found.by_start.get(number.end + 1 + is_joined)
    if not parts or not found.tokens.word(parts.start) or not (parts.text.isdigit() and len(parts.text) == 2):
        return []
    if is_joined and found.tokens.word(parts.end):
        return []
    return [Written(n.start, n.end, n.text) for n in (number, parts)]


def _percentage(found: Cardinals, number: Number) -> list[Written]:
    phrase = next((p for p in found.vocabulary.percent if found.tokens.follows(number.end, p)), None)
    if phrase is None or _is_estimate(found, number):
        return []
    start, text, end = number.start, number.text, number.end + len(phrase)
    if found.tokens.word_before(start) in found.vocabulary.decimal_words and text.isdigit():
        start, text = start - 1, f"0{found.vocabulary.decimal_mark}{text}"  # "point five percent"
    if found.vocabulary.percent_space:
        return [Written(start, number.end, text), Written(number.end, end, "%")]
    return [Written(start, end, f"{text}%")]


def _is_estimate(found: Cardinals, number: Number) -> bool:
    """Return whether another number stands right before: "ten twenty percent"."""
    before = found.tokens.word_before(number.start)
    is_article = before in found.vocabulary.ambiguous and found.tokens.language != "en"  # "un diez por ciento"
    return number.is_sure is False and number.start in found.ends and bool(before) and not is_article


def _money(found: Cardinals, number: Number) -> list[Written]:
    tokens = found.tokens
    scale = tokens.word(number.end) if tokens.word(number.end) in _ENGLISH_SCALES else ""
    at = number.end + bool(scale)
    sign = found.vocabulary.money.get(tokens.word(at))
    is_idiom = number.is_sure is False and number.value >= _MILLION  # "a million dollars"
    if sign is None or is_idiom or _is_estimate(found, number) or _is_vague(found, number):
        return []
    cents, end = (None, at) if scale or not number.text.isdigit() else _cents(found, at + 1)
    if cents:
        amount = f"{number.text}{found.vocabulary.decimal_mark}{int(cents.value):02d}"
        if sign:
            return [Written(number.start, end, sign + amount)]
        return [Written(number.start, number.end, amount), Written(at, end, "")]
    is_joined = tokens.word(at + 1) in _AMOUNT_JOINERS
    if (rest := found.last_digit(at + 1 + is_joined)) and not scale:  # "twenty dollars five": 5 of what?
        return unchanged(number.start, rest.end)
    is_round = number.is_sure is False and number.is_word and number.value < _MILLION  # "mille euros"
    if is_round and not sign:
        return [Written(number.start, number.end, number.text)]
    if sign in ("", "£"):  # a pound is also a weight
        return []
    range_start = _range_start(found, number)
    if range_start and not _has_own_scale(range_start, number):  # "two or three hundred dollars"
        return unchanged(range_start.start, at + 1)
    signed = [Written(range_start.start, range_start.end, sign + range_start.text)] if range_start else []
    if scale:
        return [*signed, Written(number.start, number.end, sign + number.text), Written(number.end, at + 1, scale)]
    return [*signed, Written(number.start, at + 1, sign + number.text)]


def _is_vague(found: Cardinals, number: Number) -> bool:
    """Return whether the number is how many of something: "a couple hundred dollars"."""
    before = found.tokens.word_before(number.start)
    if before == "of":
        before = found.tokens.word_before(number.start - 1)
    return number.is_sure is False and before in found.vocabulary.vague


def _range_start(found: Cardinals, number: Number) -> Number | None:
    """Return the first number of "ten to fifteen dollars", which is an amount, too."""
    tokens = found.tokens
    joiner = tokens.word_before(number.start)
    range_start = next((n for n in found.by_start.values() if n.end == number.start - 1), None)
    if (
        not range_start
        or not tokens.word(range_start.end)
        or range_start.is_sure is False
        or not range_start.text[:1].isdigit()
    ):
        return None
    is_between = joiner == "and" and tokens.word_before(range_start.start) == "between"
    return range_start if (joiner in _RANGE_JOINERS or is_between) and range_start.value < number.value else None


def _has_own_scale(range_start: Number, number: Number) -> bool:
    """Return whether the first number is meant as it stands: "ten to fifteen", not "two or three hundred"."""
    return range_start.value * 100 > number.value or number.value % 100 != 0


def _cents(found: Cardinals, at: int) -> tuple[Number | None, int]:
    """Return the hundredths of an amount whose currency ends before `at`, and the index after them."""
    tokens = found.tokens
    is_joined = tokens.word(at) in _AMOUNT_JOINERS
    number = found.by_start.get(at + is_joined)
    if not number or not tokens.word(number.start) or not number.text.isdigit() or not 0 < number.value < 100:
        return None, at
    if tokens.word(number.end) in found.vocabulary.cents:
        return number, number.end + 1
    # "three dollars and fifty" may go on: "and fifty people".
    is_whole = number.value >= 10 and not (is_joined and tokens.word(number.end))
    return (number, number.end) if is_whole else (None, at)
