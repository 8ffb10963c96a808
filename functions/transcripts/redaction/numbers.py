"""Numbers that must not be stored: cards, their dates and codes, accounts, telephones, social security, and any other.

`number_entities` judges one number by its check digits, the words near it and its shape. In doubt it is redacted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from functions.transcripts.redaction.amounts import is_amount, is_clock_or_decimal
from functions.transcripts.redaction.announcements import YEAR, completed
from functions.transcripts.redaction.check_digits import is_card
from functions.transcripts.redaction.cues import Cue
from functions.transcripts.redaction.entities import LEAST_DIGITS, Entity, Found
from functions.transcripts.redaction.number_entities import entity_of
from functions.transcripts.redaction.numerals import Numeral
from functions.transcripts.redaction.runs import Run, counts_digits, digits_of, is_corrected, runs
from functions.transcripts.words import TranscriptWord

_MOST_BEFORE_CARD = 10  # words between the digits of a card that were said first, and the others


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
    whole = entity_of(run, words, cues, language, found, requested)
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


def _found(entity: Entity, run: Run) -> Found:
    return Found(entity, run[0].first, run[-1].last)
