"""Numbers that must not be stored: cards, their dates and codes, accounts, telephones, social security, and any other.

A number is judged by its check digits, then by the words near it, then by its shape. In doubt it is redacted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from functions.transcripts.redaction.amounts import is_amount, is_clock_or_decimal
from functions.transcripts.redaction.announcements import (
    LONG_ENOUGH,
    YEAR,
    completed,
    has_letters,
    is_linked,
    is_part,
)
from functions.transcripts.redaction.check_digits import CARD_LENGTHS, is_card, is_iban, is_social_security_number
from functions.transcripts.redaction.cues import BEFORE, Cue, cues_after, cues_before, is_weakly_announced
from functions.transcripts.redaction.entities import LEAST_DIGITS, Entity, Found
from functions.transcripts.redaction.numerals import Numeral
from functions.transcripts.redaction.phones import is_phone_number
from functions.transcripts.redaction.runs import Run, counts_digits, digits_of, is_corrected, misheard_digits, runs
from functions.transcripts.words import TranscriptWord

_MISHEARD_CARD = range(14, 18)  # without its check digit, where a digit was misheard, lost or said twice

# Digits that a number has which these words announce. A card's may be its first groups, a social security number's its
# last four; telephone numbers have at most 15 (ITU-T E.164), account numbers at most 34 (IBAN).
_TELEPHONE = range(7, 16)
_ANNOUNCED = {
    Entity.CREDIT_CARD: range(8, 25),
    Entity.CREDIT_CARD_EXPIRATION: range(3, 7),
    Entity.CVV: range(3, 5),
    Entity.SSN: (4, *range(6, 17)),
    Entity.ACCOUNT_NUMBER: range(4, 35),
    Entity.PHONE_NUMBER: _TELEPHONE,
    Entity.DOB: range(4, 9),
}
_AMBIGUOUS = 4  # digits, up to which words near a number may mean it as two things: then it is the requested one
_BRITISH_DIGITS = 6  # of a national insurance number, with letters around them
_MOST_BEFORE_CARD = 10  # words between the digits of a card that were said first, and the others
_ANNOUNCE_ONE = (Entity.CVV, Entity.CREDIT_CARD_EXPIRATION)  # announce one number only, as all do of four digits


def find_numbers(
    words: Sequence[TranscriptWord],
    numerals: Sequence[Numeral],
    cues: Sequence[Cue],
    languages: Sequence[str],
    requested: frozenset[Entity],
) -> list[Found]:
    """Return all numbers that are an entity, in order; none overlaps another.

    What is `requested` decides only what a short number is that may be two things.
    """
    found: list[Found] = []
    digits_only = [numeral for numeral in numerals if not counts_digits(words, numeral)]
    for run in runs(digits_only, words, across_sentences=True):
        cards = list(_cards(run))
        found += [_found(Entity.CREDIT_CARD, card) for card in cards]
        for rest in _without(run, cards):
            found += _classified(rest, words, cues, languages[rest[0].first], found, requested)
    found += _begun_before(words, found, digits_only, languages)
    return completed(words, sorted(found, key=lambda entity: entity.first), digits_only, cues)


def _begun_before(
    words: Sequence[TranscriptWord], found: Sequence[Found], numerals: Sequence[Numeral], languages: Sequence[str]
) -> Iterator[Found]:
    """Yield what was said of a card's number before it was said whole: "5500. Hold on, I dropped it. 0000 …"."""
    cards = [entity.first for entity in found if entity.entity is Entity.CREDIT_CARD]
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}
    free = [numeral for numeral in numerals if taken.isdisjoint(range(numeral.first, numeral.last + 1))]
    for run in runs(free, words, across_sentences=False):
        is_near = any(run[-1].last < first <= run[-1].last + _MOST_BEFORE_CARD for first in cards)
        is_group = len(digits_of(run)) % 4 == 0 and not any(map(is_clock_or_decimal, run))
        is_year = len(run) == 1 and bool(YEAR.fullmatch(run[0].digits))
        counts = any(is_amount(words, numeral, languages[numeral.first]) for numeral in run)
        if is_near and is_group and not (is_year or counts):
            yield _found(Entity.CREDIT_CARD, run)


