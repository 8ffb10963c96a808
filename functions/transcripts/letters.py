"""Letters: which are punctuation, and which belong to a script without spaces between words."""

from __future__ import annotations

import re
import unicodedata

# Punctuation by Unicode, but pronounced: "AT & T", "50%", "user@host", "#1", "§ 5", and the same of other scripts.
_PRONOUNCED = frozenset("%&@#‰٪؉§％＆＠＃﹪")
_SIGNED = re.compile(r"(?<![-.])-?[$€£¥]?\.?\d")  # "-5" and ".5" are not 5
NOTES = frozenset("♩♪♫♬♭♯")  # how Whisper writes music
DASHES = frozenset("—―")  # no space around them, and yet a word ends
_UNSPACED_SCRIPTS = (
    (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x3005, 0x3007),
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x20000, 0x3FFFF),
)


_TAG = re.compile(r"\[[A-Z_]+_\d+\]")  # of a redacted entity: `[CREDIT_CARD_1]`


def normalised(text: str) -> str:
    """Return the text in lower case without the punctuation around it.

    Punctuation inside stays (`it's`, `3.5`, `well-known`), and so does what a number begins with (`-5`, `.5`). The tag
    of a redacted entity stays as it is.
    """
    if text.isalnum():  # as most words: none of their letters is punctuation
        return text.lower()
    if "[" in text and (tag := _TAG.search(text)):
        return tag.group()
    first, last = 0, len(text)
    while first < last and is_punctuation(text[first]) and not _SIGNED.match(text, first):
        first += 1
    while last > first and is_punctuation(text[last - 1]):
        last -= 1
    return text[first:last].lower()


def is_punctuation(letter: str) -> bool:
    """Tell whether a letter is punctuation that is not pronounced."""
    return letter not in _PRONOUNCED and (unicodedata.category(letter)[0] in "PZC" or letter in NOTES)


def is_opening(letter: str) -> bool:
    """Tell whether a letter is an opening bracket or quotation mark."""
    return unicodedata.category(letter) in ("Ps", "Pi")


def is_tight(before: str, after: str) -> bool:
    """Tell whether two neighbouring letters of different words may stand without a space between them."""
    return any(_is_unspaced(letter) or letter in DASHES for letter in (before, after))


def _is_unspaced(letter: str) -> bool:
    """Tell whether a letter or a mark belongs to a script that is written without spaces between words."""
    if unicodedata.category(letter)[0] in "PZ":
        return unicodedata.east_asian_width(letter) in "WF"
    return any(first <= ord(letter) <= last for first, last in _UNSPACED_SCRIPTS)
