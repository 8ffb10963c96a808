"""Card numbers among digits: by their check digit, also between other digits or a repetition of their own."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from functions.transcripts.redaction.digits.runs import Run, digits_of, without_echoes
from functions.transcripts.redaction.entity_span import MIN_DIGITS
from functions.transcripts.redaction.numbers.check_digits import CARD_LENGTHS, USUAL, is_card
from functions.transcripts.words import TranscriptWord

_MAX_DIGITS = 2 * CARD_LENGTHS[-1]  # among which a card's are looked for: of a number that goes on behind it


def cards_and_others(words: Sequence[TranscriptWord], run: Run) -> Iterator[tuple[bool, Run]]:
    """Yield the stretches of a run in order, each with whether it is a card's number by its check digit.

    A repetition between its groups belongs to a card: "4539." "4539." "1488 …".
    """
    plain, own = without_echoes(words, run), list(_stretches(run))
    is_whole = len(digits_of(plain)) in USUAL and is_card(digits_of(plain))
    are_cards = all(is_found for is_found, _ in own)
    if len(plain) == len(run) or are_cards or not (is_whole or (_has_card(_stretches(plain)) and not _has_card(own))):
        yield from own
        return
    firsts = [numeral.first for numeral in run]
    stretches = list(_stretches(plain))
    begins = [bisect_left(firsts, part[0].first) for _, part in stretches]
    for (is_found, _), begin, end in zip(stretches, begins, [*begins[1:], len(run)], strict=True):
        yield is_found, run[begin:end]


def _has_card(stretches: Iterable[tuple[bool, Run]]) -> bool:
    return any(is_found and len(digits_of(part)) in USUAL for is_found, part in stretches)


def _stretches(run: Run) -> Iterator[tuple[bool, Run]]:
    begin = at = 0
    while at < len(run):
        end = _card_end(run, at)
        if end is None:
            at += 1
            continue
        if begin < at:
            yield False, run[begin:at]
        yield True, run[at:end]
        begin = at = end
    if begin < len(run):
        yield False, run[begin:]


def _card_end(run: Run, at: int) -> int | None:
    """Return the end of a card's number that begins at a numeral: of 15 or 16 digits, else of the most."""
    digits, best, is_usual = "", None, False
    for end in range(at + 1, len(run) + 1):
        digits += run[end - 1].digits
        if len(digits) > _MAX_DIGITS and end > at + 1:
            break
        if len(digits) > CARD_LENGTHS[-1] and end > at + 1 and _begins_later(run, at, end):
            break  # "five": what it begins with, and then the whole
        if is_card(digits) and (len(digits) in USUAL or not is_usual):
            best, is_usual = end, len(digits) in USUAL
    # A part passes by chance where a digit of a whole of 15 or 16 was misheard.
    is_whole = best is not None and not is_usual and len(digits_of(run[at:])) in USUAL
    return len(run) if is_whole else best


def _begins_later(run: Run, at: int, end: int) -> bool:
    """Return whether a card's number of 15 or 16 digits begins up to 3 digits behind `at`, and ends before `end`."""
    starts = (start for start in range(at + 1, end) if len(digits_of(run[at:start])) <= MIN_DIGITS)
    return any(
        len(digits := digits_of(run[start:stop])) in USUAL and is_card(digits)
        for start in starts
        for stop in range(start + 1, min(end, start + USUAL[-1]) + 1)
    )
