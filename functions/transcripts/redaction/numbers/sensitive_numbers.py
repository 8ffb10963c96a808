"""Numbers that must not be stored: cards, their dates and codes, accounts, telephones, social security, and any other.

`number_entities` judges one number by its check digits, the words near it and its shape. In doubt it is redacted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from functions.options.redacted_entities import OFFICIAL_NUMBERS, Entity
from functions.transcripts.redaction.channel_text import ChannelText
from functions.transcripts.redaction.cues import BEFORE, Cue, cues_before
from functions.transcripts.redaction.digits.amounts import is_amount
from functions.transcripts.redaction.digits.numerals import Numeral
from functions.transcripts.redaction.digits.runs import (
    Run,
    begun_anew,
    counts_digits,
    digits_of,
    entity_span,
    is_corrected,
    joined_by_letters,
    runs,
    text_of,
    without_echoes,
)
from functions.transcripts.redaction.entity_span import MIN_DIGITS, EntitySpan
from functions.transcripts.redaction.numbers.announcements import completed, has_letters
from functions.transcripts.redaction.numbers.card_numbers import cards_and_others
from functions.transcripts.redaction.numbers.check_digits import is_card, is_iban
from functions.transcripts.redaction.numbers.interrupted_numbers import (
    begun_before,
    free_of,
    interrupted,
    read_aloud,
    with_cards_in_parts,
)
from functions.transcripts.redaction.numbers.number_entities import entity_by_shape, entity_of
from functions.transcripts.redaction.numbers.phones import has_plus_before
from functions.transcripts.redaction.numbers.repeated_numbers import with_repeats
from functions.transcripts.redaction.numbers.spelt_codes import find_codes
from functions.transcripts.words import TranscriptWord


def find_numbers(text: ChannelText, numerals: Sequence[Numeral], dates: Sequence[EntitySpan] = ()) -> list[EntitySpan]:
    """Return all numbers that are an entity, in order; none overlaps another.

    A number depends on the last `BEFORE` entities only, so that the time grows with the words and not with their
    square.

    Args:
        text: The channel's words.
        numerals: Those of its numbers that are in no other entity.
        dates: Entities found already, in order: a cue that announced one announces no number.
    """
    words, cues, languages, requested = text.words, text.cues, text.languages, text.requested
    found: list[EntitySpan] = []
    codes = find_codes(words, numerals)
    starts = [date.first for date in dates]
    digits_only = [numeral for numeral in free_of(numerals, codes) if not counts_digits(words, numeral)]
    for run in _with_letters(list(runs(digits_only, words, across_sentences=True)), words, cues):
        if has_plus_before(words[max(0, run[0].first - 1)].normalised, digits_of(run)):
            found.append(entity_span(Entity.PHONE_NUMBER, run))
            continue
        no_card = is_iban(text_of(run)) or _is_announced_otherwise(text, run)
        for is_card_number, part in [(False, run)] if no_card else cards_and_others(words, run):
            if is_card_number or (no_card is False and _is_begin_of_card(words, run, part)):
                found.append(entity_span(Entity.CREDIT_CARD, part))
            else:
                before = bisect_left(starts, part[0].first)
                near = [*dates[max(0, before - BEFORE) : before], *found[-BEFORE:]]
                found += _classified(text, part, near)
    found += codes
    found += interrupted(words, found, digits_only, languages)
    if Entity.CREDIT_CARD in requested:
        found = with_cards_in_parts(words, found, digits_only, languages)
    found += begun_before(words, found, digits_only, languages)
    found = with_repeats(words, found, digits_only)
    found += read_aloud(words, found, digits_only)
    return completed(words, sorted(found, key=lambda entity: entity.first), digits_only, cues)


def _with_letters(parts: list[Run], words: Sequence[TranscriptWord], cues: Sequence[Cue]) -> list[Run]:
    """Return runs, of which those of a number that may have letters, and is announced, are one: "90 D 41 F 205 X"."""
    announcing = {at for cue in cues if not cue.elsewhere for at in range(cue.first, cue.last + 1)}
    joined = joined_by_letters(parts, words, announcing)
    if len(joined) == len(parts):
        return parts
    single = {run[0].first: run for run in parts}
    found: list[Run] = []
    for run in joined:
        nearest = cues_before(cues, run[0].first)[:1]
        if any(cue.entity in OFFICIAL_NUMBERS for cue in nearest):
            found.append(run)
        else:
            found += [single[numeral.first] for numeral in run if numeral.first in single]
    return found


def _is_announced_otherwise(text: ChannelText, run: Run) -> bool:
    """Return whether digits that pass as a card's by chance are two numbers, or have letters, and are announced so.

    The announced entity must be requested, too: people also call a card's number "account number".
    """
    nearest = cues_before(text.cues, run[0].first)[:1]
    others = {*OFFICIAL_NUMBERS, Entity.PHONE_NUMBER} & text.requested
    if not any(cue.entity in others for cue in nearest):
        return False
    # French insurance numbers have 13 digits and two check digits, those of cards are more often 15 or 16.
    is_whole = nearest[0].entity is Entity.SSN and not is_card(digits_of(run))
    return is_whole or is_corrected(text.words, run) or has_letters(text.words, run)


def other_numbers(
    words: Sequence[TranscriptWord], numerals: Sequence[Numeral], found: Sequence[EntitySpan], *, every: bool
) -> list[EntitySpan]:
    """Return the runs that are no entity yet.

    Args:
        words: Words in order of time.
        numerals: All numerals in them.
        found: Entities already found.
        every: Whether each numeral counts; else only a run of three digits or more does.
    """
    free = free_of(numerals, found)
    if every:
        return [EntitySpan(Entity.NUMERICAL_PII, n.first, n.last) for n in free if not (n.is_ordinal or n.is_ambiguous)]
    free_runs = joined_by_letters(list(runs(free, words, across_sentences=False)), words)
    return [entity_span(Entity.NUMERICAL_PII, run) for run in free_runs if len(digits_of(run)) >= MIN_DIGITS]


def _is_begin_of_card(words: Sequence[TranscriptWord], run: Run, part: Run) -> bool:
    """Return whether digits, three at most, before a card in a run that was begun anew, are the card's first."""
    is_first = part[0] is run[0] and part[-1] is not run[-1] and len(digits_of(part)) <= MIN_DIGITS
    return is_first and not part[-1].is_ambiguous and is_corrected(words, run)  # "a different one, it's 4024 …"


def _classified(text: ChannelText, run: Run, found: Sequence[EntitySpan]) -> Iterator[EntitySpan]:
    """Yield what a run is; one that is nothing as a whole may be an expiry date and a code one after the other.

    A run with a correction in it that is no requested entity may be two numbers that are. `found` are the entities
    before it.
    """
    words, language = text.words, text.languages[run[0].first]
    plain = without_echoes(words, run)
    if len(plain) < len(run) and (echoed := entity_of(text, plain, found)):
        yield entity_span(echoed, run)
        return
    whole = entity_of(text, run, found)
    if whole is None or (whole is Entity.CREDIT_CARD and whole is entity_by_shape(run, language)):
        # A card with a misheard digit has as many digits as a telephone number that was begun anew.
        shorter = (entity_by_shape(each, language) for each in begun_anew(words, run))
        whole = next(filter(None, shorter), whole)
    if whole is not None and (whole in text.requested or not is_corrected(words, run)):
        yield entity_span(whole, run)
    elif len(run) > 1:
        already = [*found]
        is_one_twice = is_corrected(words, run)
        for part in _parts(run, words, language):
            for entity in _classified(text, part, already[-BEFORE:]):
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
