"""Numbers that text2num finds among tokens, and what it leaves open: scales, decimals, parts of a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import text_to_num

from functions.transcripts.edits.numerals.tokens import Token, Tokens, is_number

_SCALES = frozenset({100, 1000, 10**6, 10**9, 10**12})
_MILLION = 10**6
_POINTS = frozenset({"point", "dot", "punto", "ponto", "punkt", "punt", "punktum"})  # of versions, in every language
MULTIPLIERS = {"double": 2, "triple": 3}  # English: "double five"
# After "four one two oh" they say that this "oh" is no zero.
_AFTER_OH = "my god dear boy man no yes yeah well wait i we you he she they so wow hey and"
_AFTER_EXCLAMATIONS = frozenset(_AFTER_OH.split())


@dataclass(frozen=True)
class Number:
    """One number among tokens.

    Attributes:
        start: Index of its first token.
        end: Index after its last token.
        text: The number in digits.
        value: Its value.
        is_ordinal: Whether it is a rank.
        is_sure: True for one that is certainly a number, False for one that stays as it was, None if the words
            around it decide.
    """

    start: int
    end: int
    text: str
    value: float
    is_ordinal: bool = False
    is_sure: bool | None = None

    @property
    def is_word(self) -> bool:
        """Whether it is one word."""
        return self.end == self.start + 1


def find_numbers(tokens: Tokens) -> list[Number]:
    """Return the numbers in order; none overlaps another."""
    found: list[Number] = []
    for number in found_between(tokens, 0, len(tokens)):
        if found and tokens.word(number.start - 1) == "dot":
            _join_last_digits(found)
        if found and (joined := _continued_decimals(tokens, found[-1], number)):
            found[-1] = joined
        else:
            found += _refined(tokens, number)
    return found


def found_between(tokens: Tokens, start: int, end: int) -> list[Number]:
    """Return the numbers that text2num finds from one token to before another."""
    return [
        # text2num writes "21ème"; French typography writes "21e"
        Number(start + found.start, start + found.end, found.text.replace("ème", "e"), found.value, found.is_ordinal)
        for found in text_to_num.find_numbers(tokens[start:end], tokens.language, 0.0)
    ]


def with_outer_zeros(tokens: Tokens, number: Number) -> Number:
    """Return "nine oh two one" with the "oh" after it, and "oh one nine" with one more before it."""
    start, end = number.start, after_zeros(tokens, number.end)
    while number.text[0] == "0" and tokens.word_before(start) in tokens.vocabulary.zeros:
        start -= 1
    text = "0" * (number.start - start) + number.text + "0" * (end - number.end)
    return replace(number, start=start, end=end, text=text)


def after_zeros(tokens: Tokens, at: int) -> int:
    """Return the index after the words for zero that stand at an index."""
    while tokens.word(at) in tokens.vocabulary.zeros and tokens.word(at + 1) not in _AFTER_EXCLAMATIONS:
        at += 1
    return at


def _refined(tokens: Tokens, number: Number) -> list[Number]:
    """Return what the number is: nothing for "thirds", 5 for "five million", 800 and 5 for an area code and a digit."""
    start, last = number.start, number.end - 1
    words = [token.lower for token in tokens[start : number.end]]
    is_part_alone = "/" in number.text  # Spanish "centavos", to text2num 1/100
    if is_part_alone or all(word in tokens.vocabulary.zeros for word in words):
        return []
    if words[0] in tokens.vocabulary.zeros and not _is_zero(tokens, number):
        return found_between(tokens, start + 1, number.end)
    if words[0] in tokens.vocabulary.zeros and not tokens.word(after_zeros(tokens, number.end)):
        number = with_outer_zeros(tokens, number)  # "oh two oh," of a telephone
        last = number.end - 1
    if number.is_ordinal:
        if is_fraction(tokens, last):
            return [replace(found, is_sure=False) for found in found_between(tokens, start, last)]
        is_plural = tokens.language == "en" and words[-1].endswith("s")
        is_hundredth = words[-1] in tokens.vocabulary.cents  # "cinquanta centesimi"
        return found_between(tokens, start, last) if is_plural or is_hundredth else [number]  # "twenty seconds"
    for at in range(start + 1, last) if tokens.language == "en" else ():
        if tokens[at].lower == "and" and not _is_scale(tokens[at - 1].lower, "en"):
            return [*found_between(tokens, start, at), *found_between(tokens, at + 1, number.end)]  # "thirty and three"
    if all(_is_scale(word, tokens.language) for word in words):
        return [replace(_with_article(tokens, number), is_sure=False)]
    if words[-1] == "hundreds" and number.value in (1700, 1800, 1900):
        return [replace(number, text=f"{number.text}s", is_sure=True)]
    if tokens.language == "en" and words[-1].endswith("s"):
        return [replace(number, is_sure=False)]  # "the two thousands"
    factor = found_between(tokens, start, last) if number.value >= _MILLION else []
    if (
        len(factor) == 1
        and factor[0].end == last
        and factor[0].value
        and number.value / factor[0].value in _SCALES - {100, 1000}
    ):
        is_article = factor[0].is_word and words[0] in tokens.vocabulary.ambiguous - {"one"}
        return [replace(factor[0], is_sure=not is_article)]
    if {*number.text} & {*",."} and (shorter := _without_scales(tokens, number)) != number:
        return [shorter]
    if words[-2:-1] == ["hundred"] and _is_digit(tokens, number.end):
        return [*found_between(tokens, start, last), *found_between(tokens, last, number.end)]
    return [_with_article(tokens, number)]


def _without_scales(tokens: Tokens, number: Number) -> Number:
    """Return "deux virgule cinq millions", to text2num 2,5000000, as 2,5, and "cinco mil millones" as 5."""
    while number.text.endswith("000") and not number.is_ordinal:
        shorter = found_between(tokens, number.start, number.end - 1)
        if len(shorter) != 1 or len(shorter[0].text) + 3 > len(number.text):
            break
        number = shorter[0]
    return number


def _is_zero(tokens: Tokens, number: Number) -> bool:
    """Return whether the "oh" that a number begins with is no exclamation: it is among digits, or in "in oh five"."""
    before = tokens.word_before(number.start)
    is_among_digits = {before, tokens.word(number.end)} & MULTIPLIERS.keys() or any(
        found_between(tokens, at, at + 1)
        for at, border in ((number.start - 1, number.start), (number.end, number.end))
        if at >= 0 and tokens.word(border) and tokens.word(at + 1)
    )
    is_decimal = tokens.word(number.start + 1) in tokens.vocabulary.decimal_words  # "oh point five"
    is_hour = tokens.word(number.end) == "hours"  # "oh seven hundred hours"
    is_group = _is_group_of_digits(tokens, number) or _is_first_group(tokens, number, before)
    return bool(is_among_digits) or is_group or is_decimal or is_hour or before in tokens.vocabulary.year_signs


def _is_first_group(tokens: Tokens, number: Number, before: str) -> bool:
    """Return whether the number is "oh two oh", or "oh eight hundred," of a telephone number that is called."""
    if tokens.word(number.end) in tokens.vocabulary.zeros:
        return True
    at = number.end
    is_alone = at < len(tokens) and not tokens.word(at) and not tokens[at - 1].ends_sentence
    is_next = is_alone and (tokens[at].lower in MULTIPLIERS or is_number(tokens[at].lower, tokens.language))
    return is_next and before in tokens.vocabulary.codes


def _is_group_of_digits(tokens: Tokens, number: Number) -> bool:
    """Return whether "oh one," stands between commas behind digits: the next group of a telephone number."""
    at = number.start
    follows = at > 1 and tokens[at - 1].ends_phrase and not tokens[at - 1].ends_sentence
    is_alone = not tokens.word(number.end) and number.end > at + 1
    return (
        follows and is_alone and bool(tokens.word(at - 1)) and _is_digit(tokens, at - 1) and _is_digit(tokens, at - 2)
    )


def is_fraction(tokens: Tokens, at: int) -> bool:
    """Return whether a token is a part of a whole: "sixteenths", "centesimi" where these are no money."""
    word, vocabulary = tokens[at].lower, tokens.vocabulary
    if not vocabulary.fraction_ending or not re.search(vocabulary.fraction_ending, word) or word in vocabulary.cents:
        return False
    parts = word.removesuffix("avos")  # Portuguese "três doze avos"; "escravos" and "problèmes" only end like a part
    return not parts or is_number(parts, tokens.language) or is_number(word, tokens.language)


@lru_cache(maxsize=4096)
def _is_scale(word: str, language: str) -> bool:
    """Return whether a word is "hundred", "thousand", "million" …."""
    found = text_to_num.find_numbers([Token(word)], language, 0.0)
    is_one = word.startswith("ein")  # German "einhundert" says that it is one
    return len(found) == 1 and not found[0].is_ordinal and found[0].value in _SCALES and not is_one


def _is_digit(tokens: Tokens, at: int) -> bool:
    found = found_between(tokens, at, at + 1) if tokens.word(at) else []
    return len(found) == 1 and not found[0].is_ordinal and found[0].value < 10


def _with_article(tokens: Tokens, number: Number) -> Number:
    """Return "a hundred and one" with its article."""
    has_article = tokens.language == "en" and tokens.word_before(number.start) == "a"
    is_scale = _is_scale(tokens[number.start].lower, tokens.language)
    return replace(number, start=number.start - 1) if has_article and is_scale else number


def _continued_decimals(tokens: Tokens, before: Number, number: Number) -> Number | None:
    """Return "three point one" and "four" as 3.14, "three point one" and "two" after another "point" as 3.1.2."""
    names = tokens.vocabulary.decimal_words | _POINTS
    mark = next((mark for mark in ",." if mark in before.text), "")
    between = tokens[before.end : number.start]
    is_apart = any(token.ends_phrase for token in tokens[before.end - 1 : number.start])
    if before.is_ordinal or number.is_ordinal or is_apart:
        return None
    if len(between) == 1 and between[0].lower in names:
        if mark:
            return replace(before, end=number.end, text=before.text + mark + number.text)
        return _pointed(tokens, before, number)
    if not mark:
        return None
    marked_at = max(at for at in range(before.start, before.end) if tokens[at].lower in names)
    last_part = before.text.rpartition(mark)[2]
    if not between and tokens[marked_at].lower == "dot" and len(last_part) == 1 and len(number.text) == 2:
        return replace(before, end=number.end, text=before.text + number.text)  # "dot two fifty-five" is .255
    is_digit_by_digit = number.is_word and len(last_part) == before.end - marked_at - 1
    if not between and number.value < 10 and is_digit_by_digit:
        return replace(before, end=number.end, text=before.text + number.text)
    return None


def _join_last_digits(found: list[Number]) -> None:
    """Join the digits that the last number ends: "one nine two dot one six eight" begins with 192."""
    if (
        len(found) > 1
        and found[-2].end == found[-1].start
        and found[-2].text in ("1", "2")
        and len(found[-1].text) == 2
    ):
        last = found.pop()  # "one ninety-two dot" is 192
        found[-1] = replace(found[-1], end=last.end, text=found[-1].text + last.text)
    while len(found) > 1 and found[-2].end == found[-1].start and found[-2].text.isdigit() and len(found[-2].text) == 1:
        last = found.pop()
        found[-1] = replace(found[-1], end=last.end, text=found[-1].text + last.text)


def _pointed(tokens: Tokens, whole: Number, part: Number) -> Number | None:
    """Return "three point fourteen" as 3.14; not "at one point twenty people"."""
    part = _without_scales(tokens, part)
    is_moment = tokens.word_before(whole.start) == "at" and whole.value == 1
    digits = part.text.replace(tokens.vocabulary.decimal_mark, "")
    if is_moment or whole.is_sure is False or not whole.text.isdigit() or not digits.isdigit():
        return None
    is_comma = tokens.vocabulary.decimal_mark == "," and tokens[whole.end].lower not in _POINTS
    return replace(whole, end=part.end, text=f"{whole.text}{',' if is_comma else '.'}{part.text}")
