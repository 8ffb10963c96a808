"""Numbers one after another: telephone numbers and codes, counting, and years in pairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from functions.transcripts.edits.numerals.designations import are_designation, is_after_letters
from functions.transcripts.edits.numerals.numbers import MULTIPLIERS, Number, after_zeros, with_outer_zeros
from functions.transcripts.edits.numerals.streets import is_before_street
from functions.transcripts.edits.numerals.tokens import MIN_DIGITS, Tokens, is_number
from functions.transcripts.edits.numerals.vocabulary import AFTER_YEARS

_TELEPHONE_DIGITS = 7  # at least, if there are groups such as 800 and 12 among the digits
_EARLY_YEAR_SIGNS = frozenset({"in", "since", "year", "jahr", "jaar", "år"})  # "in ten sixty-six"
_PER = frozenset({"a", "an", "each", "apiece", "per"})  # "nineteen ninety-nine a month"
# Near these "twenty twenty" is no year.
_SIGHT = frozenset({"vision", "hindsight", "eyesight", "sight", "eye", "eyes", "acuity"})
_NO_YEARS = {(15, 20), (15, 30), (15, 40)}  # an estimate, and scores of tennis
_NEAR = 4  # words before it within which one of these counts
_PRICE_WORDS = 3  # before an amount, within which one says that it is one
_JOINING = frozenset({"and", "but", "to", "with", "the", "that"})  # follow two other numbers as often as a year
_TOLL_FREE = re.compile(r"1?8\d0|1?8(00|33|44|55|66|77|88)")
DECADES = {"twenties": "20s", "thirties": "30s", "forties": "40s", "fifties": "50s", "sixties": "60s"}
DECADES |= {"seventies": "70s", "eighties": "80s", "nineties": "90s"}


def join_runs(tokens: Tokens, numbers: Sequence[Number]) -> list[Number]:
    """Join numbers without a word between them where that is certain; what is not certain stays as it was.

    Digits are one number ("five five five one two three four"), unless they count ("one, two, three"). Two numbers are
    a year or, certain only with other words, a time ("ten thirty") or an estimate ("two three days").
    """
    joined: list[Number] = []
    for chain in _split(_multiplied(tokens, numbers), lambda before, after: _is_apart(tokens, before, after)):
        if _is_counting(tokens, chain):
            joined += (replace(number, is_sure=True) for number in chain)
            continue
        runs = list(_split(chain, lambda before, _: tokens[before.end - 1].ends_phrase))
        listed = sum(not _is_article(tokens, number) for number in chain)
        has_digits = any(len(run) > 1 and _is_dialled(tokens, run) for run in runs)
        is_dialled = len(runs) > 2 and _is_telephone(tokens, chain)
        for run in runs:
            if (has_digits and _is_group(tokens, run)) or (is_dialled and len(run) > 1):
                joined.append(with_outer_zeros(tokens, _concatenated(run)))
            elif len(run) > 1:
                joined += _joined(tokens, run)
            else:
                is_listed = listed > 2 and run[0].is_sure is None and not _is_article(tokens, run[0])
                joined.append(replace(run[0], is_sure=True) if is_listed else _decade(tokens, run[0]))
    return _dashed(tokens, joined)


def _dashed(tokens: Tokens, numbers: Sequence[Number]) -> list[Number]:
    """Return digits with a dash that is said between them as one: "five five five dash one two three four"."""
    dashed: list[Number] = []
    for number in numbers:
        before = dashed[-1] if dashed else None
        is_next = before is not None and before.end + 1 == number.start and tokens.word(before.end) == "dash"
        if before and is_next and bool(tokens.word(number.start)) and all(_is_code(n) for n in (before, number)):
            dashed[-1] = replace(before, end=number.end, text=f"{before.text}-{number.text}", is_sure=True)
        else:
            dashed.append(number)
    return dashed


def _is_code(number: Number) -> bool:
    """Return whether a number is at least two digits, or several with dashes between them, said one by one or not."""
    return not number.is_ordinal and len(number.text) > 1 and number.text.replace("-", "").isdigit()


def _joined(tokens: Tokens, run: Sequence[Number]) -> list[Number]:
    if _is_dialled(tokens, run):
        return [with_outer_zeros(tokens, _concatenated(run))]
    if are_designation(tokens, run):
        return [_concatenated(run)]
    if len(run) == 4 and (year := _year(tokens, run[2:])) and run[0].value <= 31 and run[1].value <= 31:
        return [*(replace(number, is_sure=True) for number in run[:2]), *year]  # "ten twelve nineteen eighty"
    is_list = len(run) > 2
    return _year(tokens, run) or [replace(number, is_sure=is_list and number.is_sure is not False) for number in run]


def _is_apart(tokens: Tokens, before: Number, after: Number) -> bool:
    return before.end != after.start or before.is_ordinal or tokens[before.end - 1].ends_sentence


def _split(numbers: Sequence[Number], is_apart: Callable[[Number, Number], bool]) -> Iterator[list[Number]]:
    """Yield stretches of the numbers, each up to a pair that is apart; ordinals and lone scales are their own."""
    stretch: list[Number] = []
    for number in numbers:
        is_own = number.is_ordinal or number.is_sure is False
        if stretch and (is_own or stretch[-1].is_sure is False or is_apart(stretch[-1], number)):
            yield stretch
            stretch = []
        stretch.append(number)
    if stretch:
        yield stretch


def _multiplied(tokens: Tokens, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers with "double five" as 55 among digits, and "double oh seven" as 007."""
    starts, ends, result = {n.start for n in numbers}, {n.end for n in numbers}, []
    for number in numbers:
        count = MULTIPLIERS.get(tokens.word_before(number.start), 0)
        multiplied = number.end + 1 in starts and tokens[number.end].lower in MULTIPLIERS  # "double seven double nine"
        follows = multiplied and not tokens[number.end - 1].ends_sentence
        is_digit = len(number.text) == 1 and (number.start - 1 in ends or number.end in starts or follows)
        if count and tokens.language == "en" and not number.is_ordinal and (is_digit or number.text[:1] == "0"):
            text = number.text[0] * (count - 1) + number.text
            number = replace(number, start=number.start - 1, text=text)
        result.append(number)
    return result


