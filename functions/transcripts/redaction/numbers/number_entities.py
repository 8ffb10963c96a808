"""Entities of numbers: which one a run of numerals is, by check digits, then the words near it, then its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.channel_text import ChannelText
from functions.transcripts.redaction.cues import (
    BEFORE,
    SUBJECT,
    Cue,
    are_about,
    cues_after,
    cues_before,
    cues_in_rest_of_sentence,
    weak_cues_before,
)
from functions.transcripts.redaction.digits.amounts import counts_things, is_amount, is_clock_or_decimal
from functions.transcripts.redaction.digits.runs import Run, begun_anew, digits_of, misheard_digits, text_of
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.redaction.numbers.announced_lengths import ANNOUNCED, TELEPHONE, is_announced
from functions.transcripts.redaction.numbers.announcements import (
    LONG_ENOUGH,
    SINCE,
    YEAR,
    are_code_and_back,
    are_last_four,
    has_letters,
    is_linked,
    is_part,
    is_year,
    says_how_many,
    spelt_letters_of,
)
from functions.transcripts.redaction.numbers.answers import is_answer
from functions.transcripts.redaction.numbers.check_digits import (
    CARD_LENGTHS,
    USUAL,
    is_iban,
    is_list,
    is_national_number,
    is_social_security_number,
)
from functions.transcripts.redaction.numbers.phones import is_phone_number

_MISHEARD_CARD = range(14, 18)  # without its check digit, where a digit was misheard, lost or said twice

_MONTH_AND_YEAR = re.compile(r"(0?[1-9]|1[0-2])/(20)?\d\d")
_AMBIGUOUS = 4  # digits, up to which words near a number may mean it as two things: then it is the requested one
_BRITISH_DIGITS = 6  # of a national insurance number, with letters around them
_OF_CARD = (Entity.CREDIT_CARD, Entity.CREDIT_CARD_EXPIRATION, Entity.CVV)
_ANNOUNCE_ONE = (Entity.CVV, Entity.CREDIT_CARD_EXPIRATION)  # announce one number only, as all do of four digits


def entity_of(text: ChannelText, run: Run, found: Sequence[EntitySpan]) -> Entity | None:
    """Return what a run of numerals is; None: no entity, for example an amount.

    Args:
        text: The channel's words.
        run: Numerals of the channel that follow each other, in order of time.
        found: At least the last entities before the run: a number that follows a card's may be its date or code.
    """
    digits, requested = digits_of(run), text.requested
    if any(is_amount(text.words, numeral, text.languages[run[0].first]) for numeral in run):
        return None
    candidates = _candidates(text, run, found)
    first = next(candidates, None)
    if first is None or first in requested:
        return first
    if len(digits) > _AMBIGUOUS:
        # A patient's number may be an account's or an insurance's: it is redacted if either is requested. A telephone
        # number that was begun anew may have as many digits as a card's.
        kinds = {*OFFICIAL_NUMBERS, Entity.PHONE_NUMBER} if first is Entity.CREDIT_CARD else OFFICIAL_NUMBERS
        others = (entity for entity in candidates if entity in kinds and entity in requested)
        return next(others, first) if first in (*OFFICIAL_NUMBERS, Entity.CREDIT_CARD) else first
    return next((entity for entity in candidates if entity in requested), first)


def _candidates(text: ChannelText, run: Run, found: Sequence[EntitySpan]) -> Iterator[Entity]:
    """Yield what a run may be, the most likely first."""
    words, cues, language = text.words, text.cues, text.languages[run[0].first]
    digits, written = digits_of(run), text_of(run)
    weak = weak_cues_before(cues, run[0].first)
    ends = [cue for cue in weak if cue.entity is Entity.CREDIT_CARD and are_last_four(words, cue, run, digits)]
    is_count = counts_things(words, run[-1], language) and not _is_about_card(cues, run[0].first, found)
    is_end = any(says_how_many(cue) or not is_count for cue in ends)
    anew = [digits_of(each) for each in begun_anew(words, run)] if len(digits) > _AMBIGUOUS else []
    letters = spelt_letters_of(words, run)  # they count as digits: "Charlie 0 1 X-ray 0 0 6 Hotel"
    spelt = [digits + "0" * letters] if letters else []
    for cue in cues_before(cues, run[0].first):
        is_short = cue.entity in _ANNOUNCE_ONE or len(digits) == _AMBIGUOUS
        is_used = is_short and any(e.entity is cue.entity and e.first > cue.last for e in found) and not is_end
        if is_used or not is_linked(words, cue, run, digits) or _is_harmless(text, cue, run, found):
            continue
        misheard = misheard_digits(words, run) if cue.entity is Entity.CVV else ""
        is_british = cue.entity is Entity.SSN and len(digits) == _BRITISH_DIGITS and has_letters(words, run)
        lengths = (digits + misheard, *([*anew, *spelt] if cue.entity in OFFICIAL_NUMBERS else ()))
        has_length = any(is_announced(cue.entity, each, language) for each in lengths)
        if is_british or has_length or is_part(words, cue, run, digits):
            yield _without_slash(cue.entity, written)
    if is_end:
        is_phone = any(cue.entity is Entity.PHONE_NUMBER for cue in weak)
        official = [cue.entity for cue in cues_before(cues, run[0].first) if cue.entity in OFFICIAL_NUMBERS]
        is_official = official and not _is_about_card(cues, run[0].first, found)  # "savings account, it ends in 4409"
        yield Entity.PHONE_NUMBER if is_phone else official[0] if is_official else Entity.CREDIT_CARD
    if entity := entity_by_shape(run, language) or _after_card(run[0].first, digits, written, found):
        yield entity
    for cue in cues_after(cues, run[-1].last):
        if _may_follow(cue.entity, digits, language):
            yield _without_slash(cue.entity, written)
    of_card = any(len(each) in USUAL for each in anew)
    numbers_of_digits = {len(each) for each in (digits, *(() if of_card else anew))}
    yield from _weakly_announced(text, run, found, numbers_of_digits, is_end=is_end)


def _weakly_announced(
    text: ChannelText, run: Run, found: Sequence[EntitySpan], lengths: set[int], *, is_end: bool
) -> Iterator[Entity]:
    """Yield the entities of weak cues, which also need digits of the right length, or talk about a card.

    Args:
        text: The channel's words.
        run: The numerals.
        found: Entities before the run.
        lengths: Numbers of digits of the run, and of the run without what its speaker took back.
        is_end: Whether the run is the last digits of a number.
    """
    words, cues, language = text.words, text.cues, text.languages[run[0].first]
    digits = digits_of(run)
    following = cues_in_rest_of_sentence(words, cues, run[-1].last)
    near = [*weak_cues_before(cues, run[0].first), *(cue for cue in following if cue.weak and _may_be_behind(cue))]
    codes = {cue.text for cue in near if cue.entity is Entity.CVV and len(digits) in ANNOUNCED[Entity.CVV]}
    about_card = _is_about_card(cues, run[0].first, found)
    # "229, on the card"; "there, 206. On the card, yes."
    behind = [*following, *cues_after(cues, run[-1].last)]
    about_card = about_card or any(cue.entity is Entity.CREDIT_CARD and not cue.weak for cue in behind)
    is_used = any(e.entity is Entity.CVV and e.first > cue.last for cue in near for e in found)
    leads_to_last = any(cue.weak and cue.entity is Entity.CREDIT_CARD and says_how_many(cue) for cue in following)
    if leads_to_last and len(digits) in (8, 12):  # "… 0343, and the last four?"
        yield Entity.CREDIT_CARD
    for cue in near:
        if cue.entity is Entity.PHONE_NUMBER and (not lengths.isdisjoint(TELEPHONE) or is_end):
            yield Entity.PHONE_NUMBER
        if cue.entity is Entity.CREDIT_CARD and is_end:
            yield Entity.CREDIT_CARD
        is_code = cue.text in codes and not is_used and not _is_harmless(text, cue, run, found)
        if is_code and (about_card or are_code_and_back(codes) or is_answer(words, cue, run)):
            yield Entity.CVV
        if cue.entity is Entity.CREDIT_CARD_EXPIRATION and about_card and is_announced(cue.entity, digits, language):
            yield Entity.CREDIT_CARD_EXPIRATION


def _may_be_behind(cue: Cue) -> bool:
    """Return whether weak words may stand behind the number they mean: "718, the code"; and not "ending in"."""
    return cue.entity is Entity.CVV


def _is_about_card(cues: Sequence[Cue], first: int, found: Sequence[EntitySpan]) -> bool:
    """Return whether a card is talked about before the word at `first`: named, or its number, date or code said."""
    return are_about(cues, _OF_CARD, first) or any(e.entity in _OF_CARD and e.last > first - SUBJECT for e in found)


def _is_harmless(text: ChannelText, cue: Cue, run: Run, found: Sequence[EntitySpan]) -> bool:
    """Return whether an announced number is a mere year or amount.

    "The contract expires in 2027", where no card is; "a new code since 2019"; "social security pays 1,900"; "the
    customer number grew to 12,000".
    """
    if cue.entity is Entity.SSN and len(run) == 1 and is_clock_or_decimal(run[0]):
        return True
    if cue.entity in OFFICIAL_NUMBERS and re.fullmatch(r"[1-9]\d{0,2}([.,]000)+", text_of(run)):
        return True
    if not is_year(run, digits_of(run)):
        return False
    if cue.entity is Entity.CREDIT_CARD_EXPIRATION:
        card = (Entity.CREDIT_CARD, Entity.CVV)
        is_card_known = any(e.entity in card and e.last > run[0].first - SUBJECT for e in found)
        return not is_card_known and not are_about(text.cues, card, run[0].first)
    before = text.words[run[0].first - 1].normalised if run[0].first else ""
    return cue.entity in (Entity.CVV, Entity.SSN) and before in SINCE


def _without_slash(entity: Entity, text: str) -> Entity:
    """Return an expiry for a code that is written as a month and a year: both are asked for together."""
    return Entity.CREDIT_CARD_EXPIRATION if entity is Entity.CVV and _MONTH_AND_YEAR.fullmatch(text) else entity


def _may_follow(entity: Entity, digits: str, language: str) -> bool:
    """Return whether words behind a number may mean it; a year before "account" is no account's number."""
    is_short = entity is Entity.ACCOUNT_NUMBER and len(digits) < LONG_ENOUGH
    return is_announced(entity, digits, language) and not is_short


