"""Repeated numbers: all or a part of a number that was said a moment before, on this channel or another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.redaction.digits.runs import digits_of, entity_span, numerals_in, runs
from functions.transcripts.redaction.entity_span import MIN_DIGITS, EntitySpan
from functions.transcripts.redaction.numbers.announcements import YEAR
from functions.transcripts.redaction.numbers.interrupted_numbers import free_of
from functions.transcripts.words import TranscriptWord

_MAX_WORDS = 20  # between a number and its repetition
_MAX_SECONDS = 20.0  # between them if they are on two channels
_PART = 4  # minimum of digits of a part that is repeated: "0143?"
_WHOLE = 7  # minimum of digits of a number that has parts
_MAX_DIGITS = 40  # of a number that has parts: longer ones are not read aloud
_IN_PARTS = (Entity.CREDIT_CARD, Entity.PHONE_NUMBER, *OFFICIAL_NUMBERS)


@dataclass(frozen=True)
class ChannelNumbers:
    """A channel's words, the numerals among them, and the entities that were found."""

    words: Sequence[TranscriptWord]
    numerals: Sequence[Numeral]
    found: Sequence[EntitySpan]


def with_repeats(
    words: Sequence[TranscriptWord], found: Sequence[EntitySpan], numerals: Sequence[Numeral]
) -> list[EntitySpan]:
    """Return entities with the repetitions of each a moment later: "260." "Two six zero, thank you.".

    Four digits behind a card may be its code; if they are its last four, they are the card's.
    """
    known = _known_digits(found, numerals)
    again = []
    for run in runs(free_of(numerals, found), words, across_sentences=False):
        before = _nearest(known.get(digits_of(run), ()), run[0].first)
        if before and run[0].first <= before.last + _MAX_WORDS:
            again.append(entity_span(before.entity, run))
    changed = []
    for entity in found:
        if entity.entity is Entity.CVV:
            before = _nearest(known.get(digits_of(numerals_in(entity, numerals)), ()), entity.first, Entity.CREDIT_CARD)
            if before and entity.first <= before.last + _MAX_WORDS:
                entity = replace(entity, entity=Entity.CREDIT_CARD)
        changed.append(entity)
    return [*changed, *again]


def repeats_on_channel(own: ChannelNumbers, others: Sequence[ChannelNumbers]) -> Iterator[EntitySpan]:
    """Yield the repetitions of numbers, or of their parts, that ended a moment before on another channel."""
    free = list(runs(free_of(own.numerals, own.found), own.words, across_sentences=False))
    for other in others:
        known = _known_digits(other.found, other.numerals)
        for run in free:
            start = own.words[run[0].first].start
            at = bisect_left(other.words, start, key=attrgetter("start"))
            before = _nearest(known.get(digits_of(run), ()), at)
            if before and start - other.words[before.last].end <= _MAX_SECONDS:
                yield entity_span(before.entity, run)


def _nearest(same: Sequence[EntitySpan], first: int, kind: Entity | None = None) -> EntitySpan | None:
    """Return the last of some entities that begins before a word, if it is of this kind."""
    before = bisect_left(same, first, key=attrgetter("first"))
    return same[before - 1] if before and kind in (None, same[before - 1].entity) else None


def _known_digits(found: Sequence[EntitySpan], numerals: Sequence[Numeral]) -> Mapping[str, list[EntitySpan]]:
    """Return the entities, in order, by their digits and by the digits of parts that may be repeated."""
    known: dict[str, list[EntitySpan]] = {}
    for entity in sorted(found, key=attrgetter("first")):
        groups = numerals_in(entity, numerals)
        digits = digits_of(groups)
        parts = {digits}
        if entity.entity in _IN_PARTS and _WHOLE <= len(digits) <= _MAX_DIGITS:
            parts |= {digits[:_PART], digits[-_PART:], *(numeral.digits for numeral in groups)}
            if entity.entity is Entity.CREDIT_CARD:
                parts |= {digits[at : at + _PART] for at in range(0, len(digits), _PART)}
            parts = {each for each in parts if len(each) >= _PART}
        for each in parts:
            if len(each) >= MIN_DIGITS and not YEAR.fullmatch(each):
                known.setdefault(each, []).append(entity)
    return known
