"""Interrupted numbers: parts of one number with other words between them, and its first attempts before the whole."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.digits.amounts import is_amount, is_clock_or_decimal
from functions.transcripts.redaction.digits.numerals import AND, Numeral, word_set
from functions.transcripts.redaction.digits.runs import (
    Run,
    digits_of,
    entity_span,
    is_corrected,
    is_taken_back,
    numerals_in,
    runs,
    text_of,
    without_echoes,
)
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.redaction.numbers.announcements import YEAR
from functions.transcripts.redaction.numbers.check_digits import CARD_LENGTHS, USUAL, is_card, is_list, may_begin_card
from functions.transcripts.redaction.numbers.phones import is_phone_number, is_read_aloud
from functions.transcripts.words import TranscriptWord

_MAX_BEFORE_WHOLE = 10  # words between the digits of a number that were said first, and the whole of it
_MAX_PARTS = 4  # of a card's number
_MAY_BE_PART = (Entity.CREDIT_CARD, Entity.CREDIT_CARD_EXPIRATION, Entity.CVV, Entity.PHONE_NUMBER)
_HALVES = 2
_FOURS = re.compile(r"(\d{4} ?){2,3}|\D+")
_LISTING = word_set("then uh um so")
_ALIKE = 3  # digits that both begin with; one less if words like "no, wait" are between
_MAY_BEGIN_TWICE = (Entity.CREDIT_CARD, *OFFICIAL_NUMBERS, Entity.PHONE_NUMBER)
_BEGINS_PHONE = re.compile(r"\+\d+|0[\d -]+|\d{3}-\d{3}-?")  # no other kind of number is written like this


def interrupted(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral], languages: Sequence[str]
) -> Iterator[EntitySpan]:
    """Yield the parts of a card, or of a telephone number, with anything between them.

    "4000 0566." "You're breaking up." "5566 …"; "917-555." "Sorry, my dog." "0144."
    """
    parts = list(runs(free_of(numerals, found), words, across_sentences=True))
    used = 0
    for begin in range(len(parts)):
        run = [*parts[begin]]
        for end in range(max(begin, used) + 1, min(len(parts), begin + _MAX_PARTS)):
            if begin < used or parts[end][0].first - parts[end - 1][-1].last > _MAX_BEFORE_WHOLE:
                break
            run += parts[end]
            digits = digits_of(run)
            groups = parts[begin : end + 1]
            plain = digits_of(without_echoes(words, run))
            are_fours = len(digits) in USUAL and _are_fours(words, groups)
            is_card_number = any(len(each) in USUAL and is_card(each) for each in (digits, plain))
            entity = Entity.CREDIT_CARD if is_card_number or are_fours else None
            if end == begin + 1 and _BEGINS_PHONE.fullmatch(text_of(parts[begin])):
                phone = is_phone_number(digits, text_of(run), languages[run[0].first])
                entity = entity or (Entity.PHONE_NUMBER if phone else None)
            if entity:
                yield from (entity_span(entity, part) for part in parts[begin : end + 1])
                used = end + 1


def with_cards_in_parts(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral], languages: Sequence[str]
) -> list[EntitySpan]:
    """Return entities, of which the parts of a card's number are the card's: of "the first four are 4716, …" all.

    "4716 1089, sorry, let me get my glasses, 9971 6531": eight digits are a telephone number somewhere.
    """

    def may_be_part(entity: EntitySpan) -> bool:
        return entity.entity in _MAY_BE_PART and len(digits_of(numerals_in(entity, numerals))) < CARD_LENGTHS[0]

    others = [entity for entity in found if not may_be_part(entity)]
    parts = interrupted(words, others, numerals, languages)
    cards = [part for part in parts if part.entity is Entity.CREDIT_CARD]
    taken = {at for card in cards for at in range(card.first, card.last + 1)}
    return [*(entity for entity in found if taken.isdisjoint(range(entity.first, entity.last + 1))), *cards]


def _are_fours(words: Sequence[TranscriptWord], groups: Sequence[Run]) -> bool:
    """Return whether a card's digits come in fours, of which one digit may be misheard; years are none."""
    digits = [digits_of(group) for group in groups]
    are_years = any(YEAR.fullmatch(each) for each in digits)
    between = {words[at].normalised for a, b in pairwise(groups) for at in range(a[-1].last + 1, b[0].first)}
    are_halves = all(_FOURS.fullmatch(text_of(group)) for group in groups)
    is_one = len(groups) > _HALVES or between <= AND | _LISTING or are_halves
    may_be_card = may_begin_card(digits[0]) and not is_list([numeral.digits for group in groups for numeral in group])
    return is_one and may_be_card and all(len(each) % 4 == 0 for each in digits) and not are_years


def read_aloud(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral]
) -> Iterator[EntitySpan]:
    """Yield as telephone numbers those that are read digit by digit and are nothing else, even without a plan."""
    for run in runs(free_of(numerals, found), words, across_sentences=True):
        if is_read_aloud(digits_of(run), text_of(run)):
            yield entity_span(Entity.PHONE_NUMBER, run)


def free_of(numerals: Sequence[Numeral], found: Sequence[EntitySpan]) -> list[Numeral]:
    """Return the numerals that are in no entity yet."""
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}
    return [numeral for numeral in numerals if taken.isdisjoint(range(numeral.first, numeral.last + 1))]


def begun_before(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral], languages: Sequence[str]
) -> Iterator[EntitySpan]:
    """Yield the beginnings of numbers that are repeated as a whole later.

    For a card: "5500. Hold on, I dropped it. 0000 …"; for others, digits that begin alike: "219 09, I'm sorry, 219 08
    9999"; for all, digits that are taken back at once: "nine one, no, one nine one".
    """
    whole = sorted(found, key=lambda entity: entity.first)
    firsts = [entity.first for entity in whole]
    at_word = {numeral.first: at for at, numeral in enumerate(numerals)}
    for run in runs(free_of(numerals, found), words, across_sentences=False):
        following = bisect_right(firsts, run[-1].last)
        if following == len(firsts) or firsts[following] > run[-1].last + _MAX_BEFORE_WHOLE:
            continue
        counts = any(is_amount(words, numeral, languages[numeral.first]) for numeral in run)
        if counts or any(map(is_clock_or_decimal, run)):
            continue
        entity, digits = whole[following].entity, digits_of(run)
        begins = at_word[firsts[following]]
        min_alike = _ALIKE - is_corrected(words, [run[-1], numerals[begins]])
        begins_alike = len(digits) >= min_alike and digits_of(numerals[begins : begins + min_alike]).startswith(
            digits[:min_alike]
        )
        is_year = len(run) == 1 and bool(YEAR.fullmatch(digits))
        if is_taken_back(words, run, firsts[following]):
            yield entity_span(entity, run)
        elif entity not in _MAY_BEGIN_TWICE:
            continue
        elif begins_alike or (entity is Entity.CREDIT_CARD and len(digits) % 4 == 0 and not is_year):
            yield entity_span(entity, run)