def entity_by_shape(run: Run, language: str) -> Entity | None:
    """Return what a run is by its check digits, its length, or a numbering plan, whatever is said near it."""
    digits, text = digits_of(run), text_of(run)
    if len(digits) < CARD_LENGTHS[0] and not text.startswith("+") and any(map(is_clock_or_decimal, run)):
        return None
    if is_iban(text):
        return Entity.ACCOUNT_NUMBER
    if is_national_number(digits, language):
        return Entity.SSN
    numbers = [numeral.digits for numeral in run]
    if all(map(YEAR.fullmatch, numbers)) or is_list(numbers):
        return None
    if (
        len(digits) in _MISHEARD_CARD
        and not digits.startswith("20")
        and (len(digits) in (15, 16) or re.fullmatch(r"\d{4}([ -]\d{4}){2,3}\d*", text))
    ):
        return Entity.CREDIT_CARD
    if is_social_security_number(digits, text, language):
        return Entity.SSN
    return Entity.PHONE_NUMBER if is_phone_number(digits, text, language) else None


def _after_card(first: int, digits: str, text: str, found: Sequence[EntitySpan]) -> Entity | None:
    """Return what a short number is that follows a card's without further words: its expiry, then its code."""
    near = [entity for entity in found if entity.last < first <= entity.last + BEFORE]
    if all(entity.entity is not Entity.CREDIT_CARD for entity in near):
        return None
    is_in_words = len(digits) == _AMBIGUOUS and not re.search(r"\d", text)  # three may as well be a code
    if re.fullmatch(r"(0?[1-9]|1[0-2])\D*(20)?[23]\d", digits if is_in_words else text):
        return Entity.CREDIT_CARD_EXPIRATION
    has_code = any(entity.entity is Entity.CVV for entity in near)
    return Entity.CVV if len(digits) in (3, 4) and not has_code else None
