"""Edit `numerals`: write number words in digits, "nine hundred and twelve" → "912", in eight languages.

text2num finds the numbers. This package decides the rest in this order: dates, times of day, numbers one after another,
percentages and amounts, and numbers alone. Uncertain words stay as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum

from functions.transcripts.edits.numerals.bound_pairs import one_to_many
from functions.transcripts.edits.numerals.cardinals import Written
from functions.transcripts.edits.numerals.comma_thousands import close_up_thousands
from functions.transcripts.edits.numerals.compounds import compounds
from functions.transcripts.edits.numerals.dates import dates
from functions.transcripts.edits.numerals.measures import amounts, below_zero
from functions.transcripts.edits.numerals.numbers import Number, find_numbers, found_between
from functions.transcripts.edits.numerals.runs import join_runs
from functions.transcripts.edits.numerals.single import NEAR, is_certain
from functions.transcripts.edits.numerals.times import times
from functions.transcripts.edits.numerals.tokens import Tokens
from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.text_boundaries.letters import split_punctuation
from functions.transcripts.words import TranscriptWord

NUMERAL_LANGUAGES = frozenset(VOCABULARIES)
_LONG = re.compile(r"(\D*)([1-9]\d{4,})((?:\D.*)?)")
_LONG_AMOUNT = re.compile(r"([$£€])(\d{4,})((?:\D.*)?)")
# Postal codes that are said as one number, and the languages that say them so; both write common nouns small.
_POSTAL_DIGITS, _POSTAL_LANGUAGES = 5, ("fr", "es")
_VERBS = frozenset({"is", "was", "call", "called", "dial", "dialled"})  # stand before a code, and before a count
MIN_READABLE = 10  # in running text a smaller count or rank reads better as a word: the Associated Press's rule


def write_numerals(words: list[TranscriptWord], language: str, minimum: int = 0) -> list[TranscriptWord]:
    """Return the words with each number as one word in digits, which lasts as long as the words it replaces.

    Args:
        words: Words in order of time.
        language: Whisper's code; one that is not in `NUMERAL_LANGUAGES` changes nothing.
        minimum: A smaller whole number stays a word, unless it is part of an amount, a time, a date or other digits.
    """
    if language not in NUMERAL_LANGUAGES:
        return words
    tokens = Tokens(words, language)
    result: list[TranscriptWord] = []
    at = 0
    for first, last, text in _whole_words(tokens, _written(tokens, minimum)):
        result += [*words[at:first], _merged(words[first:last], text)]
        at = last
    return result + words[at:]


def _written(tokens: Tokens, minimum: int) -> list[Written]:
    close_up_thousands(tokens)
    numbers = find_numbers(tokens)
    written = dates(tokens, numbers)
    written += times(tokens, _without(numbers, written))
    numbers = join_runs(tokens, _without(numbers, written))
    written += amounts(tokens, numbers)
    ends = one_to_many(tokens, numbers, minimum)
    written += [Written(end.start, end.end, end.text) for end in _without(ends, written)]
    numbers = _without(numbers, written)
    for at, number in enumerate(numbers):
        near = numbers[max(0, at - NEAR) : at + NEAR + 1]  # all of them would take time that grows with their square
        if is_certain(tokens, number, near, minimum):
            written.append(Written(number.start, number.end, number.text))
    written += compounds(tokens, minimum)
    return below_zero(tokens, sorted((_grouped(tokens, part) for part in written), key=lambda part: part.start))


def _grouped(tokens: Tokens, part: Written) -> Written:
    """Return a count of ten thousand and more, and an amount in dollars of a thousand, with marks between thousands.

    Digits of a telephone are no count, and neither is what a noun before it numbers, "zip code", "room", nor the postal
    code before a town: "75011 Paris", but "10 000 Français".
    """
    match = _LONG.fullmatch(part.text) or _LONG_AMOUNT.fullmatch(part.text)
    is_named = tokens.word_before(part.start) in (tokens.vocabulary.codes - _VERBS) | tokens.vocabulary.designators
    if not match or is_named:
        return part
    before, digits, after = match.groups()
    is_postal = tokens.language in _POSTAL_LANGUAGES and len(digits) == _POSTAL_DIGITS and int(digits) % 1000
    if is_postal and tokens.word(part.end) and tokens[part.end].is_name:
        return part
    if all(number.value != int(digits) for number in found_between(tokens, part.start, part.end)):
        return part
    return replace(part, text=before + f"{int(digits):,}".replace(",", tokens.vocabulary.group_mark) + after)


def _without(numbers: Sequence[Number], written: Sequence[Written]) -> list[Number]:
    """Return the numbers that are not written yet."""
    taken = {at for part in written for at in range(part.start, part.end)}
    return [number for number in numbers if taken.isdisjoint(range(number.start, number.end))]


def _whole_words(tokens: Tokens, written: Sequence[Written]) -> Iterator[tuple[int, int, str]]:
    """Yield first word, word after the last and text of those that begin and end with a word."""
    for part in written:
        first, last = tokens[part.start].word, tokens[part.end - 1].word + 1
        begins = part.start == 0 or tokens[part.start - 1].word < first
        if begins and (part.end == len(tokens) or tokens[part.end].word == last):
            yield first, last, tokens[part.start].elided + part.text if part.text else ""


def _merged(words: Sequence[TranscriptWord], text: str) -> TranscriptWord:
    """Return the words as one, with the punctuation before the first and after the last."""
    before, own, _ = split_punctuation(words[0].text, words[0].normalised)
    after = split_punctuation(words[-1].text, words[-1].normalised)[2]
    text = text or own
    return replace(
        words[0],
        text=before + text + (after.removeprefix(".") if text.endswith(".") else after),
        normalised=text.lower().rstrip("."),
        end=words[-1].end,
        confidence=fsum(word.confidence for word in words) / len(words),
    )
