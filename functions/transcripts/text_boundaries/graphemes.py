"""Grapheme clusters: characters that readers see as one letter. No line and no word may begin inside one.

The rules are those of Unicode's annex 29 as far as `unicodedata` knows the properties, and two that line breaks need: a
vowel that Thai and Lao write before its consonant stays with it, and so does a consonant that a virama joins.
"""

from __future__ import annotations

import unicodedata

_FIRST_JOINING = "\u0300"  # letters before it neither join others nor are joined, but for \r\n
_JOINER = "\u200d"
_VIRAMA = 9  # canonical combining class of the marks that join two consonants
_JOINING_NOTHING = frozenset("\u0e3a\u103a")  # of the same class: Thai phinthu, Myanmar asat
_EXTENDING = (
    (0x0E33, 0x0E33),  # Thai sara am
    (0x0EB3, 0x0EB3),  # Lao am
    (0x1160, 0x11FF),  # Hangul vowels and final consonants
    (0xD7B0, 0xD7FB),
    (0x200C, 0x200D),  # joiners
    (0xFF9E, 0xFF9F),  # half-width voiced sound marks
    (0x1F3FB, 0x1F3FF),  # skin tones
    (0xE0020, 0xE007F),  # tags, of the flags of regions
)
_LEADING = (
    (0x0600, 0x0605),  # Arabic number signs
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x0E40, 0x0E44),  # Thai vowels before their consonant
    (0x0EC0, 0x0EC4),  # Lao vowels before their consonant
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
)


def graphemes(text: str) -> list[str]:
    """Split a text into its grapheme clusters."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    for letter in text:
        may_join = letter >= _FIRST_JOINING or letter == "\n" or (found and found[-1][-1] >= _FIRST_JOINING)
        if may_join and found and _joins(found[-1], letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def grapheme_starts(text: str) -> set[int]:
    """Return the indices at which a grapheme cluster of the text begins."""
    if text.isascii() and "\r" not in text:
        return set(range(len(text)))
    starts, index = set(), 0
    for cluster in graphemes(text):
        starts.add(index)
        index += len(cluster)
    return starts


def _joins(cluster: str, letter: str) -> bool:
    """Return whether the letter continues the cluster before it."""
    last = cluster[-1]
    if last.isspace() or letter.isspace() or unicodedata.category(last) == "Cc":
        return cluster == "\r" and letter == "\n"
    if unicodedata.category(letter)[0] == "M" or _within(letter, _EXTENDING):
        return True
    if _within(last, _LEADING):
        return unicodedata.category(letter)[0] in "LN"
    if last == _JOINER:
        joined = cluster.rstrip(_JOINER)
        # A family is emoji with joiners between them; in Indic scripts a joiner may follow the virama.
        return unicodedata.category(letter) in ("So", "Sk") or (bool(joined) and _is_virama(joined[-1]))
    if _is_regional(letter):
        return _is_regional(last) and sum(map(_is_regional, cluster)) == 1
    return _is_virama(last) and unicodedata.category(letter) == "Lo"


def _is_virama(letter: str) -> bool:
    return unicodedata.combining(letter) == _VIRAMA and letter not in _JOINING_NOTHING


def _is_regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _within(letter: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(letter) <= last for first, last in ranges)