def other_numbers(
    words: Sequence[TranscriptWord], numerals: Sequence[Numeral], found: Sequence[Found], *, every: bool
) -> list[Found]:
    """Return the runs that are no entity yet.

    Args:
        words: Words in order of time.
        numerals: All numerals in them.
        found: Entities already found.
        every: Whether each numeral counts; else only a run of three digits or more does.
    """
    taken = {at for entity in found for at in range(entity.first, entity.last + 1)}
    free = [numeral for numeral in numerals if taken.isdisjoint(range(numeral.first, numeral.last + 1))]
    if every:
        return [Found(Entity.NUMERICAL_PII, n.first, n.last) for n in free if not (n.is_ordinal or n.is_ambiguous)]
    free_runs = runs(free, words, across_sentences=False)
    return [_found(Entity.NUMERICAL_PII, run) for run in free_runs if len(digits_of(run)) >= LEAST_DIGITS]


def _cards(run: Run) -> Iterator[Run]:
    """Yield the stretches of a run that are card numbers by their check digit, the longest first from the left."""
    at = 0
    while at < len(run):
        ends = [end for end in range(len(run), at, -1) if is_card(digits_of(run[at:end]))]
        preferred = sorted(ends, key=lambda end: len(digits_of(run[at:end])) not in (15, 16))
        if preferred:
            yield run[at : preferred[0]]
            at = preferred[0]
        else:
            at += 1


def _without(run: Run, cards: Sequence[Run]) -> Iterator[Run]:
    taken = {id(numeral) for card in cards for numeral in card}
    rest: Run = []
    for numeral in run:
        if id(numeral) in taken:
            if rest:
                yield rest
            rest = []
        else:
            rest.append(numeral)
    if rest:
        yield rest


def _classified(
    run: Run,
    words: Sequence[TranscriptWord],
    cues: Sequence[Cue],
    language: str,
    found: Sequence[Found],
    requested: frozenset[Entity],
) -> Iterator[Found]:
    """Yield what a run is; one that is nothing as a whole may be an expiry date and a code one after the other.

    A run that was begun anew, and is nothing that was requested, may be two numbers that are.
    """
    whole = _entity(run, words, cues, language, found, requested)
    if whole is not None and (whole in requested or not is_corrected(words, run)):
        yield _found(whole, run)
    elif len(run) > 1:
        already = [*found]
        is_one_twice = is_corrected(words, run)
        for part in _parts(run, words, language):
            for entity in _classified(part, words, cues, language, already, requested):
                if not is_one_twice:
                    already.append(entity)
                yield entity


def _parts(run: Run, words: Sequence[TranscriptWord], language: str) -> list[Run]:
    """Return a run in parts: amounts apart, else its sentences, else where other words or commas stand, else each."""
    amounts = {id(numeral) for numeral in run if is_amount(words, numeral, language)}
    if amounts:
        return _split(run, lambda before, after: bool({id(before), id(after)} & amounts))
    sentences = list(runs(run, words, across_sentences=False))
    if len(sentences) > 1:
        return sentences
    by_words = _split(run, lambda before, after: after.first - before.last > 1)
    by_commas = _split(run, lambda before, _: words[before.last].text.endswith(","))
    return next((parts for parts in (by_words, by_commas) if len(parts) > 1), [[numeral] for numeral in run])


def _split(run: Run, is_apart: Callable[[Numeral, Numeral], bool]) -> list[Run]:
    parts = [[run[0]]]
    for before, numeral in pairwise(run):
        if is_apart(before, numeral):
            parts.append([])
        parts[-1].append(numeral)
    return parts


