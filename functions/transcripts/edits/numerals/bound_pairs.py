"""Two numbers that a word between them binds: "nine out of ten", "de neuf à douze"; both are digits, or neither is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from functions.transcripts.edits.numerals.labels import LABELS
from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens

_ONE = "one un une ein eine einer eins uno una um uma een één eén en et én ét"
_ONES = frozenset(_ONE.split())
_RATIOS = {
    "en": ("out of",),
    "fr": ("sur",),
    "de": ("von",),
    "es": ("de cada",),
    "pt": ("em cada", "em"),
    "it": ("su",),
    "nl": ("van de", "op de", "op"),
    "da": ("ud af",),
}
_RANGES = {
    "en": ("to", "or"),
    "fr": ("à", "ou"),
    "de": ("bis", "oder", "zu"),
    "es": ("a", "o"),
    "pt": ("a", "ou", "às"),
    "it": ("a", "o", "alle"),
    "nl": ("tot", "of"),
    "da": ("til", "eller"),
}
# Words before "one" that say that a range begins with it, and those before its other end.
_RANGE_ENDS = {
    "en": {"from": "to", "between": "and"},
    "fr": {"de": "à", "entre": "et"},
    "de": {"von": "bis", "zwischen": "und"},
    "es": {"de": "a", "del": "al", "entre": "y"},
    "pt": {"de": "a", "entre": "e"},
    "it": {"da": "a", "tra": "e", "fra": "e"},
    "nl": {"van": "tot", "tussen": "en"},
    "da": {"fra": "til", "mellem": "og"},
}

_TO = {"en": "to", "fr": "à", "de": "bis", "es": "a", "pt": "a", "it": "a", "nl": "tot", "da": "til"}
# Words before a range without "from": "it takes one to two weeks"; of "sent one to ten people" "one" is a thing sent.
_BEFORE_RANGES = {
    "en": "of in within about for takes take took last lasts lasted only another wait are every number chapters pages",
    "fr": "dans environ pendant dure faut compter chapitres pages",
    "de": "in etwa ungefähr circa dauert noch nur kapitel seiten",
    "es": "en unos tarda dura capítulos páginas",
    "pt": "em uns demora dura capítulos páginas",
    "it": "in circa dura capitoli pagine",
    "nl": "in ongeveer duurt nog hoofdstukken",
    "da": "om cirka tager varer kapitel side",
}


def one_to_many(tokens: Tokens, numbers: Sequence[Number], minimum: int) -> list[Number]:
    """Return both ends of each range that begins with "one" and ends with `minimum` or more: "from one to ten"."""
    pairs = [pair for pair in pairwise(numbers) if pair[1].value >= minimum and _begins_range(tokens, *pair)]
    return [number for pair in pairs for number in pair]


def _begins_range(tokens: Tokens, one: Number, other: Number) -> bool:
    is_next = other.start == one.end + 1 and bool(tokens.word(one.end)) and bool(tokens.word(other.start))
    is_whole = one.is_word and one.value == 1 and not other.is_ordinal and other.is_sure is not False
    is_of_scale = any(other.value % scale == 0 and 1 < other.value / scale < scale for scale in (1000, 100))
    if not is_next or not is_whole or other.value < 2 or is_of_scale:
        return False
    before, between = tokens.word_before(one.start), tokens.word(one.end)
    if before in (ends := _RANGE_ENDS[tokens.language]):
        return between == ends[before]
    return between == _TO[tokens.language] and (not before or before in _BEFORE_RANGES[tokens.language].split())


def is_of_one(tokens: Tokens, number: Number) -> bool:
    """Return whether the number follows "one out of", as in "one out of five", "un sur deux": "one" stays a word.

    That of a label is none: "page un sur douze".
    """
    for ratio in _RATIOS[tokens.language]:
        phrase = ratio.split()
        at = number.start - len(phrase)
        is_label = tokens.word_before(at - 1) in LABELS[tokens.language]
        if (
            tokens.word_before(at) in _ONES
            and not is_label
            and tokens.follows(at, [*phrase, tokens[number.start].lower])
        ):
            return True
    return False


def is_with_larger(tokens: Tokens, number: Number, others: Sequence[Number], minimum: int) -> bool:
    """Return whether the number is bound to another that is written in digits: `minimum` or more, and not "one"."""
    return any(
        other.value >= max(minimum, 2)
        and other.is_sure is not False
        and not other.is_ordinal
        and tokens[other.start].lower not in tokens.vocabulary.ambiguous
        and are_bound(tokens, number, other)
        for other in others
    )


def are_bound(tokens: Tokens, one: Number, other: Number) -> bool:
    """Return whether a word between two numbers, in either order, binds them."""
    return any(
        _is_bound(tokens, first, second, table)
        for first, second in ((one, other), (other, one))
        for table in (_RATIOS, _RANGES)
    )


def _is_bound(tokens: Tokens, first: Number, second: Number, table: dict[str, tuple[str, ...]]) -> bool:
    if first.end >= second.start:
        return False
    between = " ".join(token.lower for token in tokens[first.end : second.start])
    return between in table[tokens.language] and tokens.follows(
        first.end, [*between.split(), tokens[second.start].lower]
    )
