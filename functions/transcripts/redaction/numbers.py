"""Numbers that must not be stored: cards, their dates and codes, accounts, telephones, social security, and any other.

A number is judged by its check digits, then by the words near it, then by its shape. In doubt it is redacted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from functions.transcripts.redaction.amounts import is_amount, is_clock_or_decimal
from functions.transcripts.redaction.announcements import LONG_ENOUGH, completed, has_letters, is_linked, is_part
from functions.transcripts.redaction.cues import BEFORE, Cue, cues_after, cues_before
from functions.transcripts.redaction.entities import LEAST_DIGITS, Entity, Found
from functions.transcripts.redaction.numerals import Numeral, Run, counts_digits, digits_of, runs
from functions.transcripts.redaction.phones import is_phone_number
from functions.transcripts.words import TranscriptWord

CARD_LENGTHS = range(13, 20)  # ISO/IEC 7812: at most 19 digits; 13 is the shortest in use
_MISHEARD_CARD = range(14, 18)  # without its check digit, where a digit was misheard, lost or said twice

# Digits that a number has which these words announce. A card's may be its first groups, a social security number's its
# last four; telephone numbers have at most 15 (ITU-T E.164), account numbers at most 34 (IBAN).
_ANNOUNCED = {
    Entity.CREDIT_CARD: range(8, 25),
    Entity.CREDIT_CARD_EXPIRATION: range(3, 7),
    Entity.CVV: range(3, 5),
    Entity.SSN: (4, *range(6, 17)),
    Entity.ACCOUNT_NUMBER: range(4, 35),
    Entity.PHONE_NUMBER: range(7, 16),
    Entity.DOB: range(4, 9),
}
_BRITISH_DIGITS = 6  # of a national insurance number, with letters around them
_ANNOUNCE_ONE = (Entity.CVV, Entity.CREDIT_CARD_EXPIRATION)  # announce one number only, as all do of four digits


def find_numbers(
    words: Sequence[TranscriptWord], numerals: Sequence[Numeral], cues: Sequence[Cue], languages: Sequence[str]
) -> list[Found]:
    """Return all numbers that are an entity, in order, whatever is requested; none overlaps another."""
    found: list[Found] = []
    digits_only = [numeral for numeral in numerals if not counts_digits(words, numeral)]
    for run in runs(digits_only, words, across_sentences=True):
        cards = list(_cards(run))
        found += [_found(Entity.CREDIT_CARD, card) for card in cards]
        for rest in _without(run, cards):
            found += _classified(rest, words, cues, languages[rest[0].first], found)
    return completed(words, sorted(found, key=lambda entity: entity.first), digits_only, cues)


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


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of ISO/IEC 7812-1, Annex B."""
    total = 0
    for index, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if index % 2 else digit
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def _cards(run: Run) -> Iterator[Run]:
    """Yield the stretches of a run that are card numbers by their check digit, the longest first from the left."""
    at = 0
    while at < len(run):
        ends = [end for end in range(len(run), at, -1) if _is_card(digits_of(run[at:end]))]
        preferred = sorted(ends, key=lambda end: len(digits_of(run[at:end])) not in (15, 16))
        if preferred:
            yield run[at : preferred[0]]
            at = preferred[0]
        else:
            at += 1


def _is_card(digits: str) -> bool:
    # The first digit of cards is 2 (Mastercard) to 6 (Discover, UnionPay); 3 is American Express and Diners.
    if len(digits) in CARD_LENGTHS and digits[0] in "23456" and passes_luhn(digits):
        return True
    longest = CARD_LENGTHS[-1]
    windows = (digits[at : at + 16] for at in range(len(digits) - 15)) if len(digits) > longest else ()
    return any(map(_is_card, windows))  # written in one with what follows it


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
    run: Run, words: Sequence[TranscriptWord], cues: Sequence[Cue], language: str, found: Sequence[Found]
) -> Iterator[Found]:
    """Yield what a run is; one that is nothing as a whole may be an expiry date and a code one after the other."""
    whole = _entity(run, words, cues, language, found)
    if whole is not None:
        yield _found(whole, run)
    elif len(run) > 1:
        already = [*found]
        for part in _parts(run, words, language):
            for entity in _classified(part, words, cues, language, already):
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
    run: Run, words: Sequence[TranscriptWord], cues: Sequence[Cue], language: str, found: Sequence[Found]
) -> Entity | None:
    digits, text = digits_of(run), " ".join(numeral.text for numeral in run)
    if any(is_amount(words, numeral, language) for numeral in run):
        return None
    for cue in cues_before(cues, run[0].first):
        is_short = cue.entity in _ANNOUNCE_ONE or len(digits) == 4
        is_used = is_short and any(e.entity is cue.entity and e.first > cue.last for e in found)
        if is_used or not is_linked(words, cue, run, digits):
            continue
        if _is_announced(cue.entity, digits, language) or is_part(words, cue, run, digits):
            return cue.entity
        if cue.entity is Entity.SSN and len(digits) == _BRITISH_DIGITS and has_letters(words, run):
            return cue.entity
    if entity := _entity_by_shape(run, digits, text, language) or _after_card(run[0].first, digits, text, found):
        return entity
    after = (cue.entity for cue in cues_after(cues, run[-1].last))
    return next((entity for entity in after if _may_follow(entity, digits, language)), None)


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
    if len(digits) in _MISHEARD_CARD and (len(digits) in (15, 16) or re.fullmatch(r"\d{4}([ -]\d{4}){2,3}\d*", text)):
        return Entity.CREDIT_CARD
    if _is_social_security_number(digits, text, language):
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


def _is_social_security_number(digits: str, text: str, language: str) -> bool:
    """Tell whether nine digits are an American number: areas 000, 666 and 9xx, group 00 and serial 0000 are not given.

    Source: https://www.ssa.gov/employer/randomizationfaqs.html
    """
    if len(digits) != 9 or (language != "en" and not re.fullmatch(r"\d{3}-\d{2}-\d{4}", text)):
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def _found(entity: Entity, run: Run) -> Found:
    return Found(entity, run[0].first, run[-1].last)
