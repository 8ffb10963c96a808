"""Small numbers that count nothing named and read as words: "you two", "cut in two"."""

from __future__ import annotations

from functions.transcripts.edits.numerals.numbers import Number
from functions.transcripts.edits.numerals.tokens import Tokens, is_number

_LARGEST = 4
# Pronouns of several persons, of whom a number behind says how many they are.
_PERSONS = {
    "en": "you we us",
    "fr": "nous vous eux elles",
    "de": "ihr wir uns euch",
    "es": "nosotros nosotras vosotros vosotras ustedes ellos ellas",
    "pt": "nós vocês eles elas",
    "it": "noi voi loro",
    "nl": "jullie wij we ons",
    "da": "vi os jer",
}
_INTO = {"en": "in into", "fr": "en", "de": "in", "es": "en", "pt": "em", "it": "in", "nl": "in", "da": "i"}


def is_uncounted(tokens: Tokens, number: Number) -> bool:
    """Return whether the number is how many persons a pronoun means, or into how many parts something is cut.

    The pronoun's phrase begins or ends there: "Thank you two.", not "I'll give you two dollars".
    """
    if not number.is_word or number.is_ordinal or not 2 <= number.value <= _LARGEST:
        return False
    is_listed = number.end < len(tokens) and is_number(
        tokens[number.end].lower, tokens.language
    )  # "in two, three days"
    before, ends = tokens.word_before(number.start), not tokens.word(number.end) and not is_listed
    if before in _PERSONS[tokens.language].split():
        return ends or not tokens.word_before(number.start - 1)
    return before in _INTO[tokens.language].split() and number.value == 2 and ends