def _is_counting(tokens: Tokens, chain: Sequence[Number]) -> bool:
    is_listed = len(chain) > 1 and all(tokens[number.end - 1].ends_phrase for number in chain[:-1])
    before = tokens.word_before(chain[0].start)
    is_code = before in tokens.vocabulary.codes or is_after_letters(tokens, chain[0].start)
    if not is_listed and (is_code or before[-1:].isdigit() or is_before_street(tokens, chain[-1].end)):
        return False
    steps = {after.value - before.value for before, after in pairwise(chain)}
    return len(chain) > 2 and steps in ({1}, {-1}) and all(number.is_word for number in chain)


def _is_dialled(tokens: Tokens, run: Sequence[Number]) -> bool:
    """Return whether the numbers are said digit by digit, perhaps with groups such as 800 among them."""
    if not all(number.text.isdigit() for number in run):
        return False
    digits = sum(len(number.text) for number in run)
    one_by_one = sum(
        len(number.text) == 1 or number.text.startswith("0") or tokens[number.start].lower in MULTIPLIERS
        for number in run
    )
    if one_by_one == len(run):
        return digits >= MIN_DIGITS
    return digits >= _TELEPHONE_DIGITS and 2 * one_by_one >= len(run) and all(len(n.text) <= 3 for n in run)


def _is_article(tokens: Tokens, number: Number) -> bool:
    """Return whether a number word stands before another word, as an article does: "um dois três, uma dúzia"."""
    return tokens[number.start].lower in tokens.vocabulary.ambiguous and bool(tokens.word(number.end))


