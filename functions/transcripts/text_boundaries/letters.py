"""Letters: which are punctuation, and which belong to a script without spaces between words."""

from __future__ import annotations

import functools
import re
import unicodedata

# Punctuation by Unicode, but pronounced: "AT & T", "50%", "user@host", "#1", "§ 5", and the same of other scripts.
_PRONOUNCED = frozenset("%&@#‰٪؉§％＆＠＃﹪")
_SIGNED = re.compile(r"(?<![-.])-?[$€£¥]?\.?\d")  # "-5" and ".5" are not 5
NOTES = frozenset("♩♪♫♬♭♯")  # how Whisper writes music
DASHES = frozenset("—―")  # no space around them, and yet a word ends
_TYPED_DASH = re.compile(r"(?<=[^\W_]--)(?=[^\W_])")  # of two hyphens: "he--well"
_AFTER_DASH = re.compile(rf"(?<=[{''.join(sorted(DASHES))}])(?=[^\W_])|{_TYPED_DASH.pattern}")
_QUOTES = frozenset('"“”„«»')  # none is an apostrophe
_GERSHAYIM = re.compile('(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')  # of a Hebrew abbreviation: no quotation mark
_BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "［": "］"}
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


_DOTLESS_I = frozenset({"tr", "az"})
_ONE_I = str.maketrans("İIı", "iii")  # to compare letter by letter: the lower case of "İ" has two
_TAG = re.compile(r"\[[A-Z_]+_\d+\]")  # of a redacted entity: `[CREDIT_CARD_1]`


def lower_case(text: str, language: str = "") -> str:
    """Return the text in lower case, in Turkish with "ı" for "I"; "İ" is "i" alone in all languages."""
    if language in _DOTLESS_I:
        text = text.replace("I", "ı")
    return text.replace("İ", "i").lower()


def split_punctuation(text: str, own: str) -> tuple[str, str, str]:
    """Return the punctuation before a word, the word in its own case, and the punctuation after it.

    Args:
        text: The word as it is printed.
        own: The word as `normalised` has it. If it is no part of the text, all of the text is the word.
    """
    at = text.translate(_ONE_I).lower().find(own.translate(_ONE_I).lower())
    if at < 0:
        return "", text, ""
    return text[:at], text[at : at + len(own)], text[at + len(own) :]


def normalised(text: str, language: str = "") -> str:
    """Return the text in lower case without the punctuation around it.

    Punctuation inside stays (`it's`, `3.5`, `well-known`), and so does the sign or point before a number (`-5`, `.5`).
    If one half of a pair is inside, brackets stay (`f(x)`) and quotation marks go (`„Ja“-Sager`). The tag of a
    redacted entity stays as it is.
    """
    if text.isalnum():  # as most words: none of their letters is punctuation
        return lower_case(text, language)
    if "[" in text and (tag := _TAG.search(text)):
        return tag.group()
    first, last = 0, len(text)
    while first < last and is_punctuation(text[first]) and not _SIGNED.match(text, first):
        first += 1
    while last > first and is_punctuation(text[last - 1]):
        last -= 1
    if last - first == len(text):
        return lower_case(text, language)
    first, last = _with_brackets(text, first, last)
    return lower_case(_without_quotes(text[first:last], text[:first], text[last:]), language)


def _with_brackets(text: str, first: int, last: int) -> tuple[int, int]:
    """Return the bounds of a word widened to the brackets around it whose other half is inside."""
    for opening, closing in _BRACKETS.items():
        inner = text[first:last]
        missing = inner.count(opening) - inner.count(closing)
        if missing > 0 and (at := text.find(closing, last)) >= 0:
            last = at + 1
        elif missing < 0 and (at := text.rfind(opening, 0, first)) >= 0:
            first = at
    return first, last


def _without_quotes(word: str, before: str, after: str) -> str:
    """Return a word without the quotation marks inside whose other halves stand before or after it."""
    inner = sum(letter in _QUOTES for letter in word) - len(_GERSHAYIM.findall(word))
    outer = sum(letter in _QUOTES for letter in before) - sum(letter in _QUOTES for letter in after)
    if not inner or (not outer and inner % 2):
        return word
    kept = {match.start() for match in _GERSHAYIM.finditer(word)}
    return "".join(letter for at, letter in enumerate(word) if at in kept or letter not in _QUOTES)


def is_punctuation(letter: str) -> bool:
    """Return whether a letter is punctuation that is not pronounced."""
    return letter not in _PRONOUNCED and (unicodedata.category(letter)[0] in "PZC" or letter in NOTES)


def is_opening(letter: str) -> bool:
    """Return whether a letter is an opening bracket or quotation mark."""
    return unicodedata.category(letter) in ("Ps", "Pi")


def ends_with_dash(line: str) -> bool:
    """Return whether a word that follows without a space is a word of its own: after a dash, also of two hyphens."""
    return line[-1:] in DASHES or _TYPED_DASH.search(f"{line[-3:]}x") is not None


def split_after_dashes(text: str) -> list[str]:
    """Return the parts of a text of which all but the last end with a dash that a letter follows."""
    return [text] if text.isalnum() else _AFTER_DASH.split(text)


def is_tight(before: str, after: str) -> bool:
    """Return whether two neighbouring letters of different words may stand without a space between them."""
    return any(_is_unspaced(letter) or letter in DASHES for letter in (before, after))


@functools.lru_cache(maxsize=4096)  # called at each space of a transcript; a language has fewer letters
def _is_unspaced(letter: str) -> bool:
    """Return whether a letter or a mark belongs to a script that is written without spaces between words."""
    if unicodedata.category(letter)[0] in "PZ":
        return unicodedata.east_asian_width(letter) in "WF"
    return any(first <= ord(letter) <= last for first, last in _UNSPACED_SCRIPTS)
