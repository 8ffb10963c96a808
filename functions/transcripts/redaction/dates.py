"""Dates: written with digits, or with a month's name and a day or a year beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES
from functions.transcripts.redaction.cues import Cue, cues_before
from functions.transcripts.redaction.entities import Entity, Found
from functions.transcripts.redaction.numerals import Numeral, word_set
from functions.transcripts.words import TranscriptWord

_MONTHS = frozenset(month for vocabulary in VOCABULARIES.values() for month in vocabulary.months)
_MONTHS |= word_set("jan feb mar apr jun jul aug sep sept oct nov dec")
_JOINERS = word_set("of the de del le der den d' du di do da")
_SPECIAL = (Entity.DOB, Entity.CREDIT_CARD_EXPIRATION)
_MOST_JOINERS = 2  # words between the day and its month
_WRITTEN = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d{2})|\d{4}([/.-])\d{1,2}\3\d{1,2}")
_MONTH_AND_YEAR = re.compile(r"(0?[1-9]|1[0-2])[/-](20)?\d{2}")


def find_dates(words: Sequence[TranscriptWord], numerals: Sequence[Numeral], cues: Sequence[Cue]) -> list[Found]:
    """Return all dates in order: of birth, of a card's expiry, and others."""
    starting = {numeral.first: numeral for numeral in numerals}
    ending = {numeral.last: numeral for numeral in numerals}
    found: list[Found] = []
    for at, word in enumerate(words):
        if found and found[-1].last >= at:
            continue
        entity = _entity(cues, at, found)
        is_expiry = entity is Entity.CREDIT_CARD_EXPIRATION and _MONTH_AND_YEAR.fullmatch(word.normalised)
        if is_expiry or _WRITTEN.fullmatch(word.normalised):
            found.append(Found(entity, at, at))
        elif word.normalised.rstrip(".") in _MONTHS:
            first = _day_before(words, ending, at)
            last = _day_and_year_after(words, starting, at)
            if (first, last) != (at, at):
                found.append(Found(entity, first, last))
    return found


def _entity(cues: Sequence[Cue], at: int, found: Sequence[Found]) -> Entity:
    """Return what a date is: the words before it that say so announce one date."""
    used = {entity.entity: entity.first for entity in found}
    for cue in cues_before(cues, at):
        if cue.entity in _SPECIAL and used.get(cue.entity, -1) < cue.first:
            return cue.entity
    return Entity.DATE


def _day_before(words: Sequence[TranscriptWord], ending: dict[int, Numeral], month: int) -> int:
    at = month - 1
    while at >= max(0, month - _MOST_JOINERS) and words[at].normalised in _JOINERS:
        at -= 1
    day = ending.get(at)
    return day.first if day and _is_day(day) else month


def _day_and_year_after(words: Sequence[TranscriptWord], starting: dict[int, Numeral], month: int) -> int:
    last, has_day, year = month, False, ""
    at = month + 1
    while at < len(words):
        skipped = at
        while skipped < min(len(words), at + _MOST_JOINERS) and words[skipped].normalised in _JOINERS:
            skipped += 1
        numeral = starting.get(skipped)
        if numeral is None or any(words[n].text[-1:] in ".?!" and not numeral.is_ordinal for n in range(last, skipped)):
            break
        if not has_day and not year and _is_day(numeral):
            has_day = True
        elif len(year + numeral.digits) <= 4 and not numeral.is_ordinal:
            year += numeral.digits
        else:
            break
        last, at = numeral.last, numeral.last + 1
    return last


def _is_day(numeral: Numeral) -> bool:
    return 0 < len(numeral.digits) <= 2 and 1 <= int(numeral.digits) <= 31
