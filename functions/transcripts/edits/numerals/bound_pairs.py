"""Two numbers that a word between them binds: "nine out of ten", "de neuf à douze"; both are digits, or neither is."""

from __future__ import annotations

from collections.abc import Sequence

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens

_LARGEST_ESTIMATE = 10  # "from one to ten" stays words
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


def begins_range(tokens: Tokens, one: Number, other: Number) -> bool:
    """Return whether a range begins with "one", and its other end is written in digits: "from one to twenty"."""
    end = _RANGE_ENDS[tokens.language].get(tokens.word_before(one.start), "")
    is_next = (
        bool(end) and tokens.word(one.end) == end and other.start == one.end + 1 and bool(tokens.word(other.start))
    )
    is_whole = one.is_word and one.value == 1 and not other.is_ordinal and other.is_sure is not False
    is_of_scale = any(other.value % scale == 0 and 1 < other.value / scale < scale for scale in (1000, 100))
    return is_next and is_whole and other.value > _LARGEST_ESTIMATE and not is_of_scale


def is_of_one(tokens: Tokens, number: Number) -> bool:
    """Return whether the number follows "one out of", as in "one out of five", "un sur deux": "one" stays a word."""
    for ratio in _RATIOS[tokens.language]:
        phrase = ratio.split()
        at = number.start - len(phrase)
        if tokens.word_before(at) in _ONES and tokens.follows(at, [*phrase, tokens[number.start].lower]):
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
