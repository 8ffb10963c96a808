"""Telephone numbers that are not announced: digits that are a valid number where the language is spoken."""

from __future__ import annotations

import re

# Where a number may be from that is said without its country's code, by Whisper's code of the language.
_REGIONS = {
    "en": ("US", "GB", "AU", "IE", "NZ", "ZA", "IN"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH", "CA"),
    "es": ("ES", "MX", "AR", "CO"),
    "pt": ("BR", "PT"),
    "it": ("IT", "CH"),
    "nl": ("NL", "BE"),
    "da": ("DK",),
}
_LENGTHS = range(8, 16)  # digits; shorter ones are valid somewhere whatever they are
_READ_ALOUD = range(8, 13)  # digits of a number that is read digit by digit, whatever plan it is of
_PLUS = frozenset(("plus", "más", "mais", "più"))
_INTERNATIONAL = range(10, 16)  # digits with the country's code
_BRITISH = 11  # digits, the 0 before them included
_MIN_GROUPS = 4  # words or groups of digits from which on one dictates
_MAX_PAIRS = 1  # digits more than words, for a "twelve" among them
_COUNTS = ("12345678910", "10987654321", "987654321")
_CERTAIN = 10  # digits from which a number need not begin with the 0 of a national number


def is_phone_number(digits: str, text: str, language: str) -> bool:
    """Return whether digits are a telephone number by the numbering plans of libphonenumber.

    Args:
        digits: All digits.
        text: The same as written, with a "+" if there is one, and a space between groups.
        language: Whisper's code.
    """
    if len(digits) not in _LENGTHS:
        return False
    # Only where numbers are looked for: its tables cost a cold start.
    import phonenumbers

    if text.startswith("+"):
        return _is_possible(phonenumbers, f"+{digits}")
    if digits in _COUNTS:
        return False
    if language == "en" and len(digits) == _BRITISH and re.fullmatch(r"0[1-9][\d -]+", text) and " " in text:
        return True  # "01632 960 983": in groups, from an area that has no subscriber
    if len(digits) < _CERTAIN and len(text.split()) < _MIN_GROUPS and not digits.startswith("0") and language != "da":
        return False
    return any(_is_valid(phonenumbers, digits, region) for region in _REGIONS.get(language, _REGIONS["en"]))


def has_plus_before(before: str, digits: str) -> bool:
    """Return whether digits have a "plus" before them and begin with a country's code: "plus four four, seven …"."""
    if before not in _PLUS or len(digits) not in _INTERNATIONAL:
        return False
    import phonenumbers

    return _is_possible(phonenumbers, f"+{digits}")


def is_read_aloud(digits: str, text: str) -> bool:
    """Return whether digits are read one by one, as many as a telephone has; counting from one on, or down, is none."""
    groups = text.split()
    if len(digits) not in _READ_ALOUD or len(groups) < _MIN_GROUPS:
        return False
    is_counting = any(count.startswith(digits[:6]) for count in _COUNTS)
    return len(digits) - len(groups) <= _MAX_PAIRS and not is_counting


def _is_possible(phonenumbers: object, number: str) -> bool:
    """Return whether a number has a country's code and as many digits as that country's have, assigned or not."""
    try:
        parsed = phonenumbers.parse(number, None)  # type: ignore[attr-defined]
    except phonenumbers.NumberParseException:  # type: ignore[attr-defined]
        return False
    return bool(phonenumbers.is_possible_number(parsed))  # type: ignore[attr-defined]


def _is_valid(phonenumbers: object, number: str, region: str | None) -> bool:
    try:
        parsed = phonenumbers.parse(number, region)  # type: ignore[attr-defined]
    except phonenumbers.NumberParseException:  # type: ignore[attr-defined]
        return False
    return bool(phonenumbers.is_valid_number(parsed))  # type: ignore[attr-defined]
