"""Numbers said again: what is whole or a part of one that was said a moment before, on this channel or another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.redaction.digits.runs import as_found, digits_of, numerals_in, runs
from functions.transcripts.redaction.found import MIN_DIGITS, Found
from functions.transcripts.redaction.numbers.announcements import YEAR
from functions.transcripts.redaction.numbers.interrupted_numbers import free_of
from functions.transcripts.words import TranscriptWord

_MAX_WORDS = 20  # between a number and the same once more
_MAX_SECONDS = 20.0  # between them where they are on two channels
_PART = 4  # digits, at least, of a part that is said again: "0143?"
_WHOLE = 7  # digits, at least, of what has parts
_MAX_DIGITS = 40  # of what has parts: no more than numbers have that one says
_IN_PARTS = (Entity.CREDIT_CARD, Entity.PHONE_NUMBER, *OFFICIAL_NUMBERS)


@dataclass(frozen=True)
class ChannelNumbers:
    """A channel's words, the numerals among them, and the entities that were found."""

    words: Sequence[TranscriptWord]
    numerals: Sequence[Numeral]
    found: Sequence[Found]


def with_repeats(words: Sequence[TranscriptWord], found: Sequence[Found], numerals: Sequence[Numeral]) -> list[Found]:
    """Return entities with what has the digits of one a moment before: "260." "Two six zero, thank you.".

    Four digits behind a card may be its code; where they are its last they are the card's.
    """
    known = _known_digits(found, numerals)
    again = []
    for run in runs(free_of(numerals, found), words, across_sentences=False):
        before = _nearest(known.get(digits_of(run), ()), run[0].first)
        if before and run[0].first <= before.last + _MAX_WORDS:
            again.append(as_found(before.entity, run))
    changed = []
    for entity in found:
        if entity.entity is Entity.CVV:
            before = _nearest(known.get(digits_of(numerals_in(entity, numerals)), ()), entity.first, Entity.CREDIT_CARD)
            if before and entity.first <= before.last + _MAX_WORDS:
                entity = replace(entity, entity=Entity.CREDIT_CARD)
        changed.append(entity)
    return [*changed, *again]


def repeats_on_channel(own: ChannelNumbers, others: Sequence[ChannelNumbers]) -> Iterator[Found]:
    """Yield what has the digits of a number, or of a part of one, that ended a moment before on another channel."""
    free = list(runs(free_of(own.numerals, own.found), own.words, across_sentences=False))
    for other in others:
        known = _known_digits(other.found, other.numerals)
        for run in free:
            start = own.words[run[0].first].start
            at = bisect_left(other.words, start, key=attrgetter("start"))
            before = _nearest(known.get(digits_of(run), ()), at)
            if before and start - other.words[before.last].end <= _MAX_SECONDS:
                yield as_found(before.entity, run)


def _nearest(same: Sequence[Found], first: int, kind: Entity | None = None) -> Found | None:
    """Return the last of some entities that begin before a word, where it is of a kind."""
    before = bisect_left(same, first, key=attrgetter("first"))
    return same[before - 1] if before and kind in (None, same[before - 1].entity) else None


def _known_digits(found: Sequence[Found], numerals: Sequence[Numeral]) -> Mapping[str, list[Found]]:
    """Return the entities, in order, by their digits and by those of their parts that may be said again."""
    known: dict[str, list[Found]] = {}
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
