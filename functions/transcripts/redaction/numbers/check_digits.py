"""Numbers whose digits show what they are: by check digits, or by areas that are not assigned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

CARD_LENGTHS = range(13, 20)  # ISO/IEC 7812: at most 19 digits; 13 is the shortest in use
USUAL = (15, 16)  # digits of most cards
_AMEX_DIGITS = 15
_MIN_LIST_LENGTH = 3
_IBAN = re.compile(r"[a-z]{2}\d{2}[a-z\d]{11,30}")


def is_card(digits: str) -> bool:
    """Return whether digits are a card's number, or contain one of 16 digits, by the first and the check digit."""
    # Only American Express has 15 digits: others are a French insurance number, or part of a number that was misheard.
    is_issued = may_begin_card(digits) and (len(digits) != _AMEX_DIGITS or digits[0] == "3")
    if len(digits) in CARD_LENGTHS and is_issued and passes_luhn(digits):
        return True
    longest = CARD_LENGTHS[-1]
    windows = (digits[at : at + 16] for at in range(len(digits) - 15)) if len(digits) > longest else ()
    return any(map(is_card, windows))  # written in one with what follows it


def may_begin_card(digits: str) -> bool:
    """Return whether a card's number may begin like this, by the digits of issuers."""
    # The first digit of cards is 2 (Mastercard) to 6 (Discover, UnionPay); 3 is American Express and Diners.
    # Years begin with 20, as in "2003, 2007, 2011 and 2015"; Mastercard's numbers begin at 2221, Mir's at 2200.
    return digits[0] in "23456" and digits[:2] != "20"


def is_list(numbers: Sequence[str]) -> bool:
    """Return whether numbers of four digits are several, and no card: hundreds, or numbers in equal steps.

    "2500, 3100, 2800 and 3600"; "rooms 2201, 2202, 2203 and 2204".
    """
    if len(numbers) < _MIN_LIST_LENGTH or any(len(number) != 4 for number in numbers):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(numbers)}
    return (len(steps) == 1 and steps != {0}) or all(re.fullmatch(r"[1-9]\d00", number) for number in numbers)


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of ISO/IEC 7812-1, Annex B."""
    total = 0
    for index, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if index % 2 else digit
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Return whether a text is an international account number by its check digits (ISO 13616)."""
    compact = re.sub(r"[\s-]", "", text)
    if not _IBAN.fullmatch(compact):
        return False
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


def is_social_security_number(digits: str, text: str, language: str) -> bool:
    """Return whether nine digits are an American number: areas 000, 666 and 9xx, group 00 and serial 0000 do not exist.

    Source: https://www.ssa.gov/employer/randomizationfaqs.html
    """
    if len(digits) != 9 or (language != "en" and not re.fullmatch(r"\d{3}-\d{2}-\d{4}", text)):
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_national_number(digits: str, language: str) -> bool:
    """Return whether digits are a person's number by the check digits of a country where the language is spoken."""
    if not digits.isascii() or len(set(digits)) < 3:
        return False
    if language == "fr":  # numéro de sécurité sociale: the last two complete the first 13 to a multiple of 97
        return len(digits) == 15 and digits[0] in "12" and (int(digits[:13]) + int(digits[13:])) % 97 == 0
    return language == "pt" and len(digits) == 11 and all(_cpf_check(digits[:n]) == digits[n] for n in (9, 10))


def _cpf_check(digits: str) -> str:
    """Return the check digit of Brazil's CPF for the digits before it: weights from 2 on, from the right, modulo 11."""
    rest = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits), 2)) % 11
    return str(0 if rest < 2 else 11 - rest)
