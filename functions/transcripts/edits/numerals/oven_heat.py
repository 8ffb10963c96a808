"""Temperatures of ovens, whose degrees are not said: "preheat to three fifty", "bake at four twenty-five"."""

from __future__ import annotations

from functions.transcripts.edits.numerals.tokens import Tokens

_BAKING = frozenset({"preheat", "preheated", "bake", "bakes", "baked", "baking", "roast", "roasted"})
_OVENS = _BAKING | {"oven"}
_BEFORE_DEGREES = frozenset({"to", "at", "is"})  # not "around": "out of the oven around two thirty" is a time of day
_NEAR = 4  # words before the number within which one of these counts


def is_oven_heat(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether two numbers from `start` to before `end` are hundreds and rest of an oven's temperature."""
    is_lasting = tokens.word(end).startswith(("minute", "second"))
    return _is_near(tokens, start, _OVENS) and tokens.word_before(start) in _BEFORE_DEGREES and not is_lasting


def is_baking_heat(tokens: Tokens, start: int) -> bool:
    """Return whether "at" before an index follows what is baked, and no "out of the oven": no time of day is meant."""
    return tokens.language == "en" and tokens.word_before(start) == "at" and _is_near(tokens, start, _BAKING)


def _is_near(tokens: Tokens, start: int, words: frozenset[str]) -> bool:
    return any(token.lower in words for token in tokens[max(0, start - _NEAR) : start])
