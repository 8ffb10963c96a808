"""Entities of numbers: which one a run of numerals is, by check digits, then the words near it, then its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from functions.options.redacted_entities import Entity
from functions.transcripts.redaction.amounts import is_amount, is_clock_or_decimal
from functions.transcripts.redaction.announcements import LONG_ENOUGH, YEAR, has_letters, is_linked, is_part
from functions.transcripts.redaction.check_digits import CARD_LENGTHS, is_iban, is_social_security_number
from functions.transcripts.redaction.cues import BEFORE, Cue, cues_after, cues_before, is_weakly_announced
from functions.transcripts.redaction.found import LEAST_DIGITS, Found
from functions.transcripts.redaction.phones import is_phone_number
from functions.transcripts.redaction.runs import Run, digits_of, misheard_digits, text_of
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
_LEAST_YEAR = "2020"  # in which a card expired that somebody may still read from
_MONTH_AND_YEAR = re.compile(r"(0?[1-9]|1[0-2])/(20)?\d\d")
_AMBIGUOUS = 4  # digits, up to which words near a number may mean it as two things: then it is the requested one
_BRITISH_DIGITS = 6  # of a national insurance number, with letters around them
_ANNOUNCE_ONE = (Entity.CVV, Entity.CREDIT_CARD_EXPIRATION)  # announce one number only, as all do of four digits


def entity_of(
    run: Run,
    words: Sequence[TranscriptWord],
    cues: Sequence[Cue],
    language: str,
    found: Sequence[Found],
    requested: frozenset[Entity],
) -> Entity | None:
    """Return what a run of numerals is; None: no entity, but an amount, say.

    Args:
        run: The numerals, in order of time.
        words: All words of the transcript.
        cues: Words that announce or explain a number, in order of time.
        language: Code of the language that is spoken at the run.
        found: Entities before the run, the last ones at least: a number that follows a card's may be its date or code.
        requested: Decides what a short number is that may be two things.
    """
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
    digits, text = digits_of(run), text_of(run)
    for cue in cues_before(cues, run[0].first):
        is_short = cue.entity in _ANNOUNCE_ONE or len(digits) == _AMBIGUOUS
        is_used = is_short and any(e.entity is cue.entity and e.first > cue.last for e in found)
        if is_used or not is_linked(words, cue, run, digits):
            continue
        misheard = misheard_digits(words, run) if cue.entity is Entity.CVV else ""
        is_british = cue.entity is Entity.SSN and len(digits) == _BRITISH_DIGITS and has_letters(words, run)
        if is_british or _is_announced(cue.entity, digits + misheard, language) or is_part(words, cue, run, digits):
            yield _without_slash(cue.entity, text)
    if entity := _entity_by_shape(run, digits, text, language) or _after_card(run[0].first, digits, text, found):
        yield entity
    for cue in cues_after(cues, run[-1].last):
        if _may_follow(cue.entity, digits, language):
            yield _without_slash(cue.entity, text)
    if len(digits) in _TELEPHONE and is_weakly_announced(cues, run[0].first):
        yield Entity.PHONE_NUMBER


def _without_slash(entity: Entity, text: str) -> Entity:
    """Return an expiry for a code that is written as a month and a year: both are asked for together."""
    return Entity.CREDIT_CARD_EXPIRATION if entity is Entity.CVV and _MONTH_AND_YEAR.fullmatch(text) else entity


def _may_follow(entity: Entity, digits: str, language: str) -> bool:
    """Tell whether words behind a number may mean it; a year before "account" is no account's number."""
    is_short = entity is Entity.ACCOUNT_NUMBER and len(digits) < LONG_ENOUGH
    return _is_announced(entity, digits, language) and not is_short


def _is_announced(entity: Entity, digits: str, language: str) -> bool:
    """Tell whether words that announce an entity may mean this number, by its length."""
    if entity is Entity.CREDIT_CARD_EXPIRATION and len(digits) == LEAST_DIGITS:
        # "4 27": a month and a year. "zéro quatre vingt-huit" sounds like 0 and 88.
        return digits[1] in "234" or (language == "fr" and digits[0] == "0" and digits[1] in "89")
    if entity is Entity.CREDIT_CARD_EXPIRATION and YEAR.fullmatch(digits) and digits < _LEAST_YEAR:
        return False
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
    is_in_words = len(digits) == _AMBIGUOUS and not re.search(r"\d", text)  # three may as well be a code
    if re.fullmatch(r"(0?[1-9]|1[0-2])\D*(20)?[2-4]\d", digits if is_in_words else text):
        return Entity.CREDIT_CARD_EXPIRATION
    has_code = any(entity.entity is Entity.CVV for entity in near)
    return Entity.CVV if len(digits) in (3, 4) and not has_code else None
