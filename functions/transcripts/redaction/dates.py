"""Dates: written with digits, or with a month's name and a day or a year beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.options.redacted_entities import Entity
from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.redaction.cues import (
    BEHIND_QUESTION,
    Cue,
    are_about,
    cues_after,
    cues_before,
    weak_cues_before,
)
from functions.transcripts.redaction.digits.numerals import AND, Numeral, word_set
from functions.transcripts.redaction.entity_span import EntitySpan
from functions.transcripts.words import TranscriptWord

_MONTHS = frozenset(month for vocabulary in VOCABULARIES.values() for month in vocabulary.months)
_SHORT_MONTHS = word_set("jan feb mar apr jun jul aug sep sept oct nov dec")
_MONTHS |= _SHORT_MONTHS
_WHO_MAY = word_set("i you he she it we they this that which who there one not")
_JOINERS = word_set("of the de del le der den d' du di do da")
# Words between a card's expiry cue and its month: "good through to the end of April".
_UNTIL = _JOINERS | word_set(
    "the to until in on by end im am ende fin à au en a el final finales fine fim eind slutningen"
)
_BEFORE_DAY = _JOINERS | word_set(
    "it's on the in is uh um yes so that's am im ja le c'est il en el es al é no dia het op den"
)
_MAX_BEFORE_REST = 5  # words between a day of birth and its month, which another speaker asks for
_SPECIAL = (Entity.DOB, Entity.CREDIT_CARD_EXPIRATION)
_CARD = (Entity.CREDIT_CARD, Entity.CVV)
_MAX_JOINERS = 2  # words between the day and its month
_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"(\d{4}|\d{2})"
_WRITTEN = re.compile(
    "|".join(
        rf"{first}{sign}{second}{sign}{third}"
        for sign in (r"/", r"\.", r"-")
        for first, second, third in ((_DAY, _MONTH, _YEAR), (_MONTH, _DAY, _YEAR), (r"\d{4}", _MONTH, _DAY))
    )
)
_MONTH_AND_YEAR = re.compile(r"(0?[1-9]|1[0-2])[/-](20)?\d{2}")


def find_dates(words: Sequence[TranscriptWord], numerals: Sequence[Numeral], cues: Sequence[Cue]) -> list[EntitySpan]:
    """Return all dates in order: of birth, of a card's expiry, and others."""
    starting = {numeral.first: numeral for numeral in numerals}
    ending = {numeral.last: numeral for numeral in numerals}
    numbers = {
        at for numeral in numerals for at in range(numeral.first, numeral.last + 1)
    }  # the French "sept" is seven
    found: list[EntitySpan] = []
    used: dict[Entity, int] = {}  # where the last date of each kind begins
    for at, word in enumerate(words):
        if found and found[-1].last >= at:
            continue
        if found:
            used[found[-1].entity] = found[-1].first
        entity = _entity(cues, at, used)
        is_expiry = entity is Entity.CREDIT_CARD_EXPIRATION and _MONTH_AND_YEAR.fullmatch(word.normalised)
        if is_expiry or (_WRITTEN.fullmatch(word.normalised) and not _is_sort_code(word, cues, at)):
            found.append(EntitySpan(entity, at, at))
        elif entity is Entity.CREDIT_CARD_EXPIRATION and (last := _end_of_month_and_year(words, starting, at)):
            found.append(EntitySpan(entity, at, last))
        elif last := _end_of_ordinals(words, starting, at, born=entity is Entity.DOB):
            found.append(EntitySpan(_entity(cues, at, used, last), at, last))
        elif _answers_birthday(words, cues, starting, at, found):
            found.append(EntitySpan(Entity.DOB, at, at))
        elif at not in numbers and word.normalised.rstrip(".") in _MONTHS and not _is_verb(words, at):
            first = _day_before(words, ending, at)
            last = _day_and_year_after(words, starting, at)
            if (first, last) != (at, at) or _expires(words, cues, at):
                found.append(EntitySpan(_entity(cues, at, used, last), first, last))
    return found


def _entity(cues: Sequence[Cue], at: int, used: dict[Entity, int], last: int | None = None) -> Entity:
    """Return what a date is, by the cue before it, which announces one date; "born" may follow its `last` word."""
    for cue in cues_before(cues, at):
        if cue.entity in _SPECIAL and used.get(cue.entity, -2) < cue.first + cue.elsewhere:
            return cue.entity
    weak = [cue for cue in weak_cues_before(cues, at) if cue.entity is Entity.CREDIT_CARD_EXPIRATION]
    if weak and used.get(Entity.CREDIT_CARD_EXPIRATION, -2) < weak[0].first and are_about(cues, _CARD, at):
        return Entity.CREDIT_CARD_EXPIRATION  # "the card, it runs out …"
    after = cues_after(cues, at if last is None else last)
    return Entity.DOB if any(cue.entity is Entity.DOB for cue in after) else Entity.DATE