def _entity(
    run: Run,
    words: Sequence[TranscriptWord],
    cues: Sequence[Cue],
    language: str,
    found: Sequence[Found],
    requested: frozenset[Entity],
) -> Entity | None:
    digits = digits_of(run)
    if any(is_amount(words, numeral, language) for numeral in run):
        return None
    candidates = _candidates(run, words, cues, language, found)
    first = next(candidates, None)
    if first is None or first in requested or len(digits) > _AMBIGUOUS:
        return first
    return next((entity for entity in candidates if entity in requested), first)


def _candidates(
    run: Run, words: Sequence[TranscriptWord], cues: Sequence[Cue], language: str, found: Sequence[Found]
) -> Iterator[Entity]:
    """Yield what a run may be, the most likely first."""
    digits, text = digits_of(run), " ".join(numeral.text for numeral in run)
    for cue in cues_before(cues, run[0].first):
        is_short = cue.entity in _ANNOUNCE_ONE or len(digits) == _AMBIGUOUS
        is_used = is_short and any(e.entity is cue.entity and e.first > cue.last for e in found)
        if is_used or not is_linked(words, cue, run, digits):
            continue
        misheard = misheard_digits(words, run) if cue.entity is Entity.CVV else ""
        is_british = cue.entity is Entity.SSN and len(digits) == _BRITISH_DIGITS and has_letters(words, run)
        if is_british or _is_announced(cue.entity, digits + misheard, language) or is_part(words, cue, run, digits):
            yield cue.entity
    if entity := _entity_by_shape(run, digits, text, language) or _after_card(run[0].first, digits, text, found):
        yield entity
    for cue in cues_after(cues, run[-1].last):
        if _may_follow(cue.entity, digits, language):
            yield cue.entity
    if len(digits) in _TELEPHONE and is_weakly_announced(cues, run[0].first):
        yield Entity.PHONE_NUMBER


def _may_follow(entity: Entity, digits: str, language: str) -> bool:
    """Tell whether words behind a number may mean it; a year before "account" is no account's number."""
    is_short = entity is Entity.ACCOUNT_NUMBER and len(digits) < LONG_ENOUGH
    return _is_announced(entity, digits, language) and not is_short


def _is_announced(entity: Entity, digits: str, language: str) -> bool:
    """Tell whether words that announce an entity may mean this number, by its length."""
    if entity is Entity.CREDIT_CARD_EXPIRATION and len(digits) == LEAST_DIGITS:
        return digits[1] in "234"  # "4 27": a month and a year
    if entity is Entity.SSN and language == "en":
        return len(digits) in (4, 8, 9, 10)  # nine, or one misheard
    return len(digits) in _ANNOUNCED.get(entity, ())


def _entity_by_shape(run: Run, digits: str, text: str, language: str) -> Entity | None:
    if len(digits) < CARD_LENGTHS[0] and not text.startswith("+") and any(map(is_clock_or_decimal, run)):
        return None
    if is_iban(text):
        return Entity.ACCOUNT_NUMBER
    if len(digits) in _MISHEARD_CARD and (len(digits) in (15, 16) or re.fullmatch(r"\d{4}([ -]\d{4}){2,3}\d*", text)):
        return Entity.CREDIT_CARD
    if is_social_security_number(digits, text, language):
        return Entity.SSN
    return Entity.PHONE_NUMBER if is_phone_number(digits, text, language) else None


def _after_card(first: int, digits: str, text: str, found: Sequence[Found]) -> Entity | None:
    """Return what a short number is that follows a card's without further words: its expiry, then its code."""
    near = [entity for entity in found if entity.last < first <= entity.last + BEFORE]
    if all(entity.entity is not Entity.CREDIT_CARD for entity in near):
        return None
    if re.fullmatch(r"(0?[1-9]|1[0-2])\D*(20)?[2-4]\d", text):
        return Entity.CREDIT_CARD_EXPIRATION
    has_code = any(entity.entity is Entity.CVV for entity in near)
    return Entity.CVV if len(digits) in (3, 4) and not has_code else None


def _found(entity: Entity, run: Run) -> Found:
    return Found(entity, run[0].first, run[-1].last)
