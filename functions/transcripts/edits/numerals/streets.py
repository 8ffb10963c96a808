"""Numbers of houses: "calle Mayor veintiuno", "twelve twenty-one Oak Street"."""

from __future__ import annotations

from functions.transcripts.edits.numerals.tokens import Tokens

# Words before a street's name in these languages, and how many words of a name lie between one of them and the number.
_STREET_WORDS = """
    calle avenida plaza paseo carretera rue avenue boulevard place quai via viale piazza corso largo rua praça travessa
"""
_STREETS = frozenset(_STREET_WORDS.split())
_MAX_STREET_WORDS = 5
# The last word of a street's name in English, and how many words may stand before it.
_ENGLISH_STREETS = frozenset(
    ["street", "avenue", "road", "lane", "drive", "boulevard", "court", "place", "way", "square", "terrace", "parkway"]
)
_ENGLISH_NAME_WORDS = 3
MIN_OF_STREET = 10  # "Fifth Avenue", but "42nd Street": the Associated Press's rule


def is_in_street(tokens: Tokens, at: int) -> bool:
    """Return whether a number at an index is that of a house: "calle Mayor veintiuno", "via Garibaldi ventuno"."""
    words = list[str]()
    while len(words) < _MAX_STREET_WORDS and (word := tokens.word_before(at - len(words))):
        words.append(word)
    return not _STREETS.isdisjoint(words[1:])


def is_street_word(tokens: Tokens, at: int) -> bool:
    """Return whether "Street" and the like stand at an index."""
    return tokens.language == "en" and tokens.word(at) in _ENGLISH_STREETS


def is_before_street(tokens: Tokens, at: int) -> bool:
    """Return whether an English street's name begins at an index: "Oak Street", and no "Street" alone."""
    if tokens.language != "en":
        return False
    names = 0
    while tokens.word(at + names) and tokens[at + names].is_name and names <= _ENGLISH_NAME_WORDS:
        if names and tokens.word(at + names) in _ENGLISH_STREETS:
            return True
        names += 1
    return False