def _answers_birthday(
    words: Sequence[TranscriptWord],
    cues: Sequence[Cue],
    starting: dict[int, Numeral],
    at: int,
    found: Sequence[EntitySpan],
) -> bool:
    """Return whether a day or month alone answers a question: "Your birthday?" "On the 9th." "What month?" "May."."""
    day = starting.get(at)
    is_day = day is not None and day.last == at and day.is_ordinal and _is_day(day)
    if is_day and {word.normalised for word in words[at + 1 : at + 1 + _MAX_JOINERS + 1]} & _MONTHS:
        return False  # a whole date
    if not is_day and not (words[at].normalised in _MONTHS and words[at].text[:1].isupper()):
        return False
    following = words[at + 1].normalised if at + 1 < len(words) else ""
    if words[at].text[-1] not in ".,;?!" and following and not (is_day and following in _JOINERS):
        return False
    if found and found[-1].entity is Entity.DOB and found[-1].first == found[-1].last >= at - _MAX_BEFORE_REST:
        return any(word.text[-1] == "?" for word in words[found[-1].last : at])
    questions = [cue for cue in cues_before(cues, at) if cue.entity is Entity.DOB and cue.asks]
    return any(
        {word.normalised for word in words[cue.last + 1 : at]} <= _BEFORE_DAY | BEHIND_QUESTION for cue in questions
    )


def _is_sort_code(word: TranscriptWord, cues: Sequence[Cue], at: int) -> bool:
    """Return whether a word written like a date is announced as an account: "sort code 12-11-10"."""
    nearest = cues_before(cues, at)[:1]
    is_announced = any(cue.entity is Entity.ACCOUNT_NUMBER and cue.last >= at - _MAX_JOINERS for cue in nearest)
    return is_announced and bool(re.fullmatch(r"\d\d-\d\d-\d\d", word.normalised))


def _expires(words: Sequence[TranscriptWord], cues: Sequence[Cue], at: int) -> bool:
    """Return whether a month without day and year says when a card expires: "expires in December"."""
    lasts = (cue.last for cue in cues_before(cues, at) if cue.entity is Entity.CREDIT_CARD_EXPIRATION)
    return any(
        last >= at - _MAX_JOINERS - 1 or all(word.normalised in _UNTIL for word in words[last + 1 : at])
        for last in lasts
    )


def _is_verb(words: Sequence[TranscriptWord], at: int) -> bool:
    """Return whether "may" is no month: small, after a word like "we"."""
    return words[at].text.startswith("may") and at > 0 and words[at - 1].normalised in _WHO_MAY


def _end_of_month_and_year(words: Sequence[TranscriptWord], starting: dict[int, Numeral], at: int) -> int | None:
    """Return the last word of a card's date with an "and" in it: "Month and year?" "Four and twenty-seven"."""
    month = starting.get(at)
    year = starting.get(month.last + 2) if month else None
    if not month or not year or words[month.last + 1].normalised not in AND:
        return None
    is_date = re.fullmatch(r"0?[1-9]|1[0-2]", month.digits) and re.fullmatch(r"(20)?[23]\d", year.digits)
    return year.last if is_date else None


def _end_of_ordinals(
    words: Sequence[TranscriptWord], starting: dict[int, Numeral], at: int, *, born: bool
) -> int | None:
    """Return the last word of a date whose month is a rank, too, as in German: "am dritten fünften (1985)".

    After "born" and the like words may stand between them: "the fourth of the fifth".
    """
    day = starting.get(at)
    month = starting.get(_after_joiners(words, day.last + 1) if born else day.last + 1) if day else None
    if not day or not month or not (_is_rank(words, day) and _is_rank(words, month)):
        return None
    if not _is_day(day) or not 1 <= int(month.digits) <= 12:
        return None
    last, year = month.last, ""
    while (numeral := starting.get(last + 1)) and not numeral.is_ordinal and len(year + numeral.digits) <= 4:
        last, year = numeral.last, year + numeral.digits
    return last


def _after_joiners(words: Sequence[TranscriptWord], at: int) -> int:
    """Return the index behind words as in "the fourth of the fifth"; `at` where none is there."""
    end = at
    while end < min(len(words), at + _MAX_JOINERS) and words[end].normalised in _JOINERS:
        end += 1
    return end


def _is_rank(words: Sequence[TranscriptWord], numeral: Numeral) -> bool:
    return numeral.is_ordinal or bool(re.fullmatch(r"\d{1,2}\.", words[numeral.last].text))


def _day_before(words: Sequence[TranscriptWord], ending: dict[int, Numeral], month: int) -> int:
    at = month - 1
    while at >= max(0, month - _MAX_JOINERS) and words[at].normalised in _JOINERS:
        at -= 1
    day = ending.get(at)
    return day.first if day and _is_day(day) else month


def _day_and_year_after(words: Sequence[TranscriptWord], starting: dict[int, Numeral], month: int) -> int:
    last, has_day, year = month, False, ""
    at = month + 1
    while at < len(words):
        skipped = _after_joiners(words, at)
        if year and not has_day and [word.normalised for word in words[at : at + 2]] == ["on", "the"]:
            day = starting.get(at + 2)  # "March of 1954, on the 21st"
            return day.last if day and day.is_ordinal and _is_day(day) else last
        numeral = starting.get(skipped)
        if numeral is None or any(_ends_sentence(words[n]) and not numeral.is_ordinal for n in range(last, skipped)):
            break
        if not has_day and not year and _is_day(numeral):
            has_day = True
        elif len(year + numeral.digits) <= 4 and not numeral.is_ordinal:
            year += numeral.digits
        else:
            break
        last, at = numeral.last, numeral.last + 1
    return last


def _ends_sentence(word: TranscriptWord) -> bool:
    return word.text[-1:] in ".?!" and word.normalised.rstrip(".") not in _SHORT_MONTHS


def _is_day(numeral: Numeral) -> bool:
    return 0 < len(numeral.digits) <= 2 and 1 <= int(numeral.digits) <= 31
