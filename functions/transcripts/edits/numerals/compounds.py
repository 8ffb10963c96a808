"""Numbers that are one word with what they count: "twenty-one-year-old", "einundzwanzigjährige"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import text_to_num

from functions.transcripts.edits.numerals.cardinals import Written
from functions.transcripts.edits.numerals.runs import DECADES
from functions.transcripts.edits.numerals.tokens import Token, Tokens
from functions.transcripts.edits.numerals.vocabularies import VOCABULARIES

_MILLION = 10**6


def compounds(tokens: Tokens, minimum: int) -> Iterator[Written]:
    """Yield these words with the number in digits: "21-year-old", "21-jährige".

    Args:
        tokens: The text.
        minimum: A smaller number stays a word, except in an age, which English writes in digits.
    """
    for at, token in enumerate(tokens):
        if tokens.language == "en" and (decade := _decade(token.lower)) and not token.is_name:
            yield Written(at, at + 1, decade)
            continue
        if tokens.language == "en" and (decade := _decade_of(token.lower, tokens.word(at + 1))):
            yield Written(at, at + 2, decade)
            continue
        value, rest = _split(token.lower, tokens.language)
        if rest == "second" and value % 10 == 0 and not _is_duration(tokens, at):
            continue  # "the forty-second president", "he finished forty-second"
        if value and (value >= minimum or rest.startswith("year-old")) and not (token.is_name or token.is_fixed):
            yield Written(at, at + 1, f"{value}-{rest}")


def _is_duration(tokens: Tokens, at: int) -> bool:
    """Return whether "forty-second" at an index lasts forty seconds: "a forty-second delay"."""
    return tokens.word_before(at) in ("a", "an", "per") and bool(tokens.word(at + 1))


def _decade(word: str) -> str:
    """Return "nineteen-sixties" as 1960s; empty for another word."""
    century, _, tens = word.partition("-")
    value = _value(century, "en") if tens in DECADES else 0
    return f"{value}{DECADES[tens]}" if 12 < value < 21 else ""


def _decade_of(word: str, decade: str) -> str:
    """Return "mid-nineteen nineties" as mid-1990s; empty for other words."""
    part, _, century = word.partition("-")
    is_part = part in ("mid", "early", "late", "pre", "post") and decade in DECADES
    value = _value(century, "en") if is_part else 0
    return f"{part}-{value}{DECADES[decade]}" if 12 < value < 21 else ""


@lru_cache(maxsize=4096)
def _split(word: str, language: str) -> tuple[int, str]:
    """Return the number that a word begins with, and the rest of it; 0 if it begins with none."""
    vocabulary = VOCABULARIES[language]
    parts = word.split("-")
    for at in range(1, len(parts)):
        if parts[at] in vocabulary.compounds:
            return _value(" ".join(parts[:at]), language), "-".join(parts[at:])
    ending = re.search(f"{vocabulary.counted_endings}$", word) if vocabulary.counted_endings else None
    if ending and ending.start():
        value = _value(word[: ending.start()], language)
        return (value if value > 1 else 0), ending.group()  # "eenjarig", "einzig"
    return 0, ""


def _value(text: str, language: str) -> int:
    """Return the number that a text is, 0 if it is something else."""
    words = text.split()
    found = text_to_num.find_numbers([Token(word) for word in words], language, 0.0)
    is_number = len(found) == 1 and found[0].end - found[0].start == len(words) and found[0].text.isdigit()
    is_readable = is_number and not found[0].is_ordinal and found[0].value < _MILLION  # "a billion-dollar company"
    return int(found[0].value) if is_readable else 0