def _is_group(tokens: Tokens, run: Sequence[Number]) -> bool:
    """Return whether numbers beside digits that are one number are its next digits: "oh one, two three" of a telephone.

    Two digits are a group; before another word they may be a count: "one two three, two three days".
    """
    is_toll_free = bool(_TOLL_FREE.fullmatch("".join(n.text for n in run)))  # "one eight hundred, five five five, …"
    is_digits = all(len(n.text) == 1 or n.text.startswith("0") or is_toll_free for n in run)
    is_digits = is_digits and all(n.text.isdigit() for n in run)
    return is_digits and sum(len(n.text) for n in run) >= 2 and not tokens.word(after_zeros(tokens, run[-1].end))


def _is_telephone(tokens: Tokens, chain: Sequence[Number]) -> bool:
    """Return whether groups of digits follow a word that announces them: "es seis doce, treinta y cuatro, …"."""
    digits = "".join(number.text for number in chain)
    is_announced = tokens.word_before(chain[0].start) in tokens.vocabulary.codes
    is_last = not tokens.word(chain[-1].end) and all(len(number.text) <= 3 for number in chain)
    return is_announced and is_last and digits.isdigit() and len(digits) >= _TELEPHONE_DIGITS


def _concatenated(run: Sequence[Number]) -> Number:
    text = "".join(number.text for number in run)
    return Number(run[0].start, run[-1].end, text, float(text), is_sure=True)


def _year(tokens: Tokens, run: Sequence[Number]) -> list[Number]:
    """Return two numbers as a year, and a third that is ambiguous ("one man") as it was; nothing if they are none."""
    vocabulary = tokens.vocabulary
    century, year, rest = run[0], run[1], run[2:]
    before = tokens.word_before(century.start)
    first = 10 if before in _EARLY_YEAR_SIGNS else 13
    if not vocabulary.years_in_pairs or len(rest) > 1 or not first <= century.value <= 20 or len(year.text) != 2:
        return []
    is_date = before in vocabulary.year_signs or _is_after_month(tokens, century.start)
    if not is_date and _is_price(tokens, century.start):
        return []
    if not (century.text + year.text).isdigit() or (rest and tokens[rest[0].start].lower not in vocabulary.ambiguous):
        return []
    after = tokens.word(year.end)
    if after in vocabulary.units or after in vocabulary.money or (after and tokens[year.end].is_percent):
        return []
    if not is_date and after in _PER:
        return []
    is_estimate = year.value - century.value in (0, 1) or (century.value, year.value) in _NO_YEARS
    is_recent = after in AFTER_YEARS and _is_recent(tokens, century, after)
    if is_estimate and not is_recent and not is_date and century.value != 19:
        return []
    return [_concatenated(run[:2]), *(replace(number, is_sure=False) for number in rest)]


def _is_after_month(tokens: Tokens, at: int) -> bool:
    """Return whether a month, perhaps with its day, stands before an index: "January sixth, twenty twenty-one"."""
    while at > 0 and not tokens[at - 1].ends_sentence:
        word = tokens[at - 1].lower
        if word in tokens.vocabulary.months:
            return True
        if not (word[:1].isdigit() or is_number(word, tokens.language)):
            return False
        at -= 1
    return False


def _is_price(tokens: Tokens, at: int) -> bool:
    """Return whether an amount without a currency begins at an index: "it costs only nineteen ninety-nine"."""
    words = list[str]()
    while len(words) < _PRICE_WORDS and (word := tokens.word_before(at - len(words))):
        words.append(word)
    return not tokens.vocabulary.prices.isdisjoint(words)


def _is_recent(tokens: Tokens, century: Number, after: str) -> bool:
    """Return whether "twenty twenty" before a word that may follow a year is a year, not eyesight or a score."""
    before = tokens.word_before(century.start)
    is_sight = any(token.lower in _SIGHT for token in tokens[max(0, century.start - _NEAR) : century.start])
    return century.value == 20 and not is_sight and (not before or after not in _JOINING)


def _decade(tokens: Tokens, number: Number) -> Number:
    """Return "nineteen eighties" as 1980s."""
    decade = DECADES.get(tokens.word(number.end), "")
    if not decade or tokens.language != "en" or number.is_ordinal or not 12 < number.value < 21:
        return number
    return Number(number.start, number.end + 1, number.text + decade, number.value, is_sure=True)
